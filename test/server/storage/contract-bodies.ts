// Bodies in pieces: what every driver of storage.ts must do. Part of contract.ts.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { LargeBody, Storage, StoredMessage } from '../../../server/storage/storage.ts';
import { account, bytes, message, NOW, pattern } from './contract-data.ts';
import { codeOf } from './codes.ts';

const DAY = 24 * 3600 * 1000;
const QUOTA = 1000;

export function bodiesContract(open: () => Promise<Storage>): void {
  describe('large bodies', () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      for (const user of ['alice', 'bob', 'carol']) await storage.createAccount(account(user));
    });
    afterEach(() => storage.close());

    /** A body of two pieces that has come. */
    const upload = async (octets: number, to = 'bob', quota = QUOTA): Promise<LargeBody> => {
      const id = await storage.beginBody(to, octets, quota);
      const half = octets >> 1;
      await storage.addPiece(id, 0, pattern(half));
      await storage.addPiece(id, 1, pattern(octets - half, half));
      return { id, octets };
    };
    const large = (id: string, body: LargeBody, more: Partial<StoredMessage> = {}): StoredMessage =>
      message(id, { body: new Uint8Array(), large: body, ...more });
    const read = async ({ id }: LargeBody): Promise<Uint8Array | undefined> => {
      const pieces: Uint8Array[] = [];
      for (;;) {
        const piece = await storage.getPiece(id, pieces.length);
        if (piece === undefined) return pieces.length === 0 ? undefined : Buffer.concat(pieces);
        pieces.push(piece);
      }
    };

    test('come back piece by piece, octet for octet, from both inboxes', async () => {
      const sizes = [1, 65_536, 131_072, 200_001];
      const octets = sizes.reduce((sum, size) => sum + size, 0);
      const id = await storage.beginBody('bob', octets, 1e9);
      let at = 0;
      for (const [number, size] of sizes.entries()) {
        await storage.addPiece(id, number, pattern(size, at));
        at += size;
      }
      await storage.append(large('m1', { id, octets }), 'bob', 'alice', 1e9);
      for (const user of ['alice', 'bob']) {
        const entry = await storage.entry(user, 1);
        expect(entry).toMatchObject({ large: { id, octets }, body: new Uint8Array() });
        const [listed] = await storage.entries(user, { after: 0, limit: 1, bodyLimit: 10 });
        expect(listed).toMatchObject({ large: { id, octets } });
        expect(listed).not.toHaveProperty('omitted');
      }
      expect((await storage.getPiece(id, 3))?.length).toBe(200_001);
      expect(Buffer.compare((await read({ id, octets })) ?? bytes(''), pattern(octets))).toBe(0);
    });

    test('a piece that only sees a part of its buffer is that part', async () => {
      const whole = pattern(100);
      const id = await storage.beginBody('bob', 20, QUOTA);
      await storage.addPiece(id, 0, whole.subarray(30, 50));
      expect([...((await storage.getPiece(id, 0)) ?? [])]).toEqual([...pattern(20, 30)]);
    });

    test('side by side, each is its own', async () => {
      const both = await Promise.all([upload(300), upload(400)]);
      expect(both[0].id).not.toBe(both[1].id);
      for (const body of both) expect(await read(body)).toEqual(Buffer.from(pattern(body.octets)));
    });

    test('are in no inbox until appended', async () => {
      await upload(10);
      expect(await storage.inboxBounds('bob', 0)).toMatchObject({ last: 0 });
    });

    test('a body that is too large, or for nobody, is refused before it comes', async () => {
      expect(await codeOf(storage.beginBody('nobody', 1, QUOTA))).toBe('target-unknown');
      expect(await codeOf(storage.beginBody('bob', QUOTA + 1, QUOTA))).toBe('mailbox-full');
      await storage.append(message('m1', { body: new Uint8Array(400) }), 'bob', undefined, QUOTA);
      expect(await codeOf(storage.beginBody('bob', 601, QUOTA))).toBe('mailbox-full');
      expect(await storage.beginBody('bob', 600, QUOTA)).toBeGreaterThan(0);
    });

    test('two that fit one at a time do not pass the quota together', async () => {
      const [one, other] = await Promise.all([upload(600), upload(600)]);
      const done = [large('m1', one), large('m2', other)].map((each) =>
        codeOf(storage.append(each, 'bob', 'alice', QUOTA)),
      );
      expect(await Promise.all(done)).toEqual(['nothing thrown', 'mailbox-full']);
      expect(await storage.inboxBounds('bob', 0)).toMatchObject({ last: 1 });
      // It was not entered, and is still the caller's.
      expect(await read(other)).toHaveLength(600);
      await storage.dropBody(other.id);
      expect(await read(other)).toBeUndefined();
      expect(await read(one)).toHaveLength(600);
    });

    test('count with their octets, until delivered', async () => {
      await storage.append(large('m1', await upload(600)), 'bob', undefined, QUOTA);
      expect(await codeOf(storage.beginBody('bob', 401, QUOTA))).toBe('mailbox-full');
      await storage.setDelivered('bob', 1);
      expect(await storage.beginBody('bob', QUOTA, QUOTA)).toBeGreaterThan(0);
    });

    test('of a repeat nothing is entered, and the body stays the caller’s', async () => {
      const [first, again] = await Promise.all([upload(10), upload(10)]);
      await storage.append(large('m1', first), 'bob', 'alice', QUOTA);
      expect(await storage.append(large('m1', again), 'bob', 'alice', QUOTA)).toMatchObject({
        isDuplicate: true,
        sequence: 1,
      });
      expect((await storage.entry('bob', 1))?.large).toEqual(first);
      await storage.dropBody(again.id);
      expect(await read(again)).toBeUndefined();
    });

    test('dropped, it is gone, takes no more pieces, and cannot be appended', async () => {
      const body = await upload(10);
      await storage.dropBody(body.id);
      expect(await read(body)).toBeUndefined();
      expect(await codeOf(storage.addPiece(body.id, 2, pattern(1)))).toBe('internal-error');
      expect(await codeOf(storage.append(large('m1', body), 'bob', 'alice', QUOTA))).toBe('internal-error');
      expect(await storage.inboxBounds('bob', 0)).toMatchObject({ last: 0 });
      // The refusal has spoilt no number.
      expect(await storage.append(message('m2'), 'bob', 'alice', QUOTA)).toMatchObject({ sequence: 1 });
    });

    test('one that a message has cannot be dropped, added to, or had by a second', async () => {
      const body = await upload(10);
      await storage.append(large('m1', body), 'bob', 'alice', QUOTA);
      await storage.dropBody(body.id);
      expect(await read(body)).toHaveLength(10);
      expect(await codeOf(storage.addPiece(body.id, 2, pattern(1)))).toBe('internal-error');
      expect(await codeOf(storage.append(large('m2', body), 'bob', 'alice', QUOTA))).toBe('internal-error');
    });

    test('stay while either inbox has the message, and go with the last', async () => {
      const body = await upload(300);
      await storage.append(large('m1', body), 'bob', 'alice', QUOTA);
      await storage.prune({ before: NOW + 1, now: NOW, quota: QUOTA });
      expect(await storage.entry('alice', 1)).toBeUndefined();
      expect(await read(body)).toHaveLength(300);
      await storage.setDelivered('bob', 1);
      expect(await storage.prune({ before: NOW + 1, now: NOW, quota: QUOTA })).toBe(1);
      expect(await read(body)).toBeUndefined();
      // What was removed is remembered all the same.
      expect(await storage.append(message('m1'), 'bob', 'alice', QUOTA)).toMatchObject({ isDuplicate: true });
    });

    test('go when they expire, and leave those that are coming alone', async () => {
      const coming = await upload(20);
      const body = await upload(300);
      const expires = NOW + DAY;
      await storage.append(large('m1', body, { expires }), 'bob', undefined, QUOTA);
      await storage.prune({ before: 0, now: expires, quota: QUOTA });
      expect(await read(body)).toBeUndefined();
      expect(await read(coming)).toHaveLength(20);
    });

    test('weigh in the quota of what is delivered', async () => {
      for (const id of ['m1', 'm2']) {
        const { sequence } = await storage.append(large(id, await upload(600)), 'bob', undefined, QUOTA);
        await storage.setDelivered('bob', sequence);
      }
      expect(await storage.prune({ before: 0, now: NOW, quota: QUOTA })).toBe(1);
      expect(await storage.entry('bob', 1)).toBeUndefined();
      expect((await storage.entry('bob', 2))?.large?.octets).toBe(600);
    });

    test('go with the account; what it sent stays with those who have it', async () => {
      const [own, sent] = [await upload(300, 'alice'), await upload(200)];
      const toAlice = { origin: 'impp://a.example/carol', target: 'impp://a.example/alice' };
      await storage.append(large('m1', own, toAlice), 'alice', undefined, QUOTA);
      await storage.append(large('m2', sent), 'bob', 'alice', QUOTA);
      await storage.removeAccount('alice', NOW);
      expect(await read(own)).toBeUndefined();
      expect(await read(sent)).toHaveLength(200);
      await storage.removeAccount('bob', NOW);
      expect(await read(sent)).toBeUndefined();
    });
  });
}
