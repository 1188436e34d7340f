import type { Conversation } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { timeAhead } from '../i18n/times.ts';

/** `Muted until 18:00`. */
export function mutedWords({ mutedUntil }: Conversation, now: number): string {
  return typeof mutedUntil === 'number'
    ? t('sidebar.muted.until', { until: timeAhead(mutedUntil, now) })
    : t('sidebar.muted');
}
