import { beforeEach, describe, expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { Typing } from '../../../main/messages/typing.ts';
import { ImppError } from '../../../shared/errors.ts';
import { readMessage } from '../../../shared/mime/read.ts';
import { FakeClock } from '../../fake/clock.ts';

const ALICE = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';

let clock: FakeClock;
let typing: Typing;
let isTold: boolean;
let isOnline: boolean;
let sent: { headers: Record<string, string>; kind: unknown }[];
let shown: (readonly [peer: string, until: number])[];

beforeEach(() => {
  clock = new FakeClock();
  isTold = true;
  isOnline = true;
  sent = [];
  shown = [];
  const context = {
    url: ALICE,
    host: 'a.example',
    clock,
    random: (length: number) => new Uint8Array(length),
    mirror: {
      contact: () => undefined,
      tellTyping: (_account: string, peer: string, until: number) => shown.push([peer, until]),
    },
    connection() {
      if (!isOnline) throw new ImppError('unreachable');
      return {
        request(_method: string, headers: [string, string][], body: Uint8Array) {
          sent.push({ headers: Object.fromEntries(headers), kind: readMessage(body).kind });
          return Promise.reject(new ImppError('mailbox-unavailable'));
        },
      };
    },
  };
  typing = new Typing(context as unknown as Context, () => isTold);
});

const kinds = () => sent.map(({ kind }) => kind);
const ACTIVE = { type: 'composing', isActive: true, refresh: 75 };
const IDLE = { type: 'composing', isActive: false };

describe('the person writes', () => {
  test('and it is told, never stored, once a minute while they go on', () => {
    for (let second = 0; second <= 60; second += 10) {
      typing.changed(BOB, true);
      clock.advance(10_000);
    }
    expect(kinds()).toEqual([ACTIVE, ACTIVE]);
    expect(sent[0]?.headers).toMatchObject({ Target: BOB, Storage: 'none' });
  });

  test('and after 15 seconds without a key no longer', () => {
    typing.changed(BOB, true);
    clock.advance(14_999);
    typing.changed(BOB, true);
    clock.advance(14_999);
    expect(kinds()).toEqual([ACTIVE]);
    clock.advance(1);
    expect(kinds()).toEqual([ACTIVE, IDLE]);
    expect(clock.waiting).toBe(0);
  });

  test('and deletes what they wrote', () => {
    typing.changed(BOB, true);
    typing.changed(BOB, false);
    typing.changed(BOB, false);
    expect(kinds()).toEqual([ACTIVE, IDLE]);
  });

  test('and sends it: the message itself says that it is written', () => {
    typing.changed(BOB, true);
    typing.sent(BOB);
    clock.advance(60_000);
    expect(kinds()).toEqual([ACTIVE]);
    typing.changed(BOB, true);
    expect(kinds()).toEqual([ACTIVE, ACTIVE]);
  });

  test('and who is not to know is told nothing, from then on', () => {
    isTold = false;
    typing.changed(BOB, true);
    expect(sent).toEqual([]);
    isTold = true;
    typing.changed(BOB, true);
    isTold = false;
    typing.changed(BOB, true);
    expect(kinds()).toEqual([ACTIVE, IDLE]);
  });

  test('without a connection: nothing is told, then or later', async () => {
    isOnline = false;
    typing.changed(BOB, true);
    await new Promise((resolve) => setImmediate(resolve));
    typing.offline();
    isOnline = true;
    clock.advance(60_000);
    expect(sent).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});

describe('the other writes', () => {
  test('until the time they name, or two minutes; never for hours', () => {
    const now = clock.now();
    typing.heard(BOB, { isActive: true, refresh: 60 });
    typing.heard(BOB, { isActive: true });
    typing.heard(BOB, { isActive: true, refresh: 999_999 });
    expect(shown).toEqual([
      [BOB, now + 60_000],
      [BOB, now + 120_000],
      [BOB, now + 300_000],
    ]);
  });

  test('no longer when a message comes, when they say so, or when nothing can be heard', () => {
    typing.ended(BOB);
    expect(shown).toEqual([]);
    for (const end of [
      () => typing.ended(BOB),
      () => typing.heard(BOB, { isActive: false }),
      () => typing.offline(),
    ]) {
      typing.heard(BOB, { isActive: true });
      end();
      end();
      expect(shown.map(([, until]) => until > 0)).toEqual([true, false]);
      shown.length = 0;
    }
  });
});
