import type { Transitions } from '../../shared/fsm.ts';

/** What a client's connection is in; which methods each state takes is in router.ts [IMPP 6]. */
export type State = 'new' | 'open' | 'authenticated' | 'attached' | 'closed';
export type Event = 'hello' | 'starttls' | 'authenticate' | 'attach' | 'close';

/** STARTTLS leads back, so that nothing said in clear counts under TLS. */
export const TRANSITIONS: Transitions<State, Event> = {
  new: { hello: 'open', close: 'closed' },
  open: { starttls: 'new', authenticate: 'authenticated', close: 'closed' },
  authenticated: { attach: 'attached', close: 'closed' },
  attached: { close: 'closed' },
  closed: {},
};
