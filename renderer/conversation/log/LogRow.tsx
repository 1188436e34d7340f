import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import { dayHeading, dayLong } from '../../i18n/times.ts';
import { MessageRow } from '../message/MessageRow.tsx';
import styles from './Log.module.css';
import type { Row } from './rows.ts';

interface Props {
  readonly row: Row;
  readonly now: number;
  readonly domain: string;
  readonly isSelected: boolean;
  readonly isFound: boolean;
}

/** One row of the log: a message, or what stands between messages. */
export function LogRow({ row, now, domain, isSelected, isFound }: Props) {
  switch (row.type) {
    case 'day':
      return (
        <div className={styles.day} data-row-key={row.key}>
          <span>{dayHeading(row.at, now)}</span>
        </div>
      );
    case 'new':
      return (
        <div className={styles.new} data-row-key={row.key}>
          <span>{t('conversation.new')}</span>
        </div>
      );
    case 'lost':
      return (
        <div className={styles.lost} data-row-key={row.key}>
          <Icon name="history" size="small" />
          <span>{lostWords(row.from, row.until, now, domain)}</span>
        </div>
      );
    case 'message':
      return (
        <MessageRow
          message={row.message}
          isFirst={row.isFirst}
          isLast={row.isLast}
          isSelected={isSelected}
          isFound={isFound}
          today={new Date(now).setHours(12, 0, 0, 0)}
        />
      );
  }
}

function lostWords(from: number, until: number, now: number, domain: string): string {
  const [first, last] = [dayLong(from, now), dayLong(until, now)];
  return first === last
    ? t('log.lost.day', { domain, day: first })
    : t('log.lost', { domain, from: first, until: last });
}
