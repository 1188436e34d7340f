// What happens to an account that is online, and how it comes back.

import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../main/clock.ts';
import { nodeCrypto } from '../../main/connection/crypto.ts';
import { Deadline } from '../../main/connection/deadline.ts';
import { connect } from '../../main/connection/dial.ts';
import { attach, authenticate } from '../../main/connection/login.ts';
import { systemDns } from '../../network/resolver.ts';
import { ImppError } from '../../shared/errors.ts';
import { formatVerifier, makeVerifier } from '../../shared/impp/sasl/verifier.ts';
import { App, Domain, HOST, PASSWORD, urlOf } from './harness.ts';

const ALICE = urlOf('alice');
const BOB = urlOf('bob');

let domain: Domain;
let app: App;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  domain = await Domain.start();
  app = await App.start();
  await app.create(domain, 'alice');
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await app.close();
  await domain.down();
});

/** Another device of alice's, of another make: signs in and does one thing. */
const elsewhere = async (
  method: string,
  headers: [string, string][] = [],
  body?: Uint8Array,
): Promise<void> => {
  const crypto = nodeCrypto(systemRandom);
  const deadline = new Deadline(systemClock, 30_000, new ImppError('timeout'));
  const network = { clock: systemClock, random: systemRandom, dns: systemDns(), log: () => {} };
  const wanted = { domain: HOST, server: domain.server, deadline, progress: () => {} };
  await connect(network, wanted, async (dialled) => {
    const credentials = {
      host: HOST,
      user: 'alice',
      url: ALICE,
      password: PASSWORD,
      lastMechanism: undefined,
    };
    await authenticate(dialled, credentials, crypto);
    const { connection } = dialled;
    const { connectionId } = await attach(connection, { id: 'other', name: 'Other' }, 'interactive');
    connection.attach(ALICE, connectionId, () => Promise.resolve({}));
    await connection.request(method, headers, body);
    connection.close();
  });
  deadline.close();
};

const connectionOf = async () => (await app.snapshot()).accounts[0]?.connection;

describe('an account that was online', () => {
  test('says why it is not, and when it tries again; and tries at once when asked', async () => {
    const before = Date.now();
    await domain.down();
    const waiting = await app.until('waiting', ({ accounts }) => {
      const connection = accounts[0]?.connection;
      return connection?.phase === 'waiting' && connection.problem?.code === 'unreachable'
        ? connection
        : undefined;
    });
    expect(waiting.problem).toMatchObject({ code: 'unreachable', domain: HOST });
    expect(waiting.retryAt).toBeGreaterThan(before);
    await domain.up();
    await app.ask('account.connect', { account: ALICE });
    await app.untilOnline('alice');
    expect(await connectionOf()).toEqual({
      phase: 'online',
      isPrivate: false,
      way: { since: expect.any(Number) as number, server: domain.server, mechanism: 'SCRAM-SHA-256' },
    });
  });

  test('comes back by itself', async () => {
    await domain.down();
    await app.until('waiting', ({ accounts }) => accounts[0]?.connection.phase === 'waiting');
    await domain.up();
    await app.untilOnline('alice');
  });

  test('comes back with what was written meanwhile, on either side', async () => {
    const bob = await App.start();
    closing.push(() => bob.close());
    await bob.create(domain, 'bob');
    await domain.down();
    const there = app.ask('message.send', { account: ALICE, peer: BOB, text: 'from alice' });
    const back = bob.ask('message.send', { account: BOB, peer: ALICE, text: 'from bob' });
    expect(await Promise.all([there, back])).toMatchObject([{ outcome: 'waiting' }, { outcome: 'waiting' }]);
    await app.ask('contact.add', { account: ALICE, address: BOB, name: 'Bob', groups: [] });
    await app.ask('presence.set', { account: ALICE, state: 'away', note: 'on a train' });
    await domain.up();
    app.wake();
    bob.wake();
    // Whose came first within one second, each side's log says for itself.
    const hasBoth = async (who: App, user: string, peer: string): Promise<string[]> =>
      (await who.messages(user, peer)).map(({ text }) => text).sort();
    const both = ['from alice', 'from bob'];
    await expect.poll(() => hasBoth(bob, 'bob', ALICE), { timeout: 30_000 }).toEqual(both);
    await expect.poll(() => hasBoth(app, 'alice', BOB), { timeout: 30_000 }).toEqual(both);
    await app.untilContact(BOB, ({ watch }) => watch === 'asked');
    const second = await App.start();
    closing.push(() => second.close());
    await second.signIn(domain, 'alice');
    await second.untilContact(BOB, ({ name }) => name === 'Bob');
  });

  test('whose password was changed elsewhere asks for the new one', async () => {
    const verifier = await makeVerifier('new password', systemRandom(16), 4096, nodeCrypto(systemRandom));
    await elsewhere(
      'SET-PASSWORD',
      [['Content-Type', 'application/scram-verifier']],
      new TextEncoder().encode(formatVerifier(verifier)),
    );
    const connection = await app.until('the password asked for', ({ accounts }) =>
      accounts[0]?.connection.passwordNeeded === true ? accounts[0].connection : undefined,
    );
    expect(connection).toMatchObject({ phase: 'signed-out', problem: { code: 'authentication-failed' } });
    const wrong = { account: ALICE, password: 'wrong', remember: false };
    expect(await app.refusal('account.password', wrong)).toBe('authentication-failed');
    await app.ask('account.password', { account: ALICE, password: 'new password', remember: false });
    await app.untilOnline('alice');
  });

  test('that was given up elsewhere asks for a password and does not go on trying', async () => {
    await elsewhere('UNREGISTER');
    await app.until('signed out', ({ accounts }) => accounts[0]?.connection.passwordNeeded);
    expect((await connectionOf())?.retryAt).toBeUndefined();
  });

  test('is gone from this computer after it is removed, and can be added again', async () => {
    await app.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
    await app.ask('conversation.draft', { account: ALICE, peer: BOB, text: 'x' });
    // Not before the domain has the contact: what only this computer knows goes with the account.
    const second = await App.start();
    closing.push(() => second.close());
    await second.signIn(domain, 'alice');
    await second.untilContact(BOB, () => true);
    await app.ask('account.remove', { account: ALICE });
    expect(await app.snapshot()).toMatchObject({
      accounts: [],
      contacts: [],
      requests: [],
      conversations: [],
    });
    await app.signIn(domain, 'alice');
    await app.untilContact(BOB, () => true);
    expect((await app.snapshot()).conversations).toEqual([]);
  });
});

describe('a server that sends its clients away', () => {
  let server: Server;

  test('is left for the one it names', async () => {
    const sockets: Socket[] = [];
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        const id = bytes.toString().split(' ')[1];
        socket.write(`ERROR (HELLO) ${id} impp/1.0\r\nError: redirect\r\nServer: ${domain.server}\r\n\r\n`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(
      () =>
        new Promise((resolve) => {
          for (const socket of sockets) socket.destroy();
          server.close(resolve);
        }),
    );
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const other = await App.start();
    closing.push(() => other.close());
    await other.ask('account.signIn', {
      address: `alice@${HOST}`,
      password: PASSWORD,
      remember: false,
      server: `127.0.0.1:${port}`,
    });
    await other.untilOnline('alice');
  });
});
