import { type ErrorCode, ImppError } from '../../shared/errors.ts';
import { parseAddress } from '../../shared/impp/address.ts';
import { parseWatchers, type WatcherList } from '../../shared/impp/watchers.ts';
import type { ResponseOf } from '../../shared/ipc.ts';
import type { Watcher } from '../../shared/model.ts';
import type { Pairs } from '../connection/connection.ts';
import { problemOf } from '../problem.ts';
import type { Context } from './context.ts';
import { readPresenceObject } from './presence-object.ts';

/** Octets: some 6,000 watchers, and no pause for what else the connection carries. */
const MAX_LIST = 1_048_576;

const ask = async (context: Context, headers: Pairs): Promise<WatcherList> => {
  const { body } = await context.connection().request('GET-WATCHERS', [['Target', context.url], ...headers]);
  return body === undefined ? { watchers: [], more: 0 } : parseWatchers(body, MAX_LIST);
};

/** Who watches, as the domain has it now, and how many it leaves out. */
export const readWatchers = async (context: Context): Promise<ResponseOf<'watchers.list'>> => {
  const { watchers, more } = await ask(context, [['X-Max-Size', String(MAX_LIST)]]);
  return { watchers: [...watchers], more };
};

/** Who waits for an answer: these come first, so that a short list mostly has them all. */
export const readPending = async (context: Context): Promise<Watcher[]> => {
  const { watchers, more } = await ask(context, []);
  const isWhole = more === 0 || watchers.at(-1)?.state !== 'pending';
  const all = isWhole ? watchers : (await readWatchers(context)).watchers;
  return all.filter(({ state }) => state === 'pending');
};

/** What an answer to a watcher may be, other than that something went wrong on the way to it. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'permission-denied',
  'target-unknown',
  'temporarily-forwarded',
  'permanently-forwarded',
  'user-authentication-required',
]);

/**
 * What the domain would answer a SUBSCRIBE of `watcher` (an address as typed, or `anonymous`), refusals included
 * [IMPP 7, "view as"]. Throws `invalid-address`, and what kept the question from being answered.
 */
export const viewAs = async (context: Context, watcher: string): Promise<ResponseOf<'presence.viewAs'>> => {
  const { url, host, clock } = context;
  const who = watcher === 'anonymous' ? watcher : parseAddress(watcher).url;
  try {
    const { headers, body } = await context.connection().request('FETCH', [
      ['Target', url],
      ['Watcher', who],
    ]);
    const presence = readPresenceObject(headers.get('Content-Type'), body, url);
    const state = headers.get('Subscription-State') === 'pending' ? 'pending' : 'active';
    return { at: clock.now(), state, presence };
  } catch (error) {
    if (!(error instanceof ImppError) || !REFUSALS.has(error.code)) throw error;
    return { at: clock.now(), state: 'none', problem: problemOf(error, host) };
  }
};
