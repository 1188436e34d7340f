import { describe, expect, test } from 'vitest';
import {
  formatPresence,
  type PresenceDocument,
  parsePresence,
  type Tuple,
} from '../../../shared/impp/presence.ts';
import { documentOf, presenceOf, stateOfActivity } from '../../../shared/impp/presence-state.ts';

const URL = 'impp://a.example/alice';
const open = (fields: Partial<Tuple> = {}): Tuple => ({ id: 't', status: 'open', ...fields });
const documentWith = (...tuples: Tuple[]): PresenceDocument => ({ entity: URL, tuples });

describe('one document', () => {
  test.each([
    [undefined, 'available', undefined],
    ['available', 'available', undefined],
    ['away', 'away', undefined],
    ['busy', 'busy', undefined],
    ['do-not-disturb', 'do-not-disturb', undefined],
    ['meeting', 'busy', 'meeting'],
    ['on-the-phone', 'busy', 'on-the-phone'],
    ['meal', 'away', 'meal'],
    ['vacation', 'away', 'vacation'],
    ['sleeping', 'away', 'sleeping'],
    ['permanent-absence', 'away', 'permanent-absence'],
    ['playing', 'available', 'playing'],
    ['x-juggling', 'available', 'x-juggling'],
    ['constructor', 'available', 'constructor'],
  ])('open and %s is %s', (activity, state, shown) => {
    expect(presenceOf([documentWith(open({ activity }))])).toEqual({
      state,
      ...(shown ? { activity: shown } : {}),
    });
  });
  test('closed is offline, with what else it says', () => {
    expect(
      presenceOf([documentWith({ id: 't', status: 'closed', activity: 'vacation', note: 'back on Monday' })]),
    ).toEqual({
      state: 'offline',
      activity: 'vacation',
      note: 'back on Monday',
    });
  });
  test('no tuple, or no document, is unknown and not offline', () => {
    expect(presenceOf([documentWith()])).toEqual({ state: 'unknown' });
    expect(presenceOf([])).toEqual({ state: 'unknown' });
  });
  test('times, notes, names', () => {
    const document = {
      ...documentWith(open({ timestamp: 5, until: 9, idleSince: 4 })),
      note: 'all day',
      displayName: 'Alice',
    };
    expect(presenceOf([document])).toEqual({
      state: 'available',
      since: 5,
      until: 9,
      note: 'all day',
      displayName: 'Alice',
    });
    expect(presenceOf([documentWith(open({ idleSince: 4, note: '' }))])).toEqual({
      state: 'available',
      since: 4,
    });
  });
  test.each([
    ['alice@inbox.example', 'impp://inbox.example/alice'],
    ['im:Alice@inbox.example', 'impp://inbox.example/alice'],
    ['impp://inbox.example/alice', 'impp://inbox.example/alice'],
    ['alice@a.example', undefined],
    ['nonsense', undefined],
  ])('an inbox at %s', (contactAddress, url) => {
    expect(presenceOf([documentWith(open({ contactAddress }))]).contactAddress).toBe(url);
  });
  test('a telephone is no inbox', () => {
    const tuple = open({ contactAddress: 'x@y.example', contactMeans: 'email' });
    expect(presenceOf([documentWith(tuple)]).contactAddress).toBeUndefined();
  });
});

describe('several', () => {
  test('open before closed', () => {
    expect(
      presenceOf([
        documentWith({ id: 'a', status: 'closed', priority: 1 }),
        documentWith(open({ activity: 'busy' })),
      ]).state,
    ).toBe('busy');
  });
  test('the higher priority, then the more recent', () => {
    const [low, high] = [
      open({ activity: 'away', priority: 0.2 }),
      open({ activity: 'busy', priority: 0.8 }),
    ];
    expect(presenceOf([documentWith(low), documentWith(high)]).state).toBe('busy');
    expect(presenceOf([documentWith(low, high)]).state).toBe('busy');
    expect(
      presenceOf([documentWith(open({ activity: 'away' })), documentWith(open({ activity: 'busy' }))]).state,
    ).toBe('away');
  });
  test('a name that only one gives', () => {
    expect(presenceOf([documentWith(open()), { ...documentWith(), displayName: 'Alice' }]).displayName).toBe(
      'Alice',
    );
  });
});

test('what people typed is published, without what XML cannot say', () => {
  const document = documentOf(URL, {
    id: 'laptop',
    state: 'away',
    note: 'a\u0007b\ud800 <c>',
    displayName: '\u0000',
  });
  expect(presenceOf([parsePresence(formatPresence(document))])).toEqual({
    state: 'away',
    note: 'a\ufffdb\ufffd <c>',
    displayName: '\ufffd',
  });
});

test.each(['available', 'away', 'busy', 'do-not-disturb', 'offline'] as const)(
  'what is chosen is what is seen: %s',
  (state) => {
    const document = documentOf(URL, {
      id: 'laptop',
      state,
      note: 'hi',
      since: 5,
      until: 9,
      displayName: 'Alice',
    });
    expect(presenceOf([parsePresence(formatPresence(document))])).toEqual({
      state,
      note: 'hi',
      since: 5,
      until: 9,
      displayName: 'Alice',
    });
    expect(
      presenceOf([parsePresence(formatPresence(documentOf(URL, { id: 'laptop', state, note: '' })))]),
    ).toEqual({ state });
  },
);

test.each([
  ['busy', 'meeting'],
  ['away', 'vacation'],
  ['available', 'playing'],
] as const)('an activity is seen beside the state it means: %s, %s', (state, activity) => {
  const document = documentOf(URL, { id: 'laptop', state, activity, note: '' });
  expect(stateOfActivity(activity)).toBe(state);
  expect(presenceOf([parsePresence(formatPresence(document))])).toEqual({ state, activity });
});
