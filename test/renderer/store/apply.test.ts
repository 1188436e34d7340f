import { describe, expect, test } from 'vitest';
import { applyChanges, mirrorOf } from '../../../renderer/store/apply.ts';
import { EMPTY_LOG, pairKey } from '../../../renderer/store/mirror.ts';
import type { Change } from '../../../shared/ipc.ts';
import { ALICE, account, BOB, contact, conversation, message, snapshot } from '../scripted-bridge.tsx';

const numbered = (first: number, ...changes: Change[]) =>
  changes.map((change, index) => ({ seq: first + index, change }));
const KEY = pairKey(ALICE, BOB);

describe('order and gaps', () => {
  const mirror = mirrorOf(snapshot({ seq: 5 }));

  test('changes are applied in order and counted', () => {
    const { mirror: next, isGap } = applyChanges(
      mirror,
      numbered(
        6,
        { type: 'contact', contact: contact({ name: 'First' }) },
        { type: 'contact', contact: contact({ name: 'Second' }) },
      ),
    );
    expect(isGap).toBe(false);
    expect(next.seq).toBe(7);
    expect(next.contacts.get(KEY)?.name).toBe('Second');
  });

  test('changes that the snapshot already holds are skipped', () => {
    const { mirror: next, isGap } = applyChanges(
      mirror,
      numbered(4, { type: 'account-removed', id: ALICE }, { type: 'account-removed', id: ALICE }),
    );
    expect(isGap).toBe(false);
    expect(next.seq).toBe(5);
    expect(next.accounts).toBe(mirror.accounts);
  });

  test('at a missing number it stops, keeping what came before', () => {
    const { mirror: next, isGap } = applyChanges(mirror, [
      ...numbered(6, { type: 'contact', contact: contact() }),
      ...numbered(8, { type: 'contact-removed', account: ALICE, address: BOB }),
    ]);
    expect(isGap).toBe(true);
    expect(next.seq).toBe(6);
    expect(next.contacts.has(KEY)).toBe(true);
  });
});

test('what a change does not touch keeps its identity, and the mirror before stays as it was', () => {
  const mirror = mirrorOf(snapshot({ contacts: [contact()], conversations: [conversation()] }));
  const { mirror: next } = applyChanges(
    mirror,
    numbered(1, { type: 'contact', contact: contact({ name: 'Robert' }) }),
  );
  expect(next.conversations).toBe(mirror.conversations);
  expect(next.accounts).toBe(mirror.accounts);
  expect(next.logs).toBe(mirror.logs);
  expect(mirror.contacts.get(KEY)?.name).toBe('Bob');
  expect(mirror.contactOrder[0]?.name).toBe('Bob');
  expect(next.contactOrder[0]?.name).toBe('Robert');
});

test('an account takes what belongs to it along', () => {
  const mirror = {
    ...mirrorOf(
      snapshot({
        accounts: [account(), account({ id: 'impp://c.example/carol' })],
        contacts: [contact(), contact({ account: 'impp://c.example/carol' })],
        requests: [{ account: ALICE, address: BOB, since: 1, isNew: true }],
        conversations: [conversation()],
      }),
    ),
    logs: new Map([[KEY, EMPTY_LOG]]),
  };
  const { mirror: next } = applyChanges(mirror, numbered(1, { type: 'account-removed', id: ALICE }));
  expect(next.accounts.map(({ id }) => id)).toEqual(['impp://c.example/carol']);
  expect([...next.contacts.keys()]).toEqual([pairKey('impp://c.example/carol', BOB)]);
  expect(next.contactOrder).toHaveLength(1);
  expect(next.requests).toEqual([]);
  expect(next.conversations.size).toBe(0);
  expect(next.logs.size).toBe(0);
});

test('a conversation that was never opened keeps no log', () => {
  const { mirror: next } = applyChanges(
    mirrorOf(snapshot()),
    numbered(1, { type: 'message', message: message({ id: 1 }) }),
  );
  expect(next.logs.size).toBe(0);
});

test('requests come, are renewed in their place, and go', () => {
  const other = 'impp://d.example/dave';
  const { mirror: two } = applyChanges(
    mirrorOf(snapshot()),
    numbered(
      1,
      { type: 'request', request: { account: ALICE, address: BOB, since: 1, isNew: true } },
      { type: 'request', request: { account: ALICE, address: other, since: 2, isNew: true } },
      { type: 'request', request: { account: ALICE, address: BOB, since: 3, isNew: true } },
    ),
  );
  expect(two.requests.map(({ address, since }) => [address, since])).toEqual([
    [BOB, 3],
    [other, 2],
  ]);
  const { mirror: one } = applyChanges(
    two,
    numbered(4, { type: 'request-removed', account: ALICE, address: BOB }),
  );
  expect(one.requests.map(({ address }) => address)).toEqual([other]);
});
