import { describe, expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { Publisher } from '../../../main/account/presence.ts';
import { formatShown, type Own } from '../../../main/account/shown.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Response } from '../../../shared/impp/message.ts';
import { parsePresence } from '../../../shared/impp/presence.ts';
import { FakeClock } from '../../fake/clock.ts';

const ALICE = 'impp://a.example/alice';

interface Published {
  readonly lease: string | undefined;
  readonly state: string | undefined;
  readonly note: string | undefined;
}

const start = (random = 128) => {
  const clock = new FakeClock();
  const published: Published[] = [];
  const world: { failure: ImppError | undefined } = { failure: undefined };
  const kept = new Map<string, Uint8Array | undefined>();
  const context = {
    url: ALICE,
    key: 1,
    store: {
      call: (operation: string, _key: number, name: string, value?: Uint8Array) => {
        if (operation === 'setAccountValue') kept.set(name, value);
        return Promise.resolve(kept.get(name));
      },
    },
    clock,
    random: (length: number) => new Uint8Array(length).fill(random),
    log: () => {},
    connection: () => ({
      request(
        _method: string,
        headers: readonly (readonly [string, string])[],
        body?: Uint8Array,
      ): Promise<Response> {
        const tuple = body === undefined ? undefined : parsePresence(body).tuples[0];
        const lease = headers.find(([name]) => name === 'Lease-Time')?.[1];
        published.push({ lease, state: tuple?.activity, note: tuple?.note });
        if (world.failure !== undefined) return Promise.reject(world.failure);
        const granted = Headers.from([['Lease-Time', '100']]);
        return Promise.resolve({ kind: 'response', ok: true, method: 'CHANGE', id: '1', headers: granted });
      },
    }),
  };
  let own: Own = { state: 'available', note: 'here', since: clock.now() };
  const publisher = new Publisher(context as unknown as Context, () => ({
    isComplete: true,
    views: [
      {
        view: 'default',
        object: own.state === 'offline' ? undefined : formatShown(ALICE, own, own.since, ''),
        permanent: undefined,
      },
    ],
  }));
  const set = (next: Own): Promise<void> => {
    own = next;
    return publisher.refresh();
  };
  const advance = async (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left -= 1000) {
      clock.advance(Math.min(left, 1000));
      await settle();
    }
  };
  return { clock, published, publisher, set, advance, world };
};

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('one’s own presence', () => {
  test.each([
    [0, 60],
    [128, 70],
    [255, 80],
  ])('is renewed within 60-80 %% of its lease (chance %i: after %i s)', async (random, seconds) => {
    const { published, publisher, advance } = start(random);
    publisher.online();
    await settle();
    await advance((seconds - 1) * 1000);
    expect(published).toHaveLength(1);
    await advance(2000);
    expect(published).toHaveLength(2);
    expect(published[1]).toEqual(published[0]);
    publisher.offline();
  });

  test('stops with the connection and is published anew on the next', async () => {
    const { clock, published, publisher, set, advance } = start();
    publisher.online();
    await settle();
    publisher.offline();
    await advance(500_000);
    expect(published).toHaveLength(1);
    expect(clock.waiting).toBe(0);
    await set({ state: 'busy', note: '', since: clock.now() });
    expect(published).toHaveLength(1);
    publisher.online();
    await settle();
    expect(published[1]).toMatchObject({ state: 'busy', note: undefined });
    publisher.offline();
  });

  test('that is to appear offline is withdrawn, and not renewed', async () => {
    const { clock, published, publisher, set, advance } = start();
    publisher.online();
    await settle();
    await set({ state: 'offline', note: 'hidden', since: clock.now() });
    expect(published[1]).toEqual({ lease: '0', state: undefined, note: undefined });
    await advance(500_000);
    expect(published).toHaveLength(2);
    publisher.offline();
  });

  test('that could not be published is tried again; one that is refused is not', async () => {
    const { clock, published, publisher, set, advance, world } = start();
    world.failure = new ImppError('internal-error');
    publisher.online();
    await advance(10_000);
    expect(published.length).toBeGreaterThan(1);
    world.failure = new ImppError('permission-denied');
    await expect(set({ state: 'away', note: '', since: clock.now() })).rejects.toMatchObject({
      code: 'permission-denied',
    });
    const before = published.length;
    await advance(600_000);
    expect(published).toHaveLength(before);
    publisher.offline();
  });
});
