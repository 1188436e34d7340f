// What can be done with a conversation, wherever its menu is opened: by the pointer, by the keyboard, in its header.

import { problemOf } from '../bridge.ts';
import type { RequestOf } from '../../shared/ipc.ts';
import type { Conversation } from '../../shared/model.ts';
import type { ControlSign } from '../components/signs.tsx';
import type { MessageKey } from '../../shared/i18n/t.ts';
import { isMuted } from '../../shared/unread.ts';
import type { Program } from '../store/program.ts';

const HOUR = 3_600_000;

type Setting = Omit<RequestOf<'conversation.change'>, 'account' | 'peer'>;

interface Change {
  readonly icon: ControlSign;
  readonly words: Extract<MessageKey, `chat.${string}`>;
  readonly hint?: 'chat.archive.hint';
  /** What to set, at the moment it is chosen; absent: something else happens. */
  readonly setting?: (now: number) => Setting;
}

export const ACTIONS = {
  pin: { icon: 'pin', words: 'chat.pin', setting: () => ({ isPinned: true }) },
  unpin: { icon: 'pin', words: 'chat.unpin', setting: () => ({ isPinned: false }) },
  read: { icon: 'check', words: 'chat.read' },
  'mute-hour': {
    icon: 'bell-off',
    words: 'chat.mute.hour',
    setting: (now) => ({ mutedUntil: now + HOUR }),
  },
  'mute-hours': {
    icon: 'bell-off',
    words: 'chat.mute.hours',
    setting: (now) => ({ mutedUntil: now + 8 * HOUR }),
  },
  'mute-changed': {
    icon: 'bell-off',
    words: 'chat.mute.changed',
    setting: () => ({ mutedUntil: 'changed' }),
  },
  unmute: { icon: 'bell', words: 'chat.unmute', setting: () => ({ mutedUntil: null }) },
  archive: {
    icon: 'inbox',
    words: 'chat.archive',
    hint: 'chat.archive.hint',
    setting: () => ({ isArchived: true }),
  },
  unarchive: { icon: 'inbox', words: 'chat.unarchive', setting: () => ({ isArchived: false }) },
  export: { icon: 'download', words: 'chat.export' },
  delete: { icon: 'trash', words: 'chat.delete' },
} as const satisfies Readonly<Record<string, Change>>;

export type ActionName = keyof typeof ACTIONS;

export const muteActions = (conversation: Conversation, now: number): readonly ActionName[] =>
  isMuted(conversation, now) ? ['unmute'] : ['mute-hour', 'mute-hours', 'mute-changed'];

/** What the menu offers, in groups; only what changes something. */
export function actionsFor(conversation: Conversation, now: number): readonly (readonly ActionName[])[] {
  const { isPinned, isArchived, unread, last } = conversation;
  return [
    [
      isPinned ? 'unpin' : 'pin',
      ...(unread > 0 ? (['read'] as const) : []),
      isArchived ? 'unarchive' : 'archive',
    ],
    muteActions(conversation, now),
    last === undefined ? ['delete'] : ['export', 'delete'],
  ];
}

/** Does it, or asks before; what goes wrong is said in a dialog, because a menu is gone by then. */
export function act(
  { call, view }: Program,
  { account, peer }: Pick<Conversation, 'account' | 'peer'>,
  name: ActionName,
): void {
  if (name === 'delete' || name === 'export') {
    view.getState().ask({ type: name, account, peer });
    return;
  }
  const action: Change = ACTIONS[name];
  const work =
    action.setting === undefined
      ? call('conversation.read', { account, peer })
      : call('conversation.change', { account, peer, ...action.setting(Date.now()) });
  work.catch((error: unknown) =>
    view.getState().ask({ type: 'trouble', account, problem: problemOf(error) }),
  );
}
