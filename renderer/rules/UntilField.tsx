import { useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Select } from '../components/Select.tsx';
import { t } from '../../shared/i18n/t.ts';
import { timeAhead } from '../i18n/times.ts';
import styles from './UntilField.module.css';

const HOUR = 3_600_000;
const MORNING = 8;

type Preset = 'none' | 'hour' | 'tomorrow' | 'week' | 'date';

const timeOfPreset = (preset: 'hour' | 'tomorrow' | 'week', now: number): number => {
  if (preset === 'hour') return now + HOUR;
  const at = new Date(now);
  if (preset === 'tomorrow') {
    at.setDate(at.getDate() + 1);
    at.setHours(MORNING, 0, 0, 0);
  } else at.setDate(at.getDate() + 7);
  return at.getTime();
};

interface Props {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: number | undefined;
  readonly now: number;
  readonly onChange: (value: number | undefined) => void;
  /** It must end: there is no choice of no end. */
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  /** A change is in force at once, so a date is taken when it is whole: on Enter, and when the field is left. */
  readonly isImmediate?: boolean;
}

/** When something ends: no end, a usual time, or a date and time of one's own. */
export function UntilField({
  label,
  isLabelHidden = true,
  value,
  now,
  onChange,
  isRequired = false,
  isDisabled = false,
  isImmediate = false,
}: Props) {
  const [isDating, setDating] = useState(false);
  const [isPast, setPast] = useState(false);
  /** A year that is being typed goes through times long gone: those are never taken. */
  const take = (text: string): void => {
    const at = new Date(text).getTime();
    const isOver = at <= Date.now();
    setPast(isOver);
    if (!Number.isNaN(at) && !isOver && at !== value) onChange(at);
  };
  const shown = value === undefined ? 'none' : 'set';
  const choose = (preset: Preset | 'set'): void => {
    setDating(preset === 'date');
    setPast(false);
    if (preset === 'none') onChange(undefined);
    else if (preset === 'hour' || preset === 'tomorrow' || preset === 'week')
      onChange(timeOfPreset(preset, now));
  };
  return (
    <span className={styles.until}>
      <Select<Preset | 'set'>
        label={label}
        isLabelHidden={isLabelHidden}
        value={isDating ? 'date' : shown}
        isDisabled={isDisabled}
        options={[
          ...(isRequired ? [] : [{ value: 'none' as const, text: t('rules.until.none') }]),
          ...(value === undefined ? [] : [{ value: 'set' as const, text: timeAhead(value, now) }]),
          { value: 'hour' as const, text: t('rules.until.hour') },
          { value: 'tomorrow' as const, text: t('rules.until.tomorrow') },
          { value: 'week' as const, text: t('rules.until.week') },
          { value: 'date' as const, text: t('rules.until.date') },
        ]}
        onChange={choose}
      />
      {isDating && (
        <input
          className={styles.date}
          type="datetime-local"
          aria-label={t('rules.until.at')}
          min={localText(now)}
          defaultValue={value === undefined ? '' : localText(value)}
          onChange={(event) => {
            if (!isImmediate) take(event.target.value);
          }}
          onBlur={(event) => take(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') take(event.currentTarget.value);
          }}
        />
      )}
      {value !== undefined && !isRequired && !isDisabled && (
        <Button size="tiny" look="quiet" onPress={() => choose('none')}>
          {t('rules.until.none')}
        </Button>
      )}
      {(isPast || (value !== undefined && value <= now)) && (
        <span className={styles.past}>{t('rules.until.past')}</span>
      )}
    </span>
  );
}

/** As `<input type="datetime-local">` writes it, in local time to the minute. */
function localText(ms: number): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
