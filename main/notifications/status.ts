import type { Clock } from '../../shared/clock.ts';
import type { Account, PresenceState } from '../../shared/model.ts';
import type { Status } from '../host/host.ts';
import type { Mirror } from '../state.ts';
import { unreadOf } from '../../shared/unread.ts';

/** Changes within this many milliseconds are shown at once. */
const GATHER = 100;
const TELLING = new Set(['account', 'account-removed', 'conversation', 'conversation-removed']);

/** Of the first account that is online; `unknown` while one is about to be, `offline` without any. */
export function presenceOf(accounts: readonly Account[]): PresenceState {
  const online = accounts.find(({ connection }) => connection.phase === 'online');
  if (online !== undefined) return online.own.state;
  return accounts.some(({ connection }) => connection.phase !== 'signed-out') ? 'unknown' : 'offline';
}

/** Keeps what the desktop's panels show of the program up to date; returns the off. */
export function followStatus(mirror: Mirror, clock: Clock, show: (status: Status) => void): () => void {
  let shown: Status | undefined;
  let cancel: (() => void) | undefined;
  const look = (): void => {
    cancel = undefined;
    const status = {
      presence: presenceOf(mirror.accounts),
      unread: unreadOf(mirror.conversations, clock.now()),
    };
    if (status.presence === shown?.presence && status.unread === shown.unread) return;
    shown = status;
    show(status);
  };
  const off = mirror.on(({ change }) => {
    if (TELLING.has(change.type)) cancel ??= clock.after(GATHER, look);
  });
  look();
  return () => {
    off();
    cancel?.();
  };
}
