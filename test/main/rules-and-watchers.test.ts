// Access rules, watchers, requests, "view as", profile and directory, through a real domain server.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Rule } from '../../shared/model.ts';
import { App, Domain, PASSWORD } from './harness.ts';
import { ALICE, BOB, befriend, CAROL, people, untilSeen } from './harness-people.ts';

let domain: Domain;
let alice: App;
let bob: App;

beforeEach(async () => {
  domain = await Domain.start();
  [alice, bob] = (await people(domain, 'alice', 'bob')) as [App, App];
});

afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await domain.down();
});

const untilRules = (app: App, what: string, isSo: (rules: readonly Rule[]) => boolean) =>
  app.until(what, ({ rules }) => rules.some((one) => one.account === BOB && isSo(one.rules)));
const rulesOf = async (app: App): Promise<readonly Rule[]> =>
  (await app.snapshot()).rules.find(({ account }) => account === BOB)?.rules ?? [];
const put = (rule: Rule, former?: string[]) =>
  bob.ask('rules.put', { account: BOB, rule, ...(former === undefined ? {} : { former }) });

describe('rules', () => {
  test('are the same on all devices', async () => {
    const second = await App.start();
    try {
      await second.signIn(domain, 'bob');
      await put({ who: ['alice@a.example', 'impp://A.example/*'], subscribe: 'allow', view: 'state' });
      const rule = { who: [ALICE, 'impp://a.example/*'], subscribe: 'allow', view: 'state' };
      for (const app of [bob, second]) {
        await untilRules(app, 'the rule', (rules) => rules.length === 1);
        expect(await rulesOf(app)).toEqual([rule]);
      }
      await Promise.all([
        bob.ask('rules.change', { account: BOB, who: CAROL, change: { send: 'deny' } }),
        second.ask('rules.change', { account: BOB, who: 'anonymous', change: { send: 'allow' } }),
      ]);
      for (const app of [bob, second]) await untilRules(app, 'both', (rules) => rules.length === 3);
    } finally {
      await second.close();
    }
  });

  test('are there after a new start, before anybody has signed in', async () => {
    await put({ who: [ALICE], send: 'deny' });
    await bob.down();
    await bob.up();
    expect(await rulesOf(bob)).toEqual([{ who: [ALICE], send: 'deny' }]);
  });

  test('are replaced whole; whoever moves leaves the other rule', async () => {
    await put({ who: [ALICE, CAROL], send: 'deny', until: Date.now() + 60_000 });
    await put({ who: ['*'], subscribe: 'deny' });
    await put({ who: ['*', CAROL], subscribe: 'ask' }, ['*']);
    await put({ who: [ALICE], view: 'busy' }, [ALICE]);
    expect(await rulesOf(bob)).toEqual([
      { who: [ALICE], view: 'busy' },
      { who: ['*', CAROL], subscribe: 'ask' },
    ]);
    await bob.ask('rules.remove', { account: BOB, who: [ALICE] });
    expect(await rulesOf(bob)).toEqual([{ who: ['*', CAROL], subscribe: 'ask' }]);
  });

  test('decide who may write', async () => {
    await bob.ask('rules.change', { account: BOB, who: ALICE, change: { send: 'deny' } });
    const message = await alice.ask('message.send', { account: ALICE, peer: BOB, text: 'hello?' });
    const { problem } = await alice.untilOutcome(message.id, 'failed');
    expect(problem?.code).toBe('permission-denied');
  });

  test('for oneself or for nobody are refused', async () => {
    const refusal = (who: string[]) =>
      bob.refusal('rules.put', { account: BOB, rule: { who, send: 'deny' } });
    expect(await refusal([BOB])).toBe('invalid-address');
    expect(await refusal(['a.example'])).toBe('invalid-address');
    expect(await refusal([])).toBe('invalid-argument');
  });
});

