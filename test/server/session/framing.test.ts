import { describe, expect, test } from 'vitest';
import type { Reply } from '../../../server/domain.ts';
import { greet, HOST, urlOf } from '../harness.ts';
import { start } from './domain.ts';

const HELLO = `HELLO 1 impp/1.0\r\nDomain: ${HOST}\r\nRole: client\r\n\r\n`;

/** A Target of which requests wait until `release`: as a slow store would make them. */
const slowInboxes = (domain: Awaited<ReturnType<typeof start>>) => {
  const calls: { sequence: number; answer: (reply: Reply) => void; fail: (error: Error) => void }[] = [];
  const { inboxes } = domain.server.domain;
  inboxes.message = (_, sequence) =>
    new Promise((resolve, reject) => calls.push({ sequence, answer: resolve, fail: reject }));
  return calls;
};

describe('malformed framing', () => {
  test.each([
    ['no protocol of ours', 'GET / HTTP/1.1\r\n\r\n', 'ERROR (-) - impp/1.0'],
    ['a bare LF', 'PING 7 impp/1.0\n\n', 'ERROR (PING) 7 impp/1.0'],
    ['a header without a colon', 'PING 7 impp/1.0\r\nnonsense\r\n\r\n', 'ERROR (PING) 7 impp/1.0'],
    ['a doubled header', 'PING 7 impp/1.0\r\nFrom: a\r\nfrom: b\r\n\r\n', 'ERROR (PING) 7 impp/1.0'],
    ['a bad Content-Length', 'PING 7 impp/1.0\r\nContent-Length: +1\r\n\r\n', 'ERROR (PING) 7 impp/1.0'],
  ])('%s is answered with bad-request, then the connection closes', async (_, octets, answer) => {
    const domain = await start();
    const peer = domain.connect();
    peer.write(octets);
    await peer.closed();
    expect(peer.received.startsWith(`${answer}\r\n`)).toBe(true);
    expect(peer.received).toContain('Error: bad-request\r\n');
  });

  test('no octet after it is parsed', async () => {
    const domain = await start();
    const peer = domain.connect();
    peer.write(`${HELLO}bad\r\n\r\nPING 8 impp/1.0\r\n\r\n`);
    peer.write('PING 9 impp/1.0\r\n\r\n');
    await peer.closed();
    expect(peer.received).toMatch(
      /^OK \(HELLO\) 1 [\s\S]*\r\n\r\nERROR \(-\) - impp\/1\.0\r\n[\s\S]*\r\n\r\n$/,
    );
    expect(peer.received).not.toContain('(PING)');
  });

  test('in a response closes without a word', async () => {
    const domain = await start();
    const peer = await domain.hello();
    const before = peer.received;
    peer.write('OK (PING) 1 impp/1.0\r\nbroken\r\n\r\n');
    await peer.closed();
    expect(peer.received).toBe(before);
  });

  test('what was asked before it is answered before it', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    const calls = slowInboxes(domain);
    const id = alice.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    alice.write('nonsense\r\n');
    await domain.settle();
    expect(alice.isClosed).toBe(false);
    calls[0]?.answer({});
    await alice.closed();
    expect(alice.received.slice(alice.received.indexOf(`OK (GET-MESSAGE) ${id} `))).toContain('ERROR (-) -');
  });

  test('a request that never has its answer does not keep the connection open', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    slowInboxes(domain);
    alice.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    alice.write('nonsense\r\n');
    await domain.advance(6_000);
    await alice.closed();
  });
});

describe('a fault in meaning', () => {
  test('is answered, and the connection goes on', async () => {
    const domain = await start();
    const peer = domain.connect();
    for (const [octets, code] of [
      ['PING 1 impp/2.0\r\n\r\n', 'version-not-supported'],
      ['SING 2 impp/1.0\r\n\r\n', 'operation-not-supported'],
      ['PING 3 impp/1.0\r\nContent-Length: 3\r\n\r\nabc', 'bad-request'],
      [
        `PING 4 impp/1.0\r\nContent-Type: x/y\r\nContent-Length: 65537\r\n\r\n${'x'.repeat(65_537)}`,
        'message-too-large',
      ],
      ['HELLO 5 impp/1.0\r\nRole: client\r\n\r\n', 'bad-request'],
    ] as const) {
      peer.write(octets);
      const id = octets.split(' ')[1] ?? '';
      expect((await peer.response(id)).headers.get('Error')).toBe(code);
    }
    expect((await peer.ask('PING')).ok).toBe(true);
  });

  test('message-too-large names the limit in force', async () => {
    const domain = await start();
    const peer = domain.connect();
    const refused = await peer.ask('PING', { 'Content-Type': 'x/y' }, Buffer.alloc(64 * 1024 + 1));
    expect(refused.headers.get('Error')).toBe('message-too-large');
    expect(refused.headers.get('Max-Message-Size')).toBe('65536');
  });

  test('an unknown method is operation-not-supported in any state, and so are those of servers only', async () => {
    const domain = await start({ users: ['alice'] });
    const peers = [
      domain.connect(),
      await domain.hello(),
      await domain.signIn('alice'),
      await domain.attach('alice'),
    ];
    for (const peer of peers) {
      for (const method of [
        'X-NEW',
        'CHANGE-NOTIFY',
        'TERMINATE-SUBSCRIPTION',
        'VERIFY',
        'WATCHER-NOTIFY',
        'DOCUMENT-NOTIFY',
      ]) {
        expect((await peer.refusal(method)).code).toBe('operation-not-supported');
      }
    }
  });

  test('unknown headers are borne, twice as well', async () => {
    const domain = await start();
    const peer = domain.connect();
    peer.write('PING 1 impp/1.0\r\nX-A: 1\r\nx-a: 2\r\n\r\n');
    expect((await peer.response('1')).ok).toBe(true);
  });
});

