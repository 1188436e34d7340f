// Between presence documents and what people see and choose.

import type { OwnState, Presence } from '../model.ts';
import { parseAddress } from './address.ts';
import { sayable } from './markup.ts';
import type { PresenceDocument, Tuple } from './presence.ts';

/**
 * What an activity says about whether to write now. All others (playing, working, other, unknown, what is not
 * invented yet) leave an open tuple available: the activity itself is shown beside it.
 */
const STATES: Readonly<Record<string, OwnState>> = {
  available: 'available',
  busy: 'busy',
  'do-not-disturb': 'do-not-disturb',
  appointment: 'busy',
  meeting: 'busy',
  'on-the-phone': 'busy',
  performance: 'busy',
  presentation: 'busy',
  steering: 'busy',
  worship: 'busy',
  away: 'away',
  breakfast: 'away',
  dinner: 'away',
  holiday: 'away',
  'in-transit': 'away',
  meal: 'away',
  'permanent-absence': 'away',
  shopping: 'away',
  sleeping: 'away',
  spectator: 'away',
  travel: 'away',
  vacation: 'away',
};

/** What an open tuple of this activity says. */
export const stateOfActivity = (activity: string): OwnState =>
  Object.hasOwn(STATES, activity) ? (STATES[activity] ?? 'available') : 'available';

const stateOf = ({ status, activity = 'available' }: Tuple): OwnState =>
  status === 'closed' ? 'offline' : stateOfActivity(activity);

interface Choice {
  readonly document: PresenceDocument;
  readonly tuple: Tuple;
}

/** Open before closed, then by priority, then in the order given: the most recently changed comes first [IMPP 7]. */
function choose(choices: readonly Choice[]): Choice | undefined {
  const rank = ({ tuple }: Choice) => (tuple.status === 'open' ? 1 + (tuple.priority ?? 0) : 0);
  return choices.reduce<Choice | undefined>(
    (best, choice) => (best === undefined || rank(choice) > rank(best) ? choice : best),
    undefined,
  );
}

/** Where the inbox is, if it is not the presentity's own [IMPP 2]; undefined for what is no IMPP address. */
function inboxOf({ contactAddress, contactMeans = 'im' }: Tuple, entity: string): string | undefined {
  if (contactAddress === undefined || contactMeans !== 'im') return undefined;
  try {
    const { url } = parseAddress(contactAddress);
    return url === entity ? undefined : url;
  } catch {
    return undefined;
  }
}

/**
 * What the documents of a presentity, most recently changed first, come to. Without any tuple that is
 * `unknown`, which is not `offline`.
 */
export function presenceOf(documents: readonly PresenceDocument[]): Presence {
  const choices = documents.flatMap((document) => document.tuples.map((tuple) => ({ document, tuple })));
  const chosen = choose(choices);
  if (chosen === undefined) return { state: 'unknown' };
  const { document, tuple } = chosen;
  const state = stateOf(tuple);
  const { activity, until } = tuple;
  const note = tuple.note ?? document.note;
  const since = tuple.timestamp ?? tuple.idleSince;
  const displayName =
    document.displayName ?? documents.find((other) => other.displayName !== undefined)?.displayName;
  const contactAddress = inboxOf(tuple, document.entity);
  return {
    state,
    ...(activity !== undefined && activity !== state ? { activity } : {}),
    ...(note !== undefined && note !== '' ? { note } : {}),
    ...(since !== undefined ? { since } : {}),
    ...(until !== undefined ? { until } : {}),
    ...(displayName !== undefined && displayName !== '' ? { displayName } : {}),
    ...(contactAddress !== undefined ? { contactAddress } : {}),
  };
}

/** What a device publishes for a choice. `id` is that of the tuple; times in ms since 1970. */
export function documentOf(
  url: string,
  own: {
    readonly id: string;
    readonly state: OwnState;
    /** Says the same as `state`, and more. */
    readonly activity?: string | undefined;
    readonly note?: string | undefined;
    readonly since?: number | undefined;
    readonly until?: number | undefined;
    readonly displayName?: string | undefined;
    /** 0-1: which of several devices speaks for the person. */
    readonly priority?: number | undefined;
  },
): PresenceDocument {
  const { id, state, activity = state, note, since, until, displayName, priority } = own;
  return {
    entity: url,
    tuples: [
      {
        id,
        status: state === 'offline' ? 'closed' : 'open',
        activity: state === 'offline' ? undefined : activity,
        note: note === undefined || note === '' ? undefined : sayable(note),
        priority,
        until,
        timestamp: since,
      },
    ],
    displayName: displayName === undefined || displayName === '' ? undefined : sayable(displayName),
  };
}
