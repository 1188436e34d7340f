import type { Transitions } from '../../shared/fsm.ts';

/** What a link is in, on either side; `ready`: the opener is known to the acceptor [IMPP 12]. */
export type State = 'new' | 'open' | 'ready' | 'closed';
export type Event = 'hello' | 'starttls' | 'authenticate' | 'close';

/** STARTTLS leads back, as for clients. */
export const TRANSITIONS: Transitions<State, Event> = {
  new: { hello: 'open', close: 'closed' },
  open: { starttls: 'new', authenticate: 'ready', close: 'closed' },
  ready: { close: 'closed' },
  closed: {},
};
