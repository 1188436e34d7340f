import { useState } from 'react';
import { t } from '../../../shared/i18n/t.ts';
import { formatSize } from '../../../shared/i18n/formats.ts';
import { useMirror, useNow } from '../../store/hooks.ts';

/** Octets of a message on their way out or in. */
export interface Transfer {
  readonly done: number;
  readonly total: number;
}

const SECOND = 1000;
/** The time that is left is said once this many milliseconds have shown how fast it goes. */
const LEARNING = 2000;
const MINUTE = 60_000;

/** How far a message is on its way; `undefined` when it is not. */
export const useTransfer = (id: number): Transfer | undefined =>
  useMirror((mirror) => mirror.transfers.get(id));

/** `6.1 of 9.2 MB, 12 seconds left`, by how fast it went since it is shown. */
export function useProgressWords({ done, total }: Transfer): string {
  const now = useNow(SECOND);
  const [first] = useState({ at: now, done });
  const passed = now - first.at;
  const moved = done - first.done;
  const left = passed >= LEARNING && moved > 0 ? ((total - done) * passed) / moved : undefined;
  return progressWords(done, total, left);
}

/** `left` in milliseconds, where it is known. */
export function progressWords(done: number, total: number, left: number | undefined): string {
  const of = { done: withoutUnit(done, total), total: formatSize(total) };
  if (left === undefined) return t('file.progress', of);
  const words =
    left < MINUTE
      ? t('file.left.seconds', { count: Math.max(1, Math.round(left / SECOND)) })
      : t('file.left.minutes', { count: Math.round(left / MINUTE) });
  return t('file.progress.left', { ...of, left: words });
}

/** `6.1` of `9.2 MB`: the unit is said once where it is the same. */
function withoutUnit(done: number, total: number): string {
  const text = formatSize(done);
  const unit = formatSize(total).replace(/^[\d.]+/, '');
  return text.endsWith(unit) ? text.slice(0, -unit.length) : text;
}
