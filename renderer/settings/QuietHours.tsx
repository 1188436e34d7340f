import { useState } from 'react';
import type { QuietHours as Hours, Settings } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { Button, IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { Switch } from '../components/Switch.tsx';
import { daysWords, timeWords } from '../i18n/days.ts';
import { useSettings } from '../store/hooks.ts';
import { QuietHoursDialog } from './QuietHoursDialog.tsx';
import styles from './Settings.module.css';

interface Props {
  /** Whether the system says when nobody is to disturb. */
  readonly knowsQuiet: boolean;
  readonly onChange: (part: Partial<Settings>) => void;
}

/** `Every day, 22:00 to 07:00`. */
const wordsOf = ({ days, from, until }: Hours): string =>
  from === until
    ? t('quiet.all-day', { days: daysWords(days) })
    : t('quiet.hours', { days: daysWords(days), from: timeWords(from), until: timeWords(until) });

/** When do not disturb is set by itself. */
export function QuietHours({ knowsQuiet, onChange }: Props) {
  const { quietHours, followsSystemQuiet } = useSettings();
  /** The place of those that are edited; that after the last: new ones. */
  const [edited, setEdited] = useState<number>();
  const put = (place: number, hours: readonly Hours[]): void =>
    onChange({ quietHours: quietHours.toSpliced(place, 1, ...hours) });
  return (
    <div className={styles.list}>
      {quietHours.map((hours, place) => (
        // They are known by nothing but their place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={place} className={styles.option}>
          <div className={styles.what}>
            <b>{wordsOf(hours)}</b>
            <small>{t(hours.isOn ? 'quiet.on' : 'quiet.off')}</small>
          </div>
          <IconButton
            size="small"
            label={t('quiet.edit', { hours: wordsOf(hours) })}
            onPress={() => setEdited(place)}
          >
            <Icon name="edit" />
          </IconButton>
          <Switch
            label={wordsOf(hours)}
            isOn={hours.isOn}
            onChange={(isOn) => put(place, [{ ...hours, isOn }])}
          />
        </div>
      ))}
      {knowsQuiet && (
        <div className={styles.option}>
          <div className={styles.what}>
            <b>{t('quiet.system')}</b>
            <small>{t('quiet.system.hint')}</small>
          </div>
          <Switch
            label={t('quiet.system')}
            isOn={followsSystemQuiet}
            onChange={(isOn) => onChange({ followsSystemQuiet: isOn })}
          />
        </div>
      )}
      <div className={styles.option}>
        <div className={styles.what}>
          <small>{t('quiet.text')}</small>
        </div>
        <Button size="small" onPress={() => setEdited(quietHours.length)}>
          {t('quiet.add')}
        </Button>
      </div>
      {edited !== undefined && (
        <QuietHoursDialog
          hours={quietHours[edited]}
          onSave={(hours) => put(edited, [hours])}
          onRemove={() => put(edited, [])}
          onClose={() => setEdited(undefined)}
        />
      )}
    </div>
  );
}
