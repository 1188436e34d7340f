import { afterEach, beforeEach, expect, test } from 'vitest';

import { noteChange } from '../../../server/admin/changes.ts';
import { watchChanges } from '../../../server/watch-changes.ts';
import { errorOf } from '../../../shared/impp/serializer.ts';
import { addressOf } from '../../../shared/impp/address.ts';
import { formatProfile } from '../../../shared/impp/documents.ts';
import { buildMessage } from '../../../shared/mime/build.ts';
import { scram, TestDomain, urlOf } from '../harness.ts';

let domain: TestDomain;
let unwatch: () => void;
beforeEach(async () => {
  domain = await TestDomain.start({ users: ['alice', 'bob'] });
  unwatch = watchChanges(domain.server.domain);
});
afterEach(async () => {
  unwatch();
  await domain.close();
});

const change = async (what: 'disabled' | 'enabled' | 'profile' | 'imported'): Promise<void> => {
  const now = domain.clock.now();
  if (what === 'disabled' || what === 'enabled')
    await domain.storage.setDisabled('alice', what === 'disabled' ? now : undefined);
  await noteChange(domain.storage, what, 'alice', now);
  await domain.advance(2000);
};

const letter = (id: string): [Record<string, string>, Uint8Array] => {
  const [from, to, messageId] = [urlOf('bob'), urlOf('alice'), `<${id}@x>`];
  return [
    { Target: to, 'Message-ID': messageId, 'Content-Type': 'message/rfc822' },
    buildMessage({ from, to, messageId, date: domain.clock.now(), text: 'hello' }),
  ];
};

const OPEN = (text: string): Uint8Array => Buffer.from(text);
const PRESENCE = { 'Content-Type': 'application/presence' };
const open = (): Uint8Array =>
  OPEN(
    `<presence><entity>${urlOf('alice')}</entity><tuple><id>d</id><status>open</status></tuple></presence>`,
  );

test('a disabled account is sent away, seen offline, takes no messages, and signs in no more', async () => {
  const alice = await domain.attach('alice');
  const bob = await domain.attach('bob');
  await domain.storage.setDocument(
    'alice',
    'acl',
    {
      type: 'application/impp-acl',
      body: OPEN(
        `<acl><rule><who>*</who><subscribe>allow</subscribe></rule><rule><who>${urlOf('bob')}</who><change>allow</change></rule></acl>`,
      ),
    },
    { limit: 32 },
  );
  domain.server.domain.accounts.forget('alice');
  await alice.demand('CHANGE', { Target: urlOf('alice'), ...PRESENCE }, open());
  const shown = await bob.demand('SUBSCRIBE', { Target: urlOf('alice') });
  expect(String(Buffer.from(shown.body ?? []))).toContain('<status>open');

  await change('disabled');
  expect(errorOf((await alice.next('BYE')) as never).code).toBe('permission-denied');
  await alice.closed();
  const told = await bob.next('CHANGE-NOTIFY');
  expect(String(Buffer.from((told as { body?: Uint8Array }).body ?? []))).toContain('<status>closed');
  // Nor can somebody else who may make it look present.
  expect((await bob.refusal('CHANGE', { Target: urlOf('alice'), ...PRESENCE }, open())).code).toBe(
    'permission-denied',
  );
  expect((await bob.refusal('SEND', ...letter('1'))).code).toBe('mailbox-unavailable');

  const again = await domain.hello();
  await expect(scram(again, 'alice', 'correct horse')).rejects.toMatchObject({ code: 'permission-denied' });
  // Only who has the password learns that.
  await expect(scram(await domain.hello(), 'alice', 'wrong')).rejects.toMatchObject({
    code: 'authentication-failed',
  });

  await change('enabled');
  const back = await domain.attach('alice');
  const sent = bob.demand('SEND', ...letter('2'));
  const { headers } = (await back.next('SEND')) as { headers: { get(name: string): string | undefined } };
  expect(headers.get('Message-ID')).toBe('<2@x>');
  await domain.advance(2000);
  await sent;
  await back.demand('CHANGE', { Target: urlOf('alice'), ...PRESENCE }, open());
});

