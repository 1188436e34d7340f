import { expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { SeenRequests } from '../../../main/account/seen-requests.ts';
import { FakeClock } from '../../fake/clock.ts';

const DAY = 86_400_000;

function start() {
  const clock = new FakeClock();
  let kept: Uint8Array | undefined;
  const context = {
    key: 1,
    clock,
    log: () => {},
    store: {
      call: (operation: string, _key: number, _name: string, value?: Uint8Array) => {
        if (operation === 'setAccountValue') kept = value;
        return Promise.resolve(kept);
      },
    },
  } as unknown as Context;
  const open = async () => {
    const seen = new SeenRequests(context);
    await seen.load();
    return seen;
  };
  return { clock, open, size: () => kept?.length ?? 0 };
}

test('who was announced is not announced again, after a new start either', async () => {
  const { open } = start();
  const seen = await open();
  expect(seen.add('impp://b.example/bob')).toBe(true);
  expect(seen.add('impp://b.example/bob')).toBe(false);
  expect((await open()).add('impp://b.example/bob')).toBe(false);
});

test('who asks again after a long time is', async () => {
  const { clock, open } = start();
  const seen = await open();
  seen.add('impp://b.example/bob');
  clock.advance(29 * DAY);
  expect(seen.add('impp://b.example/bob')).toBe(false);
  clock.advance(31 * DAY);
  expect(seen.add('impp://b.example/bob')).toBe(true);
});

test('thousands who ask do not fill the disk', async () => {
  const { open, size } = start();
  const seen = await open();
  for (let number = 0; number < 1000; number++) seen.add(`impp://b.example/person-${number}`);
  const full = size();
  for (let number = 1000; number < 1500; number++) seen.add(`impp://b.example/person-${number}`);
  expect(size()).toBeLessThan(full * 1.1);
  expect(seen.add('impp://b.example/person-1499')).toBe(false);
});
