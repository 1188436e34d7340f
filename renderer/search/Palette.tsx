import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import { Icon } from '../components/Icon.tsx';
import { Segments } from '../components/Segments.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useProgram, useView } from '../store/hooks.ts';
import type { SearchScope } from '../store/view.ts';
import { Chips } from './Chips.tsx';
import type { Group, Option } from './groups.tsx';
import styles from './Palette.module.css';
import { useGroups } from './use-groups.ts';
import { useSearch } from './use-search.ts';

const SCOPES = ['all', 'people', 'messages', 'files'] as const satisfies readonly SearchScope[];
/** Rows that PageUp and PageDown pass. */
const PAGE = 8;
/** So many are shown at first, and so many more each time. */
const STEP = 50;
/** Characters of a query that the program takes. */
const LONGEST = 1000;
/** What a search may ask for. */
const MOST = 200;

/** Search, and the way to everything by keyboard. */
export function Palette() {
  const { view } = useProgram();
  const search = useView((state) => state.search);
  if (search === undefined) return null;
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={() => view.getState().closeSearch()}
      className={styles.overlay ?? ''}
    >
      <Modal className={styles.palette ?? ''}>
        <Dialog className={styles.dialog ?? ''} aria-label={t('search.title')}>
          <Search key={`${search.scope} ${search.text}`} begun={search} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface Props {
  readonly begun: { readonly text: string; readonly scope: SearchScope };
}

function Search({ begun }: Props) {
  const { view } = useProgram();
  const [text, setText] = useState(begun.text);
  const [scope, setScope] = useState(begun.scope);
  const [limit, setLimit] = useState(STEP);
  const [active, setActive] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  const results = useSearch(text, scope, limit);
  // The one thing to do here is to type, also when search begins anew while it is open.
  useEffect(() => field.current?.focus(), []);

  const write = (next: string): void => {
    setText(next);
    setLimit(STEP);
    setActive(undefined);
  };
  const narrow = (next: SearchScope): void => {
    setScope(next);
    setLimit(STEP);
    setActive(undefined);
  };
  const groups = useGroups({
    results,
    text,
    scope,
    canShowMore: limit < MOST,
    write,
    showMore: () => setLimit(Math.min(MOST, limit + STEP)),
  });
  const options = groups.flatMap((group) => group.options);
  const chosen = options.find(({ key }) => key === active) ?? options.find(isFound);

  const take = (option: Option): void => {
    if (option.stays === true) {
      option.run();
      return;
    }
    // Both at once, so that the focus does not go back to where it was before it goes to what was opened.
    const { page } = view.getState();
    flushSync(() => {
      view.getState().closeSearch();
      option.run();
    });
    if (view.getState().page !== page) focusPage(option.isInLog === true);
  };
  const move = (to: number): void => setActive(options[Math.max(0, Math.min(options.length - 1, to))]?.key);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = chosen === undefined ? -1 : options.indexOf(chosen);
    const moves: Readonly<Record<string, number>> = {
      // Round the ends: from the last one down to the first.
      ArrowDown: at + 1 < options.length ? at + 1 : 0,
      ArrowUp: at > 0 ? at - 1 : options.length - 1,
      PageDown: at + PAGE,
      PageUp: at - PAGE,
    };
    const to = moves[event.key];
    if (to !== undefined) move(to);
    else if (event.key === 'Enter' && chosen !== undefined) take(chosen);
    else if (event.key === 'Tab') {
      // The dialog would move the focus on.
      event.stopPropagation();
      const next = SCOPES.indexOf(scope) + (event.shiftKey ? -1 : 1);
      narrow(SCOPES[(next + SCOPES.length) % SCOPES.length] ?? 'all');
    } else return;
    event.preventDefault();
  };

  return (
    <>
      <div className={styles.query}>
        <Icon name="search" />
        <input
          ref={field}
          className={styles.input}
          role="combobox"
          aria-label={t('search.field')}
          aria-autocomplete="list"
          aria-expanded={options.length > 0}
          aria-controls="search-results"
          aria-describedby="search-scope"
          {...(chosen === undefined ? {} : { 'aria-activedescendant': idOf(chosen) })}
          autoComplete="off"
          spellCheck="false"
          dir="auto"
          placeholder={t('search.placeholder')}
          value={text}
          maxLength={LONGEST}
          onChange={({ target }) => write(target.value)}
          onKeyDown={onKeyDown}
        />
        <Segments
          label={t('search.narrow')}
          value={scope}
          options={SCOPES.map((value) => ({ value, text: t(`search.scope.${value}`) }))}
          onChange={narrow}
        />
      </div>
      <Chips understood={results.understood} />
      {/* Its options are chosen from the field; it is no stop of its own. */}
      <div
        id="search-results"
        className={styles.results}
        tabIndex={-1}
        // A list box without options is none.
        {...(options.length > 0
          ? { role: 'listbox', 'aria-label': t('search.results'), 'aria-busy': results.isBusy }
          : {})}
      >
        {groups.map((group) => (
          <ResultGroup key={group.key} group={group} chosen={chosen} onTake={take} />
        ))}
      </div>
      <span className={styles.hidden} id="search-scope">
        {t('words.of', { first: t('search.narrow'), second: t(`search.scope.${scope}`) })}
      </span>
      <span className={styles.hidden} role="status">
        {!results.isBusy && text !== '' && t('search.count', { count: options.filter(isFound).length })}
      </span>
      <Hint />
    </>
  );
}

const idOf = ({ key }: Option): string => `search ${key}`.replaceAll(' ', '-');

const isFound = ({ isBeside }: Option): boolean => isBeside !== true;

interface GroupProps {
  readonly group: Group;
  readonly chosen: Option | undefined;
  readonly onTake: (option: Option) => void;
}

function ResultGroup({ group, chosen, onTake }: GroupProps) {
  const { key, title, aside, note, options } = group;
  return (
    <div
      {...(options.length > 0
        ? { role: 'group', 'aria-labelledby': `search-group-${key}` }
        : { role: 'presentation' })}
    >
      <div className={styles.heading} id={`search-group-${key}`}>
        {title}
        {aside !== undefined && <bdi>{aside}</bdi>}
      </div>
      {options.map((option) => (
        // The field hears the keys.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
        <div
          key={option.key}
          id={idOf(option)}
          role="option"
          aria-selected={option === chosen}
          className={styles.hit}
          ref={option === chosen ? scrollTo : undefined}
          // Pressing must not take the focus away from the field.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(option)}
        >
          {option.content}
        </div>
      ))}
      {note !== undefined && (
        <div role="presentation" className={styles.note}>
          {note}
        </div>
      )}
    </div>
  );
}

const scrollTo = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' });

/** In a conversation one goes on writing, or reading at the message that was found. */
function focusPage(isInLog: boolean): void {
  const to = isInLog ? '[data-ring="conversation"]' : '[data-ring="composer"] textarea';
  document.querySelector<HTMLElement>(to)?.focus({ preventScroll: true });
}

function Hint(): ReactNode {
  return (
    <div className={styles.hint} aria-hidden="true">
      <span>
        <Icon name="chev-up" size="small" />
        <Icon name="chev-down" size="small" />
        {t('search.choose')}
      </span>
      <span>
        <Icon name="return" size="small" isDirected />
        {t('search.open')}
      </span>
      <span>
        <kbd>Tab</kbd> {t('search.narrow.key')}
      </span>
      <span className={styles.example}>{t('search.example')}</span>
    </div>
  );
}
