// What search can do, besides finding: each a sentence that is found by its words.

import type { OwnState } from '../../shared/model.ts';
import type { GlobalShortcut } from '../../shared/shortcuts.ts';
import { problemOf } from '../bridge.ts';
import type { ControlSign } from '../components/signs.tsx';
import { act, ACTIONS, actionsFor } from '../contacts/conversation-actions.ts';
import { ownWord } from '../i18n/presence.ts';
import { type MessageKey, t } from '../../shared/i18n/t.ts';
import { textSizeAfter } from '../../shared/text-size.ts';
import { perform } from '../keyboard.ts';
import { SETTINGS_PANES } from '../settings/panes.ts';
import { pairKey } from '../store/mirror.ts';
import type { Program } from '../store/program.ts';
import { wordsOf } from './fold.ts';

export interface Command {
  readonly id: string;
  readonly words: string;
  readonly icon: ControlSign;
  /** The key that does the same. */
  readonly shortcut?: GlobalShortcut;
  /** About the open conversation: offered whatever is typed. */
  readonly isHere?: boolean;
  readonly run: () => void;
}

/** What keys do that is no page of the settings. */
const SHORTCUTS = [
  ['new', 'command.contact', 'user-plus'],
  ['unread', 'command.unread', 'inbox'],
  ['next', 'shortcut.everywhere.next', 'chev-down'],
  ['previous', 'shortcut.everywhere.previous', 'chev-up'],
  ['presence', 'command.presence-menu', 'user'],
  ['shortcuts', 'command.shortcuts', 'keyboard'],
] as const satisfies readonly (readonly [GlobalShortcut, MessageKey, ControlSign])[];

const SIZES = [
  ['larger', 1, 'shortcut.everywhere.larger'],
  ['smaller', -1, 'shortcut.everywhere.smaller'],
  ['usual', 'usual', 'shortcut.everywhere.usual'],
] as const satisfies readonly (readonly [GlobalShortcut, number | 'usual', MessageKey])[];

const STATES = [
  'available',
  'away',
  'busy',
  'do-not-disturb',
  'offline',
] as const satisfies readonly OwnState[];

/** All that can be done now. */
export function commandsOf(program: Program): readonly Command[] {
  const view = program.view.getState();
  const { mirror } = program.mirror.getState();
  if (mirror === undefined) return [];
  const { page } = view;
  const here: Command[] =
    page.type === 'conversation'
      ? [
          {
            id: 'day',
            words: t('command.day'),
            icon: 'history',
            shortcut: 'day',
            isHere: true,
            run: () => perform(program, 'day'),
          },
          {
            id: 'here',
            words: t('command.here'),
            icon: 'search',
            shortcut: 'find',
            run: () => perform(program, 'find'),
          },
          {
            id: 'person',
            words: t('command.person'),
            icon: 'panel',
            shortcut: 'person',
            run: () => perform(program, 'person'),
          },
        ]
      : [];
  const open =
    page.type === 'conversation' ? mirror.conversations.get(pairKey(page.account, page.peer)) : undefined;
  const changes = (open === undefined ? [] : actionsFor(open, Date.now()).flat()).map(
    (name): Command => ({
      id: `chat ${name}`,
      words: t(ACTIONS[name].words),
      icon: ACTIONS[name].icon,
      isHere: name === 'export',
      run: () => open && act(program, open, name),
    }),
  );
  const general: Command[] = [
    ...SHORTCUTS.map(
      ([shortcut, words, icon]): Command => ({
        id: shortcut,
        words: t(words),
        icon,
        shortcut,
        run: () => perform(program, shortcut),
      }),
    ),
    { id: 'write', words: t('command.write'), icon: 'compose', run: () => view.open({ type: 'write' }) },
    {
      id: 'requests',
      words: t('command.requests'),
      icon: 'inbox',
      run: () => view.open({ type: 'requests' }),
    },
  ];
  const presence = STATES.filter((state) =>
    mirror.accounts.some(({ policy }) => state !== 'offline' || !policy.includes('no-invisible')),
  ).map(
    (state): Command => ({
      id: `presence ${state}`,
      words: t('command.presence', { state: ownWord(state) }),
      icon: 'user',
      run: () => setPresence(program, state),
    }),
  );
  const settings = SETTINGS_PANES.map(
    ([pane, icon]): Command => ({
      id: `settings ${pane}`,
      words: t('command.settings', { page: t(`settings.${pane}`) }),
      icon,
      run: () => view.open({ type: 'settings', pane }),
    }),
  );
  const sizes = SIZES.map(
    ([shortcut, steps, words]): Command => ({
      id: shortcut,
      words: t(words),
      icon: 'sliders',
      shortcut,
      run: () => changeTextSize(program, steps),
    }),
  );
  return [...here, ...changes, ...general, ...presence, ...sizes, ...settings];
}

/** Those that have a word for each of what was typed. */
export function matching(commands: readonly Command[], typed: string): readonly Command[] {
  const words = wordsOf(typed);
  if (words.length === 0) return [];
  return commands.filter(({ words: text }) => {
    const own = wordsOf(text);
    return words.every((word) => own.some((one) => one.startsWith(word)));
  });
}

function changeTextSize({ call, mirror, view }: Program, steps: number | 'usual'): void {
  const { mirror: known } = mirror.getState();
  const [first] = known?.accounts ?? [];
  if (known === undefined || first === undefined) return;
  call('settings.change', { textSize: textSizeAfter(known.settings.textSize, steps) }).catch(
    (error: unknown) =>
      view.getState().ask({ type: 'trouble', account: first.id, problem: problemOf(error) }),
  );
}

/** In all accounts that allow it. */
function setPresence({ call, mirror, view }: Program, state: OwnState): void {
  for (const { id, own, policy } of mirror.getState().mirror?.accounts ?? []) {
    if (state === 'offline' && policy.includes('no-invisible')) continue;
    call('presence.set', { account: id, state, note: own.note }).catch((error: unknown) =>
      view.getState().ask({ type: 'trouble', account: id, problem: problemOf(error) }),
    );
  }
}
