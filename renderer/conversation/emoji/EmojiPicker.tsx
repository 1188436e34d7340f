import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import { type Emoji, findEmoji, GROUPS, lastUsed, use } from './emoji.ts';
import styles from './EmojiPicker.module.css';
import { useEmoji } from './use-emoji.ts';

/** Signs of a line; the style has the same number. */
const COLUMNS = 8;
const FOUND = 96;
/** What stands for each group. */
const SIGNS: Readonly<Record<(typeof GROUPS)[number], string>> = {
  0: '🙂',
  1: '👋',
  3: '🐻',
  4: '🍎',
  5: '🚗',
  6: '⚽',
  7: '💡',
  8: '❤️',
  9: '🏁',
};

type Group = 'last' | (typeof GROUPS)[number];

/** All emoji, by group or by name. Arrows move among them; letters search. */
export function EmojiPicker({ onPick }: { readonly onPick: (sign: string) => void }) {
  const all = useEmoji();
  const [text, setText] = useState('');
  const [group, setGroup] = useState<Group>(lastUsed().length > 0 ? 'last' : 0);
  const grid = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const shown = useMemo(() => shownOf(all ?? [], text, group), [all, text, group]);
  const isSearch = text.trim() !== '';

  const pick = (sign: string): void => {
    use(sign);
    onPick(sign);
  };
  const focusAt = (index: number): void => {
    const signs = [...(grid.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    signs[Math.max(0, Math.min(signs.length - 1, index))]?.focus();
  };
  const onGridKey = (event: KeyboardEvent): void => {
    const signs = [...(grid.current?.querySelectorAll('button') ?? [])];
    const from = signs.indexOf(event.target as HTMLButtonElement);
    const forward = document.documentElement.dir === 'rtl' ? -1 : 1;
    const to = {
      ArrowRight: from + forward,
      ArrowLeft: from - forward,
      ArrowDown: from + COLUMNS,
      ArrowUp: from - COLUMNS,
      Home: 0,
      End: signs.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0 && event.key === 'ArrowUp') field.current?.focus();
    else focusAt(to);
  };

  return (
    <div className={styles.picker}>
      <label className={styles.search}>
        <Icon name="search" size="small" />
        <input
          ref={field}
          className={styles.field}
          autoFocus
          aria-label={t('emoji.search')}
          placeholder={t('emoji.search')}
          autoComplete="off"
          spellCheck="false"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            const [first] = shown;
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              focusAt(0);
            } else if (event.key === 'Enter') {
              event.preventDefault();
              if (first !== undefined && isSearch) pick(first.sign);
            }
          }}
        />
      </label>
      {!isSearch && (
        <div className={styles.groups} role="group" aria-label={t('emoji.label')}>
          {lastUsed().length > 0 && (
            <button
              type="button"
              className={styles.group}
              aria-pressed={group === 'last'}
              aria-label={t('emoji.recent')}
              title={t('emoji.recent')}
              onClick={() => setGroup('last')}
            >
              <Icon name="clock" size="small" />
            </button>
          )}
          {GROUPS.map((one) => (
            <button
              key={one}
              type="button"
              className={styles.group}
              aria-pressed={group === one}
              aria-label={t(`emoji.group.${one}`)}
              title={t(`emoji.group.${one}`)}
              onClick={() => setGroup(one)}
            >
              {SIGNS[one]}
            </button>
          ))}
        </div>
      )}
      {/* The signs are one stop of Tab; the group hears their arrows. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={grid}
        className={styles.grid}
        role="group"
        aria-label={t('emoji.label')}
        onKeyDown={onGridKey}
      >
        {shown.map(({ sign, label, names }, index) => (
          <button
            key={sign}
            type="button"
            className={styles.sign}
            tabIndex={index === 0 ? 0 : -1}
            aria-label={label}
            title={`${label} :${names[0] ?? ''}:`}
            onClick={() => pick(sign)}
          >
            {sign}
          </button>
        ))}
        {shown.length === 0 && (
          <p className={styles.none} role="status">
            {all === undefined ? t('emoji.loading') : t('emoji.none')}
          </p>
        )}
      </div>
    </div>
  );
}

function shownOf(all: readonly Emoji[], text: string, group: Group): readonly Emoji[] {
  if (text.trim() !== '') return findEmoji(all, text, FOUND);
  if (group !== 'last') return all.filter((one) => one.group === group);
  return lastUsed().flatMap((sign) => all.filter((one) => one.sign === sign));
}
