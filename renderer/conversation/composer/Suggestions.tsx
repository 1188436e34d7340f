import type { Emoji } from '../emoji/emoji.ts';
import { t } from '../../../shared/i18n/t.ts';
import styles from './Composer.module.css';

interface Props {
  readonly id: string;
  readonly emoji: readonly Emoji[];
  readonly active: number;
  /** The beginning of a name: the one that it begins is shown, where an emoji has several. */
  readonly typed: string;
  readonly onPick: (emoji: Emoji) => void;
}

/** The emoji whose names begin as what is typed. Keys are those of the field, which keeps the focus. */
export function Suggestions({ id, emoji, active, typed, onPick }: Props) {
  return (
    <div id={id} className={styles.suggestions} role="listbox" aria-label={t('emoji.suggestions')}>
      {emoji.map((one, index) => (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
        <div
          key={one.sign}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          className={styles.suggestion}
          // Pressing must not take the focus from the field.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(one)}
        >
          <span className={styles.sign}>{one.sign}</span>
          {`:${one.names.find((name) => name.startsWith(typed)) ?? one.names[0] ?? ''}:`}
        </div>
      ))}
    </div>
  );
}
