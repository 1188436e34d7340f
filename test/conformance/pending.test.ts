// [IMPP 4, 6] Requests both ways at once: Max-Pending, answers to requests of the server, half-open ends.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Domain, mail, startDomain } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ settings: ['limits.max-pending=2', 'inbox.delivery-wait-ms=1000'] });
}, 40_000);

function message(client: Client, to: string, id: string): Buffer {
  const headers = { Target: domain.url(to), 'Content-Type': 'message/rfc822', 'Message-ID': `<${id}@x>` };
  return client.compose(
    'SEND',
    headers,
    mail(client.identity['From'] ?? '', domain.url(to), 'x', `<${id}@x>`),
    id,
  );
}

/** A device that can take so many unanswered requests. */
async function device(user: string, pending: string): Promise<Client> {
  (await domain.person(user)).destroy();
  const client = await domain.connect();
  client.isAnswering = false;
  const hello = { Domain: domain.name, Role: 'client', Agent: 'x/1', 'Max-Pending': pending };
  await client.succeed('HELLO', hello);
  await client.authenticate(user, `password of ${user}`);
  await client.attach(domain.url(user), 'desk');
  return client;
}

describe('Max-Pending of the client', () => {
  test('is never exceeded: the next request comes after an answer', async () => {
    const bob = await device('bob', '2');
    const alice = await domain.person('alice');
    for (const id of ['1', '2', '3', '4', '5']) {
      alice.write(message(alice, 'bob', id));
      expect((await alice.response(id)).get('Outcome')).toBe('stored');
    }
    await bob.ping();
    const seen = bob.arrived.map((it) => it.get('Inbox-Sequence'));
    expect(seen).toEqual(['1', '2']);
    const first = await bob.incoming('SEND');
    bob.answer(first);
    const third = await bob.incoming('SEND', (it) => it.get('Inbox-Sequence') === '3');
    await bob.ping();
    expect(bob.arrived.map((it) => it.get('Inbox-Sequence'))).toEqual(['2']);
    bob.answer(third);
    await bob.incoming('SEND', (it) => it.get('Inbox-Sequence') === '4');
  });
});

describe('Max-Pending of the server', () => {
  test('up to twice as many are answered all the same', async () => {
    const carl = await device('carl', '128');
    const dora = await domain.person('dora');
    dora.write(Buffer.concat(['1', '2', '3', '4'].map((id) => message(dora, 'carl', id))));
    for (const id of ['1', '2', '3', '4']) expect((await dora.response(id)).get('Outcome')).toBe('stored');
    await carl.incoming('SEND');
    await dora.ping();
  });
});

describe('an answer to a request of the server', () => {
  test('that repeats ID and method acknowledges it', async () => {
    const emil = await device('emil', '128');
    const fay = await domain.person('fay');
    fay.write(message(fay, 'emil', 'ack'));
    emil.answer(await emil.incoming('SEND'));
    expect((await fay.response('ack')).get('Outcome')).toBe('delivered');
  });
  test('with another method, or another ID, acknowledges nothing', async () => {
    const gus = await device('gus', '128');
    const hal = await domain.person('hal');
    hal.write(message(hal, 'gus', 'not'));
    const request = await gus.incoming('SEND');
    gus.write(`OK (PING) ${request.id} impp/1.0\r\n\r\nOK (SEND) x${request.id} impp/1.0\r\n\r\n`);
    expect((await hal.response('not')).get('Outcome')).toBe('stored');
    await gus.ping();
  });
  test('BYE with such requests open is answered, and closes', async () => {
    const ida = await device('ida', '128');
    const jan = await domain.person('jan');
    jan.write(message(jan, 'ida', 'open'));
    await ida.incoming('SEND');
    await ida.succeed('BYE');
    await ida.closed();
  });
});

describe('a peer that closes its side', () => {
  test('has the answers to what it asked', async () => {
    const client = await domain.connect();
    client.socket.allowHalfOpen = true;
    client.socket.end('PING a impp/1.0\r\n\r\nPING b impp/1.0\r\n\r\n');
    expect((await client.response('a')).kind).toBe('OK');
    expect((await client.response('b')).kind).toBe('OK');
    await client.closed();
  });
});

describe('a body of no octets', () => {
  test('needs no Content-Type where none is asked for', async () => {
    const client = await domain.connect();
    expect(await client.errorOf('PING', { 'Content-Length': '0' })).toBe('OK');
    expect(await client.errorOf('PING', { 'Content-Type': 'a/b', 'Content-Length': '0' })).toBe('OK');
    expect(await client.errorOf('PING', { 'Content-Type': 'a/b' }, 'a body that nobody asked for')).toBe(
      'OK',
    );
  });
});

describe('Content-Type', () => {
  test('is compared without case, as MIME has it', async () => {
    const kim = await domain.person('kim');
    const object = `<presence><entity>${domain.url('kim')}</entity></presence>`;
    const broken = '<presence></presence>';
    const target = { Target: domain.url('kim') };
    expect(await kim.errorOf('CHANGE', { ...target, 'Content-Type': 'Application/Presence' }, object)).toBe(
      'OK',
    );
    expect(await kim.errorOf('CHANGE', { ...target, 'Content-Type': 'APPLICATION/PRESENCE' }, broken)).toBe(
      'bad-request',
    );
    const acl = { ...target, 'Content-Type': 'Application/IMPP-ACL' };
    expect(await kim.errorOf('SET-ACL', acl, '<acl></acl>')).toBe('OK');
    const send = { Target: domain.url('kim'), 'Message-ID': '<c@x>', 'Content-Type': 'Message/RFC822' };
    expect(await kim.errorOf('SEND', send, mail(domain.url('kim'), domain.url('kim'), 'x', '<c@x>'))).toBe(
      'OK',
    );
  });
});

test('a Target of another domain cannot be reached until domains are joined: connection-failure', async () => {
  const lea = await domain.person('lea');
  const target = 'impp://nowhere.invalid/bob';
  for (const method of ['FETCH', 'SUBSCRIBE'])
    expect(await lea.errorOf(method, { Target: target })).toBe('connection-failure');
  const send = { Target: target, 'Message-ID': '<f@x>', 'Content-Type': 'message/rfc822' };
  expect(await lea.errorOf('SEND', send, mail(domain.url('lea'), target, 'x', '<f@x>'))).toBe(
    'connection-failure',
  );
});
