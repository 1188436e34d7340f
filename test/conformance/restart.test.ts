// [IMPP 2, 6, 7, 8] What stays the same when the program is killed and started again, here with other iterations.

import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../stories/programs.ts';
import {
  type Client,
  type Domain,
  ITERATIONS,
  mail,
  readChallenge,
  startDomain,
  VERIFIER,
  verifierOf,
} from './wire.ts';

let domain: Domain;
const before = { connection: '', salts: new Map<string, string>(), revision: '', document: '' };
const SASL = { Mechanism: 'SCRAM-SHA-256', 'Content-Type': 'application/sasl' };
const NAMES = ['alice', 'nobody', 'no-one', 'gone'];

async function greeted(): Promise<Client> {
  const client = await domain.connect();
  await client.hello(domain.name);
  return client;
}

async function challenge(user: string): Promise<{ salt: string; iterations: number }> {
  const client = await greeted();
  const answer = await client.succeed('AUTH', SASL, `n,,n=${user},r=abcdefghijklmnop`);
  const { salt, iterations } = readChallenge(answer.body);
  client.destroy();
  return { salt: salt.toString('hex'), iterations };
}

beforeAll(async () => {
  const data = temporaryFolder();
  domain = await startDomain({ data });
  const alice = await domain.person('alice', 'phone');
  before.connection = alice.identity['Connection-ID'] ?? '';
  const gone = await domain.person('gone');
  await gone.succeed('UNREGISTER');
  for (const name of NAMES) before.salts.set(name, (await challenge(name)).salt);
  const target = {
    Target: domain.url('alice'),
    'Content-Type': 'application/presence',
    'Lease-Time': 'infinity',
  };
  const object = `<presence><entity>${domain.url('alice')}</entity><note>kept</note></presence>`;
  await alice.succeed('CHANGE', target, object);
  const ok = await alice.succeed('SET-DOCUMENT', { Name: 'contacts', 'Content-Type': 'text/plain' }, 'kept');
  before.document = ok.get('Revision') ?? '';
  before.revision = (await alice.succeed('FETCH', { Target: domain.url('alice') })).get('Revision') ?? '';
  for (const id of ['<1@x>', '<2@x>']) {
    const headers = { Target: domain.url('alice'), 'Content-Type': 'message/rfc822', 'Message-ID': id };
    await alice.succeed('SEND', headers, mail(domain.url('alice'), domain.url('alice'), 'x', id));
  }
  await domain.stop('SIGKILL');
  domain = await startDomain({ data, settings: ['auth.iterations=5000'] });
}, 60_000);

describe('after a SIGKILL', () => {
  test('the Connection-ID is the same for the same account, Device and inbox', async () => {
    const alice = await domain.login('alice', 'phone');
    expect(alice.identity['Connection-ID']).toBe(before.connection);
  });
  test('the salt of every name is the same, whether there is such an account or not', async () => {
    for (const name of NAMES) expect((await challenge(name)).salt, name).toBe(before.salts.get(name));
  });
  test('a name that was given up stays taken', async () => {
    const client = await greeted();
    const line = verifierOf('x', 5000);
    expect(await client.errorOf('REGISTER', { ...VERIFIER, Target: domain.url('gone') }, line)).toBe(
      'conflict',
    );
  });
  test('permanent values, documents and inboxes are there, and numbers go on', async () => {
    const alice = await domain.login('alice');
    const attached = await alice.attach(domain.url('alice'), 'phone', { 'Inbox-After': '0' });
    expect([attached.get('Inbox-First'), attached.get('Inbox-Last'), attached.get('Count')]).toEqual([
      '1',
      '2',
      '2',
    ]);
    const presence = await alice.succeed('FETCH', { Target: domain.url('alice') });
    expect(presence.body.toString()).toContain('<note>kept</note>');
    expect(Number(presence.get('Revision'))).toBeGreaterThanOrEqual(Number(before.revision));
    const document = await alice.succeed('GET-DOCUMENT', { Name: 'contacts' });
    expect([document.get('Revision'), document.body.toString()]).toEqual([before.document, 'kept']);
    const headers = { Target: domain.url('alice'), 'Content-Type': 'message/rfc822', 'Message-ID': '<3@x>' };
    await alice.succeed('SEND', headers, mail(domain.url('alice'), domain.url('alice'), 'x', '<3@x>'));
    // The same message as before the end of the program is not entered again.
    const again = { ...headers, 'Message-ID': '<1@x>' };
    await alice.succeed('SEND', again, mail(domain.url('alice'), domain.url('alice'), 'x', '<1@x>'));
    const later = await domain.login('alice');
    expect((await later.attach(domain.url('alice'), 'desk')).get('Inbox-Last')).toBe('3');
  });
});

describe('with other iterations than before', () => {
  test('HELLO says the new ones, and only those register', async () => {
    const client = await domain.connect();
    expect((await client.hello(domain.name)).get('Iterations')).toBe('5000');
    const target = { ...VERIFIER, Target: domain.url('later') };
    expect(await client.errorOf('REGISTER', target, verifierOf('x', ITERATIONS))).toBe('bad-request');
    expect(await client.errorOf('REGISTER', target, verifierOf('x', 5000))).toBe('OK');
    expect((await client.authenticate('later', 'x')).kind).toBe('OK');
  });
  test('an account keeps those of its password', async () => {
    expect((await challenge('alice')).iterations).toBe(ITERATIONS);
    await domain.login('alice');
  });
  test('an unknown user has some of those in use, the same each time', async () => {
    for (const name of ['nobody', 'a', 'b', 'c', 'd', 'e', 'f', 'g']) {
      const { iterations } = await challenge(name);
      expect([ITERATIONS, 5000]).toContain(iterations);
      expect((await challenge(name)).iterations).toBe(iterations);
    }
  });
});
