// [IMPP 6, 11, 13] PING, silence and BYE; the end of the program.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Domain, mail, startDomain } from './wire.ts';

let domain: Domain;
let brief: Domain;
beforeAll(async () => {
  [domain, brief] = await Promise.all([startDomain(), startDomain({ settings: ['idle-timeout=4'] })]);
  (await domain.person('alice')).destroy();
}, 40_000);

describe('PING', () => {
  test('is OK in every state', async () => {
    const client = await domain.connect();
    await client.ping();
    await client.hello(domain.name);
    await client.ping();
    await client.authenticate('alice', 'password of alice');
    await client.ping();
    await client.attach(domain.url('alice'), 'd');
    const ok = await client.succeed('PING');
    expect(ok.body).toHaveLength(0);
  });
  // What silence does takes its time: it is waited for together.
  const comesAgainAndAgain = async () => {
    const client = await brief.person('carol');
    const begun = Date.now();
    for (let at = 0; at < 3; at += 1) await client.incoming('PING');
    // Three halves of four seconds, with answers between them: the connection outlives Idle-Timeout.
    expect(Date.now() - begun).toBeGreaterThan(4_000);
    await client.ping();
  };
  const comesBeforeAuthentication = async () => {
    const client = await brief.connect();
    await client.hello(brief.name);
    await client.incoming('PING');
    await client.incoming('PING');
    await client.ping();
  };
  const endsWithoutAnswer = async () => {
    const client = await brief.person('dave');
    client.isAnswering = false;
    const begun = Date.now();
    await client.closed();
    expect(Date.now() - begun).toBeGreaterThan(3_500);
    expect(client.arrived.some((it) => it.kind === 'request' && it.method === 'PING')).toBe(true);
  };
  const endsWithoutAWord = async () => {
    const client = await brief.connect();
    client.isAnswering = false;
    await client.closed();
  };

  test('comes after half of Idle-Timeout in silence, in every state, again and again; after a whole one the peer is dead: close', async () => {
    await Promise.all([
      comesAgainAndAgain(),
      comesBeforeAuthentication(),
      endsWithoutAnswer(),
      endsWithoutAWord(),
    ]);
  });
});

describe('BYE', () => {
  test('OK, close', async () => {
    const client = await domain.login('alice', 'd');
    const ok = await client.request('BYE', { Error: 'timeout', Reason: 'going home' });
    expect(ok.startLine).toMatch(/^OK \(BYE\) /);
    await client.closed();
  });
  test('what is pending is finished first', async () => {
    const bob = await domain.person('bob');
    bob.isAnswering = false;
    const alice = await domain.login('alice', 'e');
    const body = mail(domain.url('alice'), domain.url('bob'), 'x', '<b@x>');
    const send = alice.compose(
      'SEND',
      { Target: domain.url('bob'), 'Content-Type': 'message/rfc822', 'Message-ID': '<b@x>' },
      body,
      's',
    );
    alice.write(Buffer.concat([send, alice.compose('BYE', {}, undefined, 'b')]));
    bob.answer(await bob.incoming('SEND'));
    expect((await alice.response('s')).get('Outcome')).toBe('delivered');
    expect((await alice.response('b')).kind).toBe('OK');
    await alice.closed();
  });
  test('what comes after it is not answered', async () => {
    const client = await domain.connect();
    client.write('BYE a impp/1.0\r\n\r\nPING b impp/1.0\r\n\r\n');
    await client.closed();
    expect(client.arrived.map((it) => it.startLine)).toEqual(['OK (BYE) a impp/1.0']);
  });
});

test('SIGTERM: BYE to all, pending work answered, exit 0', async () => {
  const doomed = await startDomain();
  const [alice, bob] = [await doomed.person('alice'), await doomed.person('bob')];
  bob.isAnswering = false;
  const body = mail(doomed.url('alice'), doomed.url('bob'), 'x', '<t@x>');
  const id = alice.send(
    'SEND',
    { Target: doomed.url('bob'), 'Content-Type': 'message/rfc822', 'Message-ID': '<t@x>' },
    body,
  );
  const message = await bob.incoming('SEND');
  const stopped = doomed.stop('SIGTERM');
  const bye = await bob.incoming('BYE');
  bob.answer(message);
  bob.answer(bye);
  expect((await alice.response(id)).get('Outcome')).toMatch(/^(delivered|stored)$/);
  await alice.incoming('BYE');
  expect(await stopped).toBe(0);
  await alice.closed();
});