/** An administrator forwards alice to b.example for good. Returns where to. */
async function forward(): Promise<string> {
  const to = addressOf('b.example', 'alice').url;
  const body = formatProfile({ listed: 'nobody', forward: { kind: 'permanent', to } });
  await domain.storage.setDocument(
    'alice',
    'profile',
    { type: 'application/impp-profile', body },
    { limit: 32 },
  );
  await change('profile');
  return to;
}

test('what was taken before keeps its outcome; a forward still leads on', async () => {
  const bob = await domain.attach('bob');
  await bob.demand('SEND', ...letter('1'));
  await change('disabled');
  const repeated = await bob.demand('SEND', ...letter('1'));
  expect(repeated.headers.get('Outcome')).toBe('stored');
  const to = await forward();
  const refused = await bob.refusal('SEND', ...letter('2'));
  expect([refused.code, refused.data.location]).toEqual(['permanently-forwarded', to]);
});

test('a forward that an administrator sets ends subscriptions, and the devices hear of the profile', async () => {
  const alice = await domain.attach('alice');
  const bob = await domain.attach('bob');
  const acl = OPEN('<acl><rule><who>*</who><subscribe>allow</subscribe></rule></acl>');
  await domain.storage.setDocument(
    'alice',
    'acl',
    { type: 'application/impp-acl', body: acl },
    { limit: 32 },
  );
  domain.server.domain.accounts.forget('alice');
  await bob.demand('SUBSCRIBE', { Target: urlOf('alice') });
  await forward();
  const ended = (await bob.next('TERMINATE-SUBSCRIPTION')) as {
    headers: { get(name: string): string | undefined };
  };
  expect(ended.headers.get('Error')).toBe('permanently-forwarded');
  const told = (await alice.next('DOCUMENT-NOTIFY')) as {
    headers: { get(name: string): string | undefined };
  };
  expect([told.headers.get('Name'), told.headers.get('Revision')]).toEqual(['profile', '1']);
});

test('the permanent value of an account that was imported is shown at once', async () => {
  const bob = await domain.attach('bob');
  const acl = OPEN('<acl><rule><who>*</who><fetch>allow</fetch></rule></acl>');
  await domain.storage.setDocument(
    'alice',
    'acl',
    { type: 'application/impp-acl', body: acl },
    { limit: 32 },
  );
  await domain.storage.putPresence({
    user: 'alice',
    publisher: '',
    device: '',
    view: 'default',
    type: 'application/presence',
    body: open(),
    changedAt: 5,
  });
  await change('imported');
  const shown = await bob.demand('FETCH', { Target: urlOf('alice') });
  expect(String(Buffer.from(shown.body ?? []))).toContain('<status>open');
});

test('the last sign-in is kept, to within an hour', async () => {
  const first = domain.clock.now();
  await domain.signIn('alice');
  await domain.advance(60_000);
  await domain.signIn('alice');
  expect((await domain.storage.getAccount('alice'))?.signedInAt).toBe(first);
  await domain.advance(3_600_000);
  await domain.signIn('alice');
  expect((await domain.storage.getAccount('alice'))?.signedInAt).toBeGreaterThan(first + 3_600_000);
});

test('an account is told what is kept for it, and a delegate is not', async () => {
  const bob = await domain.attach('bob');
  const signed = await domain.signIn('alice');
  const attached = await signed.demand('ATTACH', { Device: 'desk' });
  const told = (headers: { get(name: string): string | undefined }) =>
    ['X-Inbox-Retention', 'X-Inbox-Quota', 'X-Inbox-Octets'].map((name) => headers.get(name));
  expect(told(attached.headers)).toEqual(['2592000', '104857600', '0']);
  const [head, body] = letter('1');
  const sent = bob.demand('SEND', head, body);
  await domain.advance(2000);
  await sent;
  const page = await bob.demand('GET-INBOX', { Limit: 1 });
  expect(Number(told(page.headers)[2])).toBeGreaterThanOrEqual(body.length);
  const bulk = await domain.signIn('alice');
  const other = await bulk.demand('ATTACH', { Device: 'desk', Purpose: 'bulk' });
  expect(told(other.headers)).toEqual([undefined, undefined, undefined]);
});