describe('watchers', () => {
  const list = async () =>
    (await bob.ask('watchers.list', { account: BOB })).watchers.map(({ address, state }) => [address, state]);

  test('are listed with their state, and every change of the list is told', async () => {
    expect(await list()).toEqual([]);
    const told = () => bob.changes.filter(({ type }) => type === 'watchers').length;
    const before = told();
    await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
    await bob.until('a request', ({ requests }) => requests.length === 1);
    expect(await list()).toEqual([[ALICE, 'pending']]);
    const afterRequest = told();
    expect(afterRequest).toBeGreaterThan(before);
    await bob.ask('request.answer', { account: BOB, address: ALICE, allow: true });
    await alice.untilContact(BOB, ({ watch }) => watch === 'active');
    expect(await list()).toEqual([[ALICE, 'active']]);
    while (told() === afterRequest) await bob.nextChange('the watcher is active');
    await bob.ask('rules.change', {
      account: BOB,
      who: ALICE,
      change: { subscribe: 'pretend', fetch: 'pretend' },
    });
    expect(await list()).toEqual([[ALICE, 'pretended']]);
    await untilSeen(alice, BOB, 'offline', ({ state }) => state === 'offline');
    // The end of such a watch would tell them.
    expect(await bob.refusal('watchers.end', { account: BOB, address: ALICE })).toBe('invalid-argument');
    expect((await alice.untilContact(BOB, () => true)).watch).toBe('active');
  });

  test('whose watch is ended may ask again, and are not let in by themselves', async () => {
    await befriend(alice, bob, [ALICE, BOB]);
    await bob.ask('rules.change', { account: BOB, who: ALICE, change: { send: 'allow' } });
    await bob.ask('watchers.end', { account: BOB, address: ALICE });
    await alice.untilContact(BOB, ({ watch }) => watch === 'refused');
    expect(await list()).toEqual([]);
    expect(await rulesOf(bob)).toEqual([{ who: [ALICE], send: 'allow' }]);
    await alice.ask('contact.remove', { account: ALICE, address: BOB });
    await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
    await alice.untilContact(BOB, ({ watch }) => watch === 'asked');
  });

  test('who watch by a rule for all have to ask from then on', async () => {
    await bob.ask('rules.change', { account: BOB, who: '*', change: { subscribe: 'allow', fetch: 'allow' } });
    await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
    await alice.untilContact(BOB, ({ watch }) => watch === 'active');
    await bob.ask('watchers.end', { account: BOB, address: ALICE });
    expect(await rulesOf(bob)).toEqual([
      { who: ['*'], subscribe: 'allow', fetch: 'allow' },
      { who: [ALICE], subscribe: 'ask', fetch: 'deny' },
    ]);
  });
});

describe('requests', () => {
  test('that are left unanswered are announced once', async () => {
    await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
    const first = await bob.until('a request', ({ requests }) => requests[0]);
    expect(first).toMatchObject({ address: ALICE, isNew: true });
    await bob.down();
    await bob.up();
    await bob.ask('account.password', { account: BOB, password: PASSWORD, remember: false });
    const again = await bob.until('the request', ({ requests }) => requests[0]);
    expect(again).toMatchObject({ address: ALICE, isNew: false });
  });

  test('come with the first message of whoever asks, whichever comes first', async () => {
    await alice.ask('message.send', { account: ALICE, peer: BOB, text: 'It is me, Alice' });
    await bob.untilTexts('bob', ALICE, ['It is me, Alice']);
    await alice.ask('message.send', { account: ALICE, peer: BOB, text: 'again' });
    await bob.untilTexts('bob', ALICE, ['again']);
    await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
    await bob.until('with the message', ({ requests }) => requests[0]?.message === 'It is me, Alice');

    await bob.ask('contact.add', { account: BOB, address: ALICE, name: '', groups: [] });
    await alice.until('a request', ({ requests }) => requests.length === 1);
    await bob.ask('message.send', { account: BOB, peer: ALICE, text: 'and me' });
    await alice.until('with the message', ({ requests }) => requests[0]?.message === 'and me');
  });

  test('come with the name that we gave, or under which they are listed', async () => {
    await alice.ask('profile.set', {
      account: ALICE,
      profile: { displayName: 'Alice A.', listed: 'domain' },
    });
    await alice.ask('contact.add', { account: ALICE, address: BOB, name: 'Bobby', groups: [] });
    await bob.until('with the listed name', ({ requests }) => requests[0]?.name === 'Alice A.');
    // Nobody was asked: that would show who looks.
    expect(await alice.ask('watchers.list', { account: ALICE })).toEqual({ watchers: [], more: 0 });

    await bob.ask('contact.add', { account: BOB, address: ALICE, name: '', groups: [] });
    await alice.until('with our name', ({ requests }) => requests[0]?.name === 'Bobby');
  });
});

describe('view as', () => {
  const viewAs = (watcher: string) => bob.ask('presence.viewAs', { account: BOB, watcher });

  test('gives what the domain would answer', async () => {
    await bob.ask('presence.set', { account: BOB, state: 'busy', note: 'writing' });
    expect(await viewAs('alice@a.example')).toMatchObject({ state: 'pending' });
    await bob.ask('rules.change', {
      account: BOB,
      who: ALICE,
      change: { subscribe: 'allow', view: 'default' },
    });
    const active = await viewAs(ALICE);
    expect(active).toMatchObject({ state: 'active', presence: { state: 'busy', note: 'writing' } });
    expect(Math.abs(active.at - Date.now())).toBeLessThan(10_000);
    await bob.ask('rules.change', { account: BOB, who: ALICE, change: { subscribe: 'pretend' } });
    expect(await viewAs(ALICE)).toMatchObject({ state: 'active', presence: { state: 'offline' } });
  });

  test('gives refusals, too', async () => {
    await bob.ask('rules.change', { account: BOB, who: ALICE, change: { subscribe: 'deny' } });
    expect(await viewAs(ALICE)).toMatchObject({ state: 'none', problem: { code: 'permission-denied' } });
    expect(await viewAs('anonymous')).toMatchObject({
      state: 'none',
      problem: { code: 'permission-denied' },
    });
    expect(await viewAs('impp://b.example/eve')).toMatchObject({ state: 'pending' });
  });

  test('is a question that can fail for itself', async () => {
    expect(await bob.refusal('presence.viewAs', { account: BOB, watcher: 'nobody' })).toBe('invalid-address');
    await bob.ask('account.disconnect', { account: BOB });
    expect(await bob.refusal('presence.viewAs', { account: BOB, watcher: ALICE })).toBe('unreachable');
  });
});

