import { t } from '../../shared/i18n/t.ts';
import type { Keys } from '../../shared/shortcuts.ts';

/** Signs that all keyboards have on them. */
const SIGNS: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓' };

function keyWord(key: string): string {
  switch (key) {
    case 'Enter':
      return t('key.enter');
    case 'Escape':
      return t('key.escape');
    case ' ':
      return t('key.space');
    case 'Delete':
      return t('key.delete');
    default:
      return SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  }
}

/** Keys as the keyboards of this system name them: `Ctrl Shift A`, `⇧⌘A`. */
export function keysWords({ key, isCommand, isShift, isAlt }: Keys, platform: string): string {
  if (platform === 'darwin') {
    return `${isAlt === true ? '⌥' : ''}${isShift === true ? '⇧' : ''}${isCommand === true ? '⌘' : ''}${keyWord(key)}`;
  }
  return [
    ...(isCommand === true ? [t('key.command')] : []),
    ...(isAlt === true ? [t('key.alt')] : []),
    ...(isShift === true ? [t('key.shift')] : []),
    keyWord(key),
  ].join(' ');
}

/** For `aria-keyshortcuts`, which screen readers say. */
export const ariaKeys = ({ key, isCommand, isShift, isAlt }: Keys, platform: string): string =>
  [
    ...(isCommand === true ? [platform === 'darwin' ? 'Meta' : 'Control'] : []),
    ...(isAlt === true ? ['Alt'] : []),
    ...(isShift === true ? ['Shift'] : []),
    key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key,
  ].join('+');
