// Every key that does something, in one table: what handles keys asks it, and menus and the list that people see are
// made of it.

/** A key with those that are held with it. */
export interface Keys {
  /** As `KeyboardEvent.key` says it; letters are small. */
  readonly key: string;
  /** Ctrl, on macOS Command. */
  readonly isCommand?: true;
  readonly isShift?: true;
  readonly isAlt?: true;
}

interface Shortcut {
  /** The first is the one that is shown. */
  readonly keys: readonly [Keys, ...Keys[]];
  /** Listed only in the app of one's own: most browsers have these keys for themselves. */
  readonly isAppOnly?: true;
}

const command = (key: string): Keys => ({ key, isCommand: true });
const commandShift = (key: string): Keys => ({ key, isCommand: true, isShift: true });

const listed = <const Id extends string>(all: Readonly<Record<Id, Shortcut>>) => all;

/** Everywhere in the window, where no dialog is open. */
export const EVERYWHERE = listed({
  search: { keys: [command('k')] },
  new: { keys: [command('n')], isAppOnly: true },
  unread: { keys: [commandShift('a')] },
  next: { keys: [{ key: 'ArrowDown', isAlt: true }] },
  previous: { keys: [{ key: 'ArrowUp', isAlt: true }] },
  pinned: { keys: [command('1'), ...'23456789'.split('').map(command)] },
  presence: { keys: [commandShift('p')] },
  settings: { keys: [command(',')] },
  shortcuts: { keys: [command('/')] },
  round: { keys: [{ key: 'F6' }] },
  'round-back': { keys: [{ key: 'F6', isShift: true }] },
  larger: { keys: [command('+'), command('=')], isAppOnly: true },
  smaller: { keys: [command('-')], isAppOnly: true },
  usual: { keys: [command('0')], isAppOnly: true },
});

/** Everywhere while a conversation is open. */
export const IN_CONVERSATION = listed({
  find: { keys: [command('f')] },
  day: { keys: [command('g')] },
  person: { keys: [command('i')] },
});

/** In the field where one writes. */
export const IN_COMPOSER = listed({
  send: { keys: [{ key: 'Enter' }] },
  break: { keys: [{ key: 'Enter', isShift: true }] },
  last: { keys: [{ key: 'ArrowUp' }] },
  bold: { keys: [command('b')] },
  italic: { keys: [command('i')] },
  code: { keys: [command('e')] },
  leave: { keys: [{ key: 'Escape' }] },
});

/** On a message that has the focus. */
export const ON_MESSAGE = listed({
  menu: { keys: [{ key: 'Enter' }, { key: 'ContextMenu' }, { key: 'F10', isShift: true }] },
  reply: { keys: [{ key: 'r' }] },
  correct: { keys: [{ key: 'e' }] },
  details: { keys: [{ key: 'd' }] },
  copy: { keys: [command('c')] },
  select: { keys: [{ key: ' ' }] },
  extend: {
    keys: [
      { key: 'ArrowUp', isShift: true },
      { key: 'ArrowDown', isShift: true },
    ],
  },
  delete: { keys: [{ key: 'Delete' }] },
});

export const SHORTCUTS = {
  everywhere: EVERYWHERE,
  conversation: IN_CONVERSATION,
  composer: IN_COMPOSER,
  message: ON_MESSAGE,
} as const;

export type ShortcutPlace = keyof typeof SHORTCUTS;
export type GlobalShortcut = keyof typeof EVERYWHERE | keyof typeof IN_CONVERSATION;
/** `everywhere.search`: also the name of its words. */
export type ShortcutName = {
  [P in ShortcutPlace]: `${P}.${Extract<keyof (typeof SHORTCUTS)[P], string>}`;
}[ShortcutPlace];

/** Of a KeyboardEvent, or of what Electron hears. */
export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Signs that stand on a key of their own here, and there are had with Shift. */
const isSign = (key: string): boolean => key.length === 1 && !/[\p{L} ]/u.test(key);

const isPressed = ({ key, isCommand, isShift, isAlt }: Keys, pressed: Pressed): boolean =>
  pressed.key.toLowerCase() === key.toLowerCase() &&
  (pressed.ctrlKey || pressed.metaKey) === (isCommand === true) &&
  pressed.altKey === (isAlt === true) &&
  (isSign(key) ? !/\d/.test(key) || !pressed.shiftKey : pressed.shiftKey === (isShift === true));

/** What the keys that are pressed do in one place; undefined: nothing. */
export function shortcutOf<Id extends string>(
  place: Readonly<Record<Id, Shortcut>>,
  pressed: Pressed,
): Id | undefined {
  for (const id in place) if (place[id].keys.some((keys) => isPressed(keys, pressed))) return id;
  return undefined;
}

const shortcutNamed = (name: GlobalShortcut): Shortcut => ({ ...EVERYWHERE, ...IN_CONVERSATION })[name];

/** The keys of a shortcut, for people. */
export const keysOf = (name: GlobalShortcut): Keys => shortcutNamed(name).keys[0];

/** Whether most browsers have these keys for themselves. */
export const isAppOnly = (name: GlobalShortcut): boolean => shortcutNamed(name).isAppOnly === true;