describe('the profile', () => {
  test('gives a name that watchers see, and that the account has from then on', async () => {
    await befriend(alice, bob, [ALICE, BOB]);
    await bob.ask('profile.set', { account: BOB, profile: { displayName: 'Bob B.', listed: 'nobody' } });
    await untilSeen(alice, BOB, 'the name', ({ displayName }) => displayName === 'Bob B.');
    expect((await bob.snapshot()).accounts[0]?.displayName).toBe('Bob B.');
    await bob.down();
    await bob.up();
    const { accounts, profiles } = await bob.snapshot();
    expect(accounts[0]?.displayName).toBe('Bob B.');
    expect(profiles).toEqual([{ account: BOB, profile: { displayName: 'Bob B.', listed: 'nobody' } }]);
  });

  test('is found by those who may, and by nobody else', async () => {
    const search = (query: string) =>
      alice.ask('directory.search', { account: ALICE, domain: 'A.example', query });
    await bob.ask('profile.set', { account: BOB, profile: { displayName: 'Robert B.', listed: 'nobody' } });
    expect(await search('rob')).toEqual([]);
    await bob.ask('profile.set', { account: BOB, profile: { displayName: 'Robert B.', listed: 'domain' } });
    expect(await search(' Rob ')).toEqual([{ address: BOB, displayName: 'Robert B.' }]);
    const refusal = (query: string) =>
      alice.refusal('directory.search', { account: ALICE, domain: 'a.example', query });
    expect(await refusal('r')).toBe('invalid-argument');
    expect(await refusal('x'.repeat(129))).toBe('invalid-argument');
  });

  test('sends on to another address, and not to oneself', async () => {
    const [carol] = (await people(domain, 'carol')) as [App];
    try {
      const forward = { kind: 'temporary', to: 'carol@a.example' } as const;
      await bob.ask('profile.set', {
        account: BOB,
        profile: { displayName: '', listed: 'nobody', forward },
      });
      expect((await bob.snapshot()).profiles[0]?.profile.forward).toEqual({ kind: 'temporary', to: CAROL });
      await bob.ask('rules.change', { account: BOB, who: ALICE, change: { subscribe: 'allow' } });
      await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
      // Whoever is sent on asks there.
      await carol.until('a request', ({ requests }) => requests.find(({ address }) => address === ALICE));
      await alice.untilContact(BOB, ({ watch }) => watch === 'asked');
    } finally {
      await carol.close();
    }
    const self = { displayName: '', listed: 'nobody', forward: { kind: 'permanent', to: BOB } } as const;
    expect(await bob.refusal('profile.set', { account: BOB, profile: self })).toBe('invalid-address');
  });
});

describe('vCards', () => {
  test('carry the contacts from one account to another', async () => {
    await alice.ask('contact.add', {
      account: ALICE,
      address: CAROL,
      name: 'Carol; the "boss"',
      groups: ['Work, x'],
    });
    await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
    const { text } = await alice.ask('contacts.export', { account: ALICE });
    const imported = await bob.ask('contacts.import', { account: BOB, text });
    expect(imported).toEqual({
      added: 1,
      known: 0,
      refused: [{ name: 'bob@a.example', reason: 'is your own address' }],
    });
    const carol = await bob.untilContact(CAROL, ({ name }) => name === 'Carol; the "boss"');
    expect(carol.groups).toEqual(['Work, x']);
    expect(await bob.ask('contacts.import', { account: BOB, text })).toMatchObject({ added: 0, known: 1 });
  });

  test('of a whole address book are added at once, and are on every device', async () => {
    const second = await App.start();
    try {
      await second.signIn(domain, 'bob');
      const people = Array.from({ length: 500 }, (_, number) => `person-${number}@a.example`);
      const text = people
        .map(
          (address) =>
            `BEGIN:VCARD\nVERSION:3.0\nFN:${address.slice(0, -10)}\nIMPP:im:${address}\nEND:VCARD\n`,
        )
        .join('');
      const imported = await bob.ask('contacts.import', { account: BOB, text });
      expect(imported).toEqual({ added: 500, known: 0, refused: [] });
      expect((await bob.snapshot()).contacts).toHaveLength(500);
      await second.until('all of them', ({ contacts }) => contacts.length === 500);
    } finally {
      await second.close();
    }
  });
});
