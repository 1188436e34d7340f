import { expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { documentNamed } from '../../../main/account/documents.ts';
import { Followed } from '../../../main/account/followed.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import { FakeClock } from '../../fake/clock.ts';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const octets = (text: string) => new TextEncoder().encode(text);

/** A domain with one document, as text; `another` is what some other device does before the next SET-DOCUMENT. */
function start(kept = new Map<string, Uint8Array | undefined>()) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const shown: string[] = [];
  const world = {
    text: '',
    revision: 0,
    failure: undefined as ImppError | undefined,
    another: [] as string[],
  };
  const answer = (method: string, headers: Headers, body?: Uint8Array) => {
    asked.push(method);
    if (world.failure !== undefined) throw world.failure;
    if (method === 'SET-DOCUMENT') {
      const other = world.another.shift();
      if (other !== undefined) {
        world.text = other;
        world.revision++;
      }
      if (Number(headers.get('If-Revision')) !== world.revision) throw new ImppError('conflict');
      world.text = new TextDecoder().decode(body);
      world.revision++;
    }
    return {
      headers: Headers.from([['Revision', String(world.revision)]]),
      ...(method === 'GET-DOCUMENT' && world.text !== '' ? { body: octets(world.text) } : {}),
    };
  };
  const context = {
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
      request: (method: string, pairs: readonly (readonly [string, string])[], body?: Uint8Array) =>
        new Promise((resolve) => {
          resolve(answer(method, Headers.from(pairs), body));
        }),
    }),
  };
  const followed = new Followed<string>(context as unknown as Context, {
    name: 'x',
    shared: documentNamed('x', 'text/plain'),
    parse: (body) => {
      const text = new TextDecoder().decode(body);
      if (text === 'broken') throw new ImppError('bad-request');
      return text;
    },
    format: octets,
    show: (text) => shown.push(text),
  });
  return { clock, world, asked, shown, followed, kept };
}

test('is read on each connection, and fresh on this one only', async () => {
  const { world, shown, followed } = start();
  world.text = 'one';
  followed.online();
  expect(followed.isFresh).toBe(false);
  await settle();
  expect([followed.isFresh, shown]).toEqual([true, ['one']]);
  followed.offline();
  expect([followed.isFresh, followed.value]).toEqual([false, 'one']);
});

test('is shown from memory at the next start of the program', async () => {
  const first = start();
  first.world.text = 'kept';
  first.followed.online();
  await settle();
  first.followed.offline();
  const second = start(first.kept);
  await second.followed.load();
  expect([second.shown, second.followed.isFresh]).toEqual([['kept'], false]);
});

test('that could not be read is read later, as long as there is a connection', async () => {
  const { clock, world, shown, followed } = start();
  world.failure = new ImppError('internal-error');
  followed.online();
  await settle();
  expect(clock.waiting).toBe(1);
  world.failure = undefined;
  world.text = 'later';
  clock.advance(60_000);
  await settle();
  expect(shown).toEqual(['later']);
  world.failure = new ImppError('timeout');
  followed.changed();
  await settle();
  expect(clock.waiting).toBe(1);
  followed.offline();
  expect(clock.waiting).toBe(0);
});

test('that makes no sense leaves what was known', async () => {
  const { clock, world, shown, followed } = start();
  world.text = 'one';
  followed.online();
  await settle();
  world.text = 'broken';
  followed.changed();
  await settle();
  expect([shown, followed.value, clock.waiting]).toEqual([['one'], 'one', 0]);
  followed.offline();
});

test('many notices of change are one question', async () => {
  const { asked, followed } = start();
  followed.online();
  for (let count = 0; count < 10; count++) followed.changed();
  await settle();
  expect(asked).toEqual(['GET-DOCUMENT']);
  followed.offline();
});

test('a change is made on what another device has made of it meanwhile', async () => {
  const { world, shown, followed } = start();
  world.text = 'a';
  world.another = ['b', 'c'];
  followed.online();
  await followed.change((text) => `${text}+mine`);
  expect(world.text).toBe('c+mine');
  expect(shown.at(-1)).toBe('c+mine');
  followed.offline();
});

test('changes take effect one after the other, and one that fails stops none', async () => {
  const { world, followed } = start();
  followed.online();
  const refused = followed.change(() => {
    throw new ImppError('invalid-argument');
  });
  const both = [followed.change((text) => `${text}1`), followed.change((text) => `${text}2`)];
  await expect(refused).rejects.toMatchObject({ code: 'invalid-argument' });
  await Promise.all(both);
  expect(world.text).toBe('12');
  followed.offline();
});

test('a change that changes nothing is not written', async () => {
  const { asked, followed } = start();
  followed.online();
  await followed.change(() => undefined);
  expect(asked).not.toContain('SET-DOCUMENT');
  followed.offline();
});
