import { expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { readPending, readWatchers } from '../../../main/account/watchers.ts';
import { Headers } from '../../../shared/impp/headers.ts';

const watcher = (user: string, state: string) =>
  `<watcher><address>impp://b.example/${user}</address><state>${state}</state></watcher>`;

/** A domain that lists so many of its watchers at most, unless it is asked for a long list. */
function start(all: readonly string[], most: number) {
  const asked: (string | undefined)[] = [];
  const context = {
    url: 'impp://a.example/alice',
    connection: () => ({
      request: (_: string, pairs: readonly (readonly [string, string])[]) => {
        const size = Headers.from(pairs).get('X-Max-Size');
        asked.push(size);
        const given = size === undefined ? all.slice(0, most) : all;
        const rest = all.length - given.length;
        const more = rest === 0 ? '' : `<x-more>${rest}</x-more>`;
        const body = new TextEncoder().encode(`<watchers>${given.join('')}${more}</watchers>`);
        return Promise.resolve({ headers: Headers.from([]), body });
      },
    }),
  } as unknown as Context;
  return { asked, context };
}

const ALL = [watcher('bob', 'pending'), watcher('carol', 'pending'), watcher('dave', 'active')];

test('the list is asked for at length', async () => {
  const { asked, context } = start(ALL, 1);
  expect(await readWatchers(context)).toMatchObject({ watchers: { length: 3 }, more: 0 });
  expect(asked).toEqual(['1048576']);
});

test('for those who wait a short list will do, unless it ends among them', async () => {
  const short = start(ALL, 3);
  expect(await readPending(short.context)).toHaveLength(2);
  expect(short.asked).toEqual([undefined]);
  const cut = start([...ALL, watcher('eve', 'active')], 3);
  expect(await readPending(cut.context)).toHaveLength(2);
  expect(cut.asked).toEqual([undefined]);
  const long = start(ALL, 1);
  expect((await readPending(long.context)).map(({ address }) => address)).toEqual([
    'impp://b.example/bob',
    'impp://b.example/carol',
  ]);
  expect(long.asked).toEqual([undefined, '1048576']);
});
