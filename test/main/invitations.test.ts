// An invitation becomes an account, a contact and a first conversation, wherever the program ends in between.

import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { Store } from '../../main/store/store.ts';
import { inviteId } from '../../server/storage/rules.ts';
import { isInvitation, parseInvitation } from '../../shared/impp/invitation.ts';
import { App, Domain, HOST, PASSWORD, urlOf } from './harness.ts';

const [ALICE, BOB] = [urlOf('alice'), urlOf('bob')];
const TOKEN = 'AbC-_123';

let domain: Domain;
let app: App;
let bob: App;

beforeEach(async () => {
  domain = await Domain.start({ registration: 'invite' });
  [app, bob] = [await App.start(), await App.start()];
  await invite('for-bob', 1);
  await bob.ask('account.create', { ...wanted('bob'), invite: 'for-bob' });
});
afterEach(async () => {
  await Promise.all([app.close(), bob.close()]);
  await domain.down();
});

const invite = (token: string, uses: number): Promise<void> =>
  domain.storage.createInvite({ token, uses, createdAt: Date.now(), expiresAt: Date.now() + 60_000 });

const wanted = (user: string, password = PASSWORD) => ({
  address: `${user}@${HOST}`,
  password,
  remember: false,
  server: domain.server,
});

const invited = (user = 'alice', password = PASSWORD) => ({
  ...wanted(user, password),
  invite: TOKEN,
  contact: BOB,
});

/** What a run left behind that ended in the midst of it. */
async function leave(accepted: object): Promise<void> {
  await app.down();
  const store = await Store.open(join(app.folder, 'parley.db'));
  await store.call('setSetting', 'invitation', JSON.stringify(accepted));
  await store.close();
}

test('account, contact and a request to see them come in one go, and nothing is left to do', async () => {
  await invite(TOKEN, 1);
  expect(await app.ask('account.create', invited())).toBe(ALICE);
  await app.untilContact(BOB, ({ watch }) => watch === 'asked');
  await bob.until('the request', ({ requests }) => requests.some(({ address }) => address === ALICE));
  await app.ask('message.send', { account: ALICE, peer: BOB, text: 'hello' });
  await bob.untilTexts('bob', ALICE, ['hello']);
  await app.down();
  await app.up();
  expect(app.opening).toBeUndefined();
});

test('of two who use the last invitation at once, one has an account', async () => {
  await invite(TOKEN, 1);
  const other = await App.start();
  const answers = await Promise.all([
    app.invoke('account.create', invited('alice')),
    other.invoke('account.create', invited('carol')),
  ]);
  expect(answers.map((answer) => (answer.ok ? 'ok' : answer.code)).sort()).toEqual([
    'ok',
    'permission-denied',
  ]);
  expect((await domain.storage.listAccounts()).length).toBe(2);
  const [loser] = answers[0]?.ok === true ? [other] : [app];
  const { accounts, contacts } = await (loser as App).snapshot();
  expect([accounts, contacts]).toEqual([[], []]);
  await other.close();
});

test('one that is used up, out of date or removed makes nothing', async () => {
  const refusal = () => app.refusal('account.create', invited());
  expect(await refusal()).toBe('permission-denied');
  const past = Date.now() - 1;
  await domain.storage.createInvite({ token: TOKEN, uses: 1, createdAt: past - 1, expiresAt: past });
  expect(await refusal()).toBe('permission-denied');
  await domain.storage.createInvite({ token: TOKEN, uses: 1, createdAt: past, expiresAt: past + 60_000 });
  await domain.storage.removeInvite(inviteId(TOKEN));
  expect(await refusal()).toBe('permission-denied');
  expect((await app.snapshot()).accounts).toEqual([]);
  // Who answers that has been asked: the next start does not go on with it.
  await app.down();
  await app.up();
  expect(app.opening).toBeUndefined();
});

test.each([
  ['of another domain', 'impp://b.example/bob'],
  ['oneself', ALICE],
])('a contact that is %s is refused before anything is asked', async (_what, contact) => {
  await invite(TOKEN, 1);
  expect(await app.refusal('account.create', { ...invited(), contact })).toBe('invalid-address');
  expect(await domain.storage.listInvites(Date.now())).toHaveLength(1);
});

test('ended before the account was here, the next start begins with the form, and the same name is one’s own', async () => {
  await invite(TOKEN, 1);
  // The domain has made the account, and the answer never came.
  const elsewhere = await App.start();
  await elsewhere.ask('account.create', { ...wanted('alice'), invite: TOKEN });
  await elsewhere.close();
  await leave({ url: ALICE, invite: TOKEN, contact: BOB });
  await app.up();
  expect(app.opening).toMatchObject({ type: 'invitation', user: 'alice' });
  const { link } = app.opening as { link: string };
  expect(isInvitation(link)).toBe(true);
  expect(parseInvitation(link)).toMatchObject({ host: HOST, token: TOKEN, contact: { url: BOB } });
  expect(await app.refusal('account.create', invited('alice', 'another password'))).toBe('permission-denied');
  expect(await app.ask('account.create', invited())).toBe(ALICE);
  await app.untilContact(BOB, ({ watch }) => watch === 'asked');
});

test('ended before the contact was added, the next start adds it and begins with the conversation', async () => {
  await invite(TOKEN, 1);
  await app.ask('account.create', { ...wanted('alice'), invite: TOKEN });
  await leave({ url: ALICE, invite: TOKEN, contact: BOB });
  await app.up();
  expect(app.opening).toEqual({ type: 'conversation', account: ALICE, peer: BOB });
  await app.ask('account.password', { account: ALICE, password: PASSWORD, remember: false });
  await app.untilContact(BOB, ({ watch }) => watch === 'asked');
  // Once.
  await app.down();
  await app.up();
  expect(app.opening).toBeUndefined();
});

test('a link from outside only leads to the window; nothing is asked of anybody', async () => {
  const link = `impp://${HOST}/?invite=${TOKEN}&contact=bob@${HOST}`;
  app.openAddress(link);
  bob.openAddress('impp://a.example/?invite=<script>');
  bob.openAddress(`impp://a.example/?invite=${'x'.repeat(100_000)}`);
  expect(app.shown).toEqual([{ type: 'invitation', link }]);
  expect(bob.shown[0]).toEqual({ type: 'invitation', link: 'impp://a.example/?invite=<script>' });
  // Cut off, and still longer than is taken.
  expect(bob.shown[1]).toMatchObject({ type: 'invitation' });
  expect((bob.shown[1] as { link: string }).link.length).toBe(4000);
  expect((await app.snapshot()).accounts).toEqual([]);
});

test('what the domain keeps is known, and asked again', async () => {
  await bob.until('what is kept', ({ accounts }) => accounts[0]?.keeping);
  const [account] = (await bob.snapshot()).accounts;
  expect(account?.keeping).toEqual({ days: 30, quota: 100 * 1024 * 1024, used: 0 });
  await invite(TOKEN, 1);
  await app.ask('account.create', invited());
  await app.ask('message.send', { account: ALICE, peer: BOB, text: 'hello' });
  await bob.untilTexts('bob', ALICE, ['hello']);
  await bob.ask('account.keeping', { account: BOB });
  const used = await bob.until('more', ({ accounts }) => accounts[0]?.keeping?.used);
  expect(used).toBeGreaterThan(100);
});