describe('responses', () => {
  test('one to no open request is ignored', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    alice.write('OK (SEND) 77 impp/1.0\r\n\r\nERROR (PING) bye impp/1.0\r\nError: timeout\r\n\r\n');
    expect((await alice.ask('PING')).ok).toBe(true);
    expect(alice.unread).toHaveLength(0);
  });

  test('carry To and Connection-ID when the request had From and Connection-ID', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    const answer = await alice.ask('GET-DOCUMENT', { Name: 'contacts' });
    expect(answer.headers.get('To')).toBe(urlOf('alice'));
    expect(answer.headers.get('Connection-ID')).toBe(alice.connectionId);
    const error = await alice.ask('FETCH', {});
    expect(error.headers.get('To')).toBe(urlOf('alice'));
    expect((await alice.ask('PING')).headers.size).toBe(0);
  });
});

describe('requests', () => {
  test('may be pipelined from the first octet to the last', async () => {
    const domain = await start({ users: ['alice'], config: { auth: { mechanisms: ['ANONYMOUS'] } } });
    const peer = domain.connect();
    peer.write(
      `${HELLO}AUTH 2 impp/1.0\r\nMechanism: ANONYMOUS\r\nContent-Length: 0\r\n\r\n` +
        'ATTACH 3 impp/1.0\r\nDevice: d\r\n\r\nPING 4 impp/1.0\r\n\r\nBYE 5 impp/1.0\r\n\r\n',
    );
    await peer.closed();
    expect(peer.received.match(/^(OK|ERROR) \([A-Z]+\) \d/gm)).toEqual([
      'OK (HELLO) 1',
      'OK (AUTH) 2',
      'OK (ATTACH) 3',
      'OK (PING) 4',
      'OK (BYE) 5',
    ]);
  });

  test('a second with an open ID is fatal', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    const calls = slowInboxes(domain);
    const line = `GET-MESSAGE x impp/1.0\r\nFrom: ${alice.from}\r\nConnection-ID: ${alice.connectionId}\r\nInbox-Sequence: 1\r\n\r\n`;
    alice.write(line);
    await domain.settle();
    alice.write(`PING x impp/1.0\r\n\r\n`);
    await domain.settle();
    calls[0]?.answer({});
    await alice.closed();
    expect(alice.received).toContain('ERROR (PING) x impp/1.0\r\nError: bad-request');
  });

  test('an ID may be used again once it is answered', async () => {
    const domain = await start();
    const peer = domain.connect();
    peer.write('PING x impp/1.0\r\n\r\nPING x impp/1.0\r\n\r\n');
    await domain.settle();
    expect(peer.received.match(/OK \(PING\) x/g)).toHaveLength(2);
  });

  test('of one sender for the same Target take effect in the order sent, others do not wait', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    const calls = slowInboxes(domain);
    const ids = [1, 2, 3].map((sequence) => alice.send('GET-MESSAGE', { 'Inbox-Sequence': sequence }));
    expect((await alice.ask('FETCH', { Target: urlOf('alice') })).ok).toBe(true);
    expect(calls.map(({ sequence }) => sequence)).toEqual([1]);
    calls[0]?.fail(new Error('a fault of the store'));
    const failed = await alice.response(ids[0] ?? '');
    expect(failed.headers.get('Error')).toBe('internal-error');
    expect(failed.headers.get('Reason')).not.toContain('store');
    await domain.settle();
    expect(calls.map(({ sequence }) => sequence)).toEqual([1, 2]);
    calls[1]?.answer({});
    await alice.response(ids[1] ?? '');
    calls[2]?.answer({});
    expect((await alice.response(ids[2] ?? '')).ok).toBe(true);
  });

  test('keep that order when a congestion ends meanwhile', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    const calls = slowInboxes(domain);
    const ids = [1, 2].map((sequence) => alice.send('GET-MESSAGE', { 'Inbox-Sequence': sequence }));
    await domain.settle();
    alice.hang();
    const [endpoint] = [...domain.server.domain.endpoints.ofUser('alice')];
    const settled = new Promise((resolve) =>
      endpoint?.request('SEND', [['Content-Type', 'x/y']], Buffer.alloc(1024 * 1024), resolve),
    );
    await domain.settle();
    alice.resume();
    await alice.accept('SEND');
    expect(await settled).toMatchObject({ ok: true });
    expect(calls.map(({ sequence }) => sequence)).toEqual([1]);
    calls[0]?.answer({});
    await alice.response(ids[0] ?? '');
    calls[1]?.answer({});
    expect((await alice.response(ids[1] ?? '')).ok).toBe(true);
  });

  test('of the server that has no answer within 30 s means a dead peer', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    alice.isPolite = false;
    const [endpoint] = [...domain.server.domain.endpoints.ofUser('alice')];
    const outcome = new Promise((resolve) => endpoint?.request('SEND', [], undefined, resolve));
    await alice.next('SEND');
    await domain.advance(29_000);
    expect(alice.isClosed).toBe(false);
    await domain.advance(2_000);
    await alice.closed();
    expect(await outcome).toMatchObject({ code: 'timeout' });
  });

  test('the window of the peer is kept: no more are open than its Max-Pending', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice', { maxPending: 2 });
    const [endpoint] = [...domain.server.domain.endpoints.ofUser('alice')];
    for (const n of [1, 2, 3]) endpoint?.request('SEND', [['X-N', String(n)]], undefined, () => {});
    expect(endpoint?.hasRoom).toBe(false);
    await domain.settle();
    const first = await alice.next('SEND');
    expect((await alice.next('SEND')).headers.get('X-N')).toBe('2');
    expect(alice.unread).toHaveLength(0);
    alice.ok(first);
    expect((await alice.next('SEND')).headers.get('X-N')).toBe('3');
  });

  test('of a device that goes are settled with closed', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    const [endpoint] = [...domain.server.domain.endpoints.ofUser('alice')];
    const outcome = new Promise((resolve) => endpoint?.request('SEND', [], undefined, resolve));
    await alice.next('SEND');
    alice.break();
    expect(await outcome).toMatchObject({ code: 'closed' });
    expect(await new Promise((resolve) => endpoint?.request('SEND', [], undefined, resolve))).toMatchObject({
      code: 'closed',
    });
  });
});

