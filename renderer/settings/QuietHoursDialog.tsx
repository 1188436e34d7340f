import { type FormEvent, useId, useState } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import type { QuietHours } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import field from '../components/Field.module.css';
import { Switch } from '../components/Switch.tsx';
import presence from '../contacts/PresenceMenu.module.css';
import { days as allDays, longDay, shortDay } from '../i18n/days.ts';
import messages from './Messages.module.css';
import styles from './QuietHours.module.css';

/** What a night is to most. */
const NIGHT: QuietHours = { isOn: true, days: [0, 1, 2, 3, 4, 5, 6], from: 22 * 60, until: 7 * 60 };

interface Props {
  /** Absent: new ones. */
  readonly hours: QuietHours | undefined;
  readonly onSave: (hours: QuietHours) => void;
  readonly onRemove: () => void;
  readonly onClose: () => void;
}

/** Days and hours in which nobody is to disturb. */
export function QuietHoursDialog({ hours, onSave, onRemove, onClose }: Props) {
  const begun = hours ?? NIGHT;
  const [days, setDays] = useState(begun.days);
  const [isAllDay, setAllDay] = useState(hours !== undefined && hours.from === hours.until);
  const [from, setFrom] = useState<number | undefined>(begun.from);
  const [until, setUntil] = useState<number | undefined>(begun.until);
  const isEmpty =
    days.length === 0 || (!isAllDay && (from === undefined || until === undefined || from === until));

  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (isEmpty) return;
    const span = isAllDay ? { from: 0, until: 0 } : { from: from ?? 0, until: until ?? 0 };
    onSave({ isOn: hours?.isOn ?? true, days: days.toSorted((a, b) => a - b), ...span });
    onClose();
  };

  return (
    <Dialog title={t(hours === undefined ? 'quiet.new' : 'quiet.change')} onClose={onClose}>
      <form onSubmit={save} noValidate>
        <ToggleButtonGroup
          className={presence.group ?? ''}
          aria-label={t('quiet.days')}
          selectionMode="multiple"
          selectedKeys={days}
          onSelectionChange={(keys) => setDays([...keys].map(Number))}
        >
          {allDays().map((day) => (
            <ToggleButton key={day} id={day} className={presence.chip ?? ''}>
              <span aria-hidden="true">{shortDay(day)}</span>
              <span className={field.hidden}>{longDay(day)}</span>
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <div className={styles.row}>
          <span aria-hidden="true">{t('quiet.whole-day')}</span>
          <Switch label={t('quiet.whole-day')} isOn={isAllDay} onChange={setAllDay} />
        </div>
        {!isAllDay && (
          <div className={styles.times}>
            <ClockField label={t('quiet.from')} value={from} onChange={setFrom} />
            <ClockField label={t('quiet.until')} value={until} onChange={setUntil} />
          </div>
        )}
        <p className={messages.text} role="status">
          {isEmpty && t(days.length === 0 ? 'quiet.no-day' : 'quiet.no-time')}
        </p>
        <DialogButtons>
          {hours !== undefined && (
            <Button
              look="danger"
              onPress={() => {
                onRemove();
                onClose();
              }}
            >
              {t('quiet.remove')}
            </Button>
          )}
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isDisabled={isEmpty}>
            {t('quiet.save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

interface ClockProps {
  readonly label: string;
  /** Minutes since midnight; undefined: none that is one. */
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
}

/** A time of day in the system's own field. */
function ClockField({ label, value, onChange }: ClockProps) {
  const id = useId();
  const two = (number: number): string => String(number).padStart(2, '0');
  return (
    <div className={field.field}>
      <label className={field.label} htmlFor={id}>
        {label}
      </label>
      <span className={`${field.box} ${field.normal}`}>
        <input
          id={id}
          className={field.input}
          type="time"
          value={value === undefined ? '' : `${two(Math.floor(value / 60))}:${two(value % 60)}`}
          onChange={({ target }) => {
            const [, hour, minute] = /^(\d\d):(\d\d)/.exec(target.value) ?? [];
            onChange(hour === undefined ? undefined : Number(hour) * 60 + Number(minute));
          }}
        />
      </span>
    </div>
  );
}
