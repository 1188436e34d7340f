import { expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { type Publication, Publisher } from '../../../main/account/presence.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Response } from '../../../shared/impp/message.ts';
import { FakeClock } from '../../fake/clock.ts';

const octets = (text: string) => new TextEncoder().encode(text);

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A domain that grants so many seconds; each CHANGE is noted as `view lease body`. */
function start(kept = new Map<string, Uint8Array | undefined>()) {
  const clock = new FakeClock();
  const sent: string[] = [];
  const world: {
    views: Publication[];
    isComplete: boolean;
    lease: string;
    refused?: string;
    failing?: string;
  } = {
    views: [],
    isComplete: true,
    lease: '100',
  };
  const context = {
    url: 'impp://a.example/alice',
    key: 1,
    clock,
    random: (length: number) => new Uint8Array(length).fill(128),
    log: () => {},
    store: {
      call: (operation: string, _key: number, name: string, value?: Uint8Array) => {
        if (operation === 'setAccountValue') kept.set(name, value);
        return Promise.resolve(kept.get(name));
      },
    },
    connection: () => ({
      request: (
        _method: string,
        pairs: readonly (readonly [string, string])[],
        body?: Uint8Array,
      ): Promise<Response> => {
        const headers = Headers.from(pairs);
        const view = headers.get('View') ?? 'default';
        sent.push(`${view} ${headers.get('Lease-Time') ?? '-'} ${new TextDecoder().decode(body)}`.trim());
        if (view === world.refused) return Promise.reject(new ImppError('permission-denied'));
        if (view === world.failing) return Promise.reject(new ImppError('internal-error'));
        const granted = Headers.from([['Lease-Time', world.lease]]);
        return Promise.resolve({ kind: 'response', ok: true, method: 'CHANGE', id: '1', headers: granted });
      },
    }),
  };
  const publisher = new Publisher(context as unknown as Context, () => world);
  const show = (...views: readonly (readonly [view: string, object?: string, permanent?: string])[]) => {
    world.views = views.map(([view, object, permanent]) => ({
      view,
      object: object === undefined ? undefined : octets(object),
      permanent: permanent === undefined ? undefined : octets(permanent),
    }));
  };
  const taken = async (): Promise<string[]> => {
    await settle();
    return sent.splice(0).sort();
  };
  const advance = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000);
      await settle();
    }
  };
  return { clock, world, publisher, show, taken, advance, kept };
}

test('all leases are renewed together, by one timer', async () => {
  const { clock, publisher, show, taken, advance } = start();
  show(['default', 'a'], ['state', 'b']);
  publisher.online();
  expect(await taken()).toEqual(['default - a', 'state - b']);
  expect(clock.waiting).toBe(1);
  await advance(69);
  expect(await taken()).toEqual([]);
  await advance(2);
  expect(await taken()).toEqual(['default - a', 'state - b']);
  expect(clock.waiting).toBe(1);
  publisher.offline();
  expect(clock.waiting).toBe(0);
});

test('a change is published in the views that show it, and in no other', async () => {
  const { publisher, show, taken } = start();
  show(['default', 'a'], ['state', 'b']);
  publisher.online();
  await taken();
  show(['default', 'a2'], ['state', 'b']);
  await publisher.refresh();
  expect(await taken()).toEqual(['default - a2']);
  publisher.offline();
});

test('a view that is used no more is taken back once, but not on half a word', async () => {
  const { world, publisher, show, taken, advance } = start();
  show(['default', 'a'], ['state', 'b']);
  publisher.online();
  await taken();
  world.isComplete = false;
  show(['default', 'a']);
  await publisher.refresh();
  expect(await taken()).toEqual([]);
  world.isComplete = true;
  await publisher.refresh();
  expect(await taken()).toEqual(['state 0']);
  await advance(100);
  expect(await taken()).toEqual(['default - a']);
  publisher.offline();
});

test('a permanent value is not renewed, and taken back even by the next run of the program', async () => {
  const first = start();
  first.show(['default', 'a', 'on leave']);
  first.publisher.online();
  expect(await first.taken()).toEqual(['default - a', 'default infinity on leave']);
  await first.advance(71);
  expect(await first.taken()).toEqual(['default - a']);
  first.publisher.offline();

  const second = start(first.kept);
  second.world.isComplete = false;
  second.show(['default', 'a']);
  second.publisher.online();
  expect(await second.taken()).toEqual(['default - a']);
  second.world.isComplete = true;
  await second.publisher.refresh();
  expect(await second.taken()).toEqual(['default infinity']);
  await second.publisher.refresh();
  expect(await second.taken()).toEqual([]);
  second.publisher.offline();
});

test('a view that is refused holds no other up, and is not asked for again until it changes', async () => {
  const { world, publisher, show, taken, advance } = start();
  world.refused = 'state';
  show(['default', 'a'], ['state', 'b']);
  publisher.online();
  expect(await taken()).toEqual(['default - a', 'state - b']);
  await advance(71);
  expect(await taken()).toEqual(['default - a']);
  show(['default', 'a'], ['state', 'b2']);
  await expect(publisher.refresh()).rejects.toMatchObject({ code: 'permission-denied' });
  expect(await taken()).toEqual(['state - b2']);
  publisher.offline();
});

test('what failed is tried again before the lease of the others ends', async () => {
  const { world, publisher, show, taken, advance } = start();
  world.failing = 'state';
  show(['default', 'a'], ['state', 'b']);
  publisher.online();
  await taken();
  delete world.failing;
  await advance(20);
  expect(await taken()).toContain('state - b');
  publisher.offline();
});

test('what is asked for while something is on its way is one more turn after it', async () => {
  const { publisher, show, taken } = start();
  show(['default', 'a']);
  publisher.online();
  show(['default', 'b']);
  const turns = [publisher.refresh(), publisher.refresh()];
  show(['default', 'c']);
  await Promise.all([...turns, publisher.refresh()]);
  expect((await taken()).at(-1)).toBe('default - c');
  publisher.offline();
});
