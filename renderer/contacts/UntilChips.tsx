import { useState } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { TimeField } from '../components/TimeField.tsx';
import { Button } from '../components/Button.tsx';
import { t } from '../../shared/i18n/t.ts';
import { timeAhead } from '../i18n/times.ts';
import { useNow } from '../store/hooks.ts';
import styles from './PresenceMenu.module.css';
import { nextHour, tomorrow } from './until.ts';

interface Props {
  readonly until: number | undefined;
  readonly onChange: (until: number | undefined) => void;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** Until when a choice holds: an hour, a time, tomorrow, or no end. */
export function UntilChips({ until, onChange }: Props) {
  const [asked, setAsked] = useState<number>();
  const now = useNow(MINUTE);
  const choose = (key: string): void => {
    setAsked(key === 'time' ? (until ?? nextHour(now)) : undefined);
    if (key === 'hour') onChange(Date.now() + HOUR);
    else if (key === 'tomorrow') onChange(tomorrow(now));
    else if (key === 'none') onChange(undefined);
  };
  const chosen = asked !== undefined ? 'time' : until === undefined ? 'none' : 'set';
  const chips = ['hour', 'time', 'tomorrow', 'none'] as const;
  return (
    <div className={styles.until}>
      <div className={styles.chips}>
        <span id="presence-until">{t('presence.until.label')}</span>
        <ToggleButtonGroup
          className={styles.group ?? ''}
          aria-labelledby="presence-until"
          selectionMode="single"
          selectedKeys={[chosen]}
          onSelectionChange={([key]) => {
            if (key !== undefined) choose(String(key));
          }}
        >
          {until !== undefined && (
            <ToggleButton id="set" className={styles.chip ?? ''}>
              {timeAhead(until, now)}
            </ToggleButton>
          )}
          {chips.map((one) => (
            <ToggleButton key={one} id={one} className={styles.chip ?? ''}>
              {t(`presence.until.${one}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      {asked !== undefined && (
        <form
          className={styles.time}
          onSubmit={(event) => {
            event.preventDefault();
            if (asked <= Date.now()) return;
            onChange(asked);
            setAsked(undefined);
          }}
        >
          <TimeField
            label={t('presence.until.at')}
            isLabelHidden
            value={asked}
            min={now}
            onChange={(value) => setAsked(value ?? nextHour(now))}
          />
          <Button type="submit" size="small" look="primary" isDisabled={asked <= now}>
            {t('presence.until.set')}
          </Button>
        </form>
      )}
      {until !== undefined && <p className={styles.small}>{t('presence.until.hint')}</p>}
    </div>
  );
}
