import { expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { Followed } from '../../../main/account/followed.ts';
import { InStep } from '../../../main/account/in-step.ts';
import {
  formatRules,
  type Grouped,
  parseRules,
  type RuleBook,
  settled,
} from '../../../main/account/rules-document.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import { FakeClock } from '../../fake/clock.ts';

const OWNER = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';
const CAROL = 'impp://b.example/carol';
const GROUP = '<x-rule><send>allow</send><x-group>friends</x-group></x-rule>';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** The domain with its rules, and any number of devices of one account. */
function startDomain(text: string) {
  const clock = new FakeClock();
  const world = { text, revision: 1, sets: 0, failure: undefined as ImppError | undefined };
  const followers = new Set<Followed<RuleBook>>();
  const request = (method: string, pairs: readonly (readonly [string, string])[], body?: Uint8Array) =>
    new Promise((resolve) => {
      const { failure } = world;
      if (failure !== undefined) throw failure;
      const headers = Headers.from(pairs);
      if (method === 'SET-ACL') {
        if (Number(headers.get('If-Revision')) !== world.revision) throw new ImppError('conflict');
        world.text = new TextDecoder().decode(body);
        world.revision += 1;
        world.sets += 1;
        for (const follower of followers) follower.changed();
      }
      resolve({
        headers: Headers.from([['Revision', String(world.revision)]]),
        ...(method === 'GET-ACL' ? { body: new TextEncoder().encode(world.text) } : {}),
      });
    });
  const device = (contacts: Grouped[], { isFresh = true, skew = 0 } = {}) => {
    const members = { isFresh, list: contacts, all: () => members.list };
    const context = {
      key: 1,
      url: OWNER,
      clock,
      random: (length: number) => new Uint8Array(length).fill(128),
      log: () => {},
      store: { call: () => Promise.resolve(undefined) },
      connection: () => ({ request }),
    } as unknown as Context;
    const followed: Followed<RuleBook> = new Followed(context, {
      name: 'acl',
      shared: { get: 'GET-ACL', set: 'SET-ACL', headers: [], contentType: 'application/impp-acl' },
      parse: parseRules,
      format: formatRules,
      show: () => inStep.rulesChanged(),
    });
    const told: (string | undefined)[] = [];
    const inStep = new InStep(
      context,
      followed,
      members,
      (book) => settled(book, members.all(), OWNER, clock.now() + skew),
      (failure) => told.push(failure?.code),
    );
    followers.add(followed);
    return { members, followed, inStep, told };
  };
  return { clock, world, device };
}

const friends = (...addresses: string[]): Grouped[] =>
  addresses.map((address) => ({ address, groups: ['friends'] }));

test('is written once, however many devices see it', async () => {
  const { world, device } = startDomain(`<acl>${GROUP}</acl>`);
  const devices = [device(friends(BOB)), device(friends(BOB)), device(friends(BOB))];
  for (const { followed } of devices) followed.online();
  await settle();
  expect(world.sets).toBe(1);
  expect(world.text).toContain(`<who>${BOB}</who>`);
  for (const { members, inStep } of devices) {
    members.list = friends(CAROL, BOB);
    inStep.look();
  }
  await settle();
  expect(world.sets).toBe(2);
  expect(world.text).toContain(`<who>${BOB}</who><who>${CAROL}</who>`);
});

test('no list that may be old is written from', async () => {
  const { world, device } = startDomain(`<acl>${GROUP}</acl>`);
  const { members, followed, inStep } = device(friends(BOB), { isFresh: false });
  followed.online();
  await settle();
  expect(world.sets).toBe(0);
  members.list = friends(CAROL);
  members.isFresh = true;
  inStep.look();
  await settle();
  expect(world.sets).toBe(1);
  expect(world.text).not.toContain(BOB);
});

test('without rules for groups nothing is ever written', async () => {
  const { world, device } = startDomain(`<acl><rule><who>${BOB}</who><send>deny</send></rule></acl>`);
  const { members, followed, inStep } = device(friends(BOB));
  followed.online();
  await settle();
  members.list = [];
  inStep.look();
  await settle();
  expect(world.sets).toBe(0);
});

test('two devices that do not agree on the time come to rest', async () => {
  const { clock, world, device } = startDomain('');
  const until = new Date(clock.now() + 30_000).toISOString();
  world.text = `<acl><rule><who>${BOB}</who><until>${until}</until><send>deny</send></rule>${GROUP}</acl>`;
  device(friends(BOB)).followed.online();
  device(friends(BOB), { skew: 60_000 }).followed.online();
  await settle();
  expect(world.sets).toBeLessThanOrEqual(3);
  const { sets } = world;
  await settle();
  expect(world.sets).toBe(sets);
});

test('whoever has had a rule for a time is of the group again when it is over', async () => {
  const { clock, world, device } = startDomain('');
  const until = new Date(clock.now() + 30_000).toISOString();
  world.text = `<acl><rule><who>${BOB}</who><until>${until}</until><send>deny</send></rule>${GROUP}</acl>`;
  const { followed, inStep } = device(friends(BOB));
  followed.online();
  await settle();
  expect(world.text).toContain('<send>deny</send></rule>');
  clock.advance(30_000);
  await settle();
  expect(world.text).not.toContain('deny');
  expect(world.text).toContain(`<who>${BOB}</who><send>allow</send>`);
  followed.offline();
  inStep.offline();
  expect(clock.waiting).toBe(0);
});

test('what a group refuses for a time is taken back from those who have a rule of their own', async () => {
  const { clock, world, device } = startDomain('');
  const until = new Date(clock.now() + 30_000).toISOString();
  world.text =
    `<acl><rule><who>${BOB}</who><view>work</view></rule>` +
    `<x-rule><until>${until}</until><send>deny</send><x-group>friends</x-group></x-rule></acl>`;
  device(friends(BOB)).followed.online();
  await settle();
  expect(world.text).toContain('<send>deny</send><view>work</view>');
  clock.advance(30_000);
  await settle();
  expect(world.text).toContain(`<rule><who>${BOB}</who><view>work</view></rule>`);
});

test('what fails for now is tried again, and no longer after the connection', async () => {
  const { clock, world, device } = startDomain(`<acl>${GROUP}</acl>`);
  const { followed, members, inStep } = device(friends(BOB));
  followed.online();
  await settle();
  world.failure = new ImppError('internal-error');
  members.list = friends(CAROL);
  inStep.look();
  await settle();
  expect(clock.waiting).toBe(1);
  world.failure = undefined;
  clock.advance(600_000);
  await settle();
  expect(world.text).toContain(CAROL);
  world.failure = new ImppError('internal-error');
  members.list = [];
  inStep.look();
  await settle();
  followed.offline();
  inStep.offline();
  expect(clock.waiting).toBe(0);
});

test('what cannot be written is told, until new people or new rules can be', async () => {
  const { world, device } = startDomain(`<acl>${GROUP}</acl>`);
  const { followed, members, inStep, told } = device(friends(BOB));
  followed.online();
  await settle();
  expect(told).toEqual([undefined]);
  const crowd = Array.from({ length: 2000 }, (_, index) => `impp://b.example/somebody-${index}`);
  members.list = friends(...crowd);
  inStep.look();
  await settle();
  expect(told).toEqual([undefined, 'message-too-large']);
  expect(world.text).toContain(BOB);
  await followed.change((book) => settled({ ...book, groups: [] }, members.list, OWNER, 0));
  await settle();
  expect(told.at(-1)).toBeUndefined();
  expect(world.sets).toBe(2);
});