describe('From and Connection-ID', () => {
  test('must be there and one’s own in every request of an attached client', async () => {
    const domain = await start({ users: ['alice', 'bob'] });
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const cases = [
      [{ From: undefined }, 'bad-request'],
      [{ 'Connection-ID': undefined }, 'bad-request'],
      [{ From: 'impp://A.example/alice' }, 'bad-request'],
      [{ From: urlOf('bob') }, 'permission-denied'],
      [{ 'Connection-ID': bob.connectionId }, 'permission-denied'],
      [{ 'Connection-ID': 'x' }, 'permission-denied'],
    ] as const;
    for (const [headers, code] of cases) {
      for (const method of ['GET-ACL', 'SEND', 'SET-PASSWORD']) {
        const target = { Target: urlOf('alice') };
        expect((await alice.refusal(method, { ...target, ...headers })).code).toBe(code);
      }
    }
  });

  test('PING and BYE need neither', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    expect((await alice.ask('PING')).ok).toBe(true);
    expect((await alice.ask('BYE')).ok).toBe(true);
  });

  test('headers of the home server in a request are bad-request', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    for (const [name, value] of [
      ['Inbox-Sequence', '1'],
      ['Received', '2026-01-01T00:00:00.000Z'],
      ['copy', 'sent'],
      ['Replay', 'yes'],
      ['Body-Deferred', '10'],
    ] as const) {
      const error = await alice.refusal('FETCH', { Target: urlOf('alice'), [name]: value });
      expect(error.code).toBe('bad-request');
    }
    const error = await alice.refusal('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    expect(error.code).toBe('message-unknown');
  });
});

test('a peer that closes its side has its answers, and then the connection closes', async () => {
  const domain = await start({ users: ['alice'] });
  const alice = await domain.attach('alice');
  const calls = slowInboxes(domain);
  const id = alice.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
  await domain.settle();
  alice.end();
  await domain.settle();
  expect([...domain.server.domain.endpoints.ofUser('alice')]).toHaveLength(0);
  calls[0]?.answer({});
  expect((await alice.response(id)).ok).toBe(true);
  await alice.closed();
});

test('HELLO again after STARTTLS only', async () => {
  const domain = await start();
  const peer = domain.connect();
  await greet(peer);
  expect((await peer.refusal('HELLO', { Domain: HOST, Role: 'client' })).code).toBe('bad-request');
});
