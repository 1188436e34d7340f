import { describe, expect, test } from 'vitest';
import { HOST, urlOf } from '../harness.ts';
import { start } from './domain.ts';

const KIB64 = 64 * 1024;
const LOW = { 'Content-Type': 'x/y' };

describe('bodies before ATTACH', () => {
  test('of 64 KiB are read', async () => {
    const domain = await start();
    expect((await domain.connect().ask('PING', LOW, Buffer.alloc(KIB64))).ok).toBe(true);
  });

  test('one over, and up to one under twice, are read away: the connection goes on', async () => {
    const domain = await start();
    const peer = domain.connect();
    for (const size of [KIB64 + 1, 2 * KIB64 - 1]) {
      expect((await peer.refusal('PING', LOW, Buffer.alloc(size))).code).toBe('message-too-large');
    }
    expect((await peer.ask('PING')).ok).toBe(true);
  });

  test('twice is fatal, before an octet of it has come', async () => {
    const domain = await start();
    const peer = domain.connect();
    peer.write(`PING 1 impp/1.0\r\nContent-Type: x/y\r\nContent-Length: ${2 * KIB64}\r\n\r\n`);
    await peer.closed();
    expect(peer.received).toMatch(/^ERROR \(PING\) 1 impp\/1\.0\r\nError: message-too-large\r\n/);
  });
});

describe('bodies after ATTACH', () => {
  test('the larger size is in force', async () => {
    const domain = await start({ users: ['alice'], config: { limits: { maxMessageSize: 100_000 } } });
    const alice = await domain.attach('alice');
    expect((await alice.ask('PING', LOW, Buffer.alloc(100_000))).ok).toBe(true);
    const refused = await alice.ask('PING', LOW, Buffer.alloc(100_001));
    expect(refused.headers.get('Max-Message-Size')).toBe('100000');
    expect((await alice.ask('PING')).ok).toBe(true);
  });
});

describe('too much at once', () => {
  const limits = { maxPending: 4, requestBurst: 1000, requestsPerSecond: 1000 };

  const withStuckInbox = async () => {
    const domain = await start({ users: ['alice', 'bob'], config: { limits } });
    const release = Promise.withResolvers<object>();
    const { inboxes } = domain.server.domain;
    let calls = 0;
    inboxes.message = () => {
      calls++;
      return release.promise;
    };
    return { domain, release, calls: () => calls };
  };

  test('more open than Max-Pending: no more is read until they are answered', async () => {
    const { domain, release } = await withStuckInbox();
    const alice = await domain.attach('alice');
    const ids = [];
    for (let n = 0; n < 5; n++) {
      ids.push(alice.send('GET-MESSAGE', { 'Inbox-Sequence': 1 }));
      await domain.settle();
    }
    const ping = alice.send('PING');
    await domain.settle();
    expect(alice.received).not.toContain(`(PING) ${ping}`);
    const bob = await domain.attach('bob');
    expect((await bob.ask('PING')).ok).toBe(true);
    release.resolve({});
    for (const id of ids) expect((await alice.response(id)).ok).toBe(true);
    expect((await alice.response(ping)).ok).toBe(true);
  });

  test('twice Max-Pending is borne, past it closes', async () => {
    for (const [count, isFatal] of [
      [8, false],
      [9, true],
    ] as const) {
      const { domain, release } = await withStuckInbox();
      const alice = await domain.attach('alice');
      const head = `From: ${alice.from}\r\nConnection-ID: ${alice.connectionId}\r\nInbox-Sequence: 1\r\n\r\n`;
      alice.write(Array.from({ length: count }, (_, n) => `GET-MESSAGE g${n} impp/1.0\r\n${head}`).join(''));
      await domain.settle();
      release.resolve({});
      if (isFatal) {
        await alice.closed();
        expect(alice.received).toContain('ERROR (GET-MESSAGE) g8 impp/1.0\r\nError: too-many-requests');
      } else {
        for (let n = 0; n < count; n++) expect((await alice.response(`g${n}`)).ok).toBe(true);
      }
    }
  });

  test('a peer that sends and never reads is not read any more, and cut off in time; others do not notice', async () => {
    const domain = await start({ users: ['alice', 'bob'], config: { limits: { requestBurst: 1e9 } } });
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    alice.hang();
    const pings = (n: number) =>
      Array.from({ length: 2000 }, (_, m) => `PING p${n}-${m} impp/1.0\r\n\r\n`).join('');
    let written = 0;
    for (let n = 0; n < 100; n++) {
      alice.write(pings(n));
      written++;
      await domain.settle();
    }
    expect(written).toBe(100);
    // Of what it sent most still waits on its own side: some 4 MiB of answers would have been made otherwise.
    expect(alice.waiting).toBeGreaterThan(2 * 1024 * 1024);
    expect((await bob.ask('PING')).ok).toBe(true);
    await domain.advance(35_000);
    expect([...domain.server.domain.endpoints.ofUser('alice')]).toHaveLength(0);
    expect((await bob.ask('PING')).ok).toBe(true);
  });

  test('a device that reads slowly gets all of a large answer', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice', { purpose: 'bulk' });
    const body = Buffer.alloc(8 * 1024 * 1024, 'x');
    let sent = 0;
    domain.server.domain.inboxes.message = () =>
      Promise.resolve({ headers: [['Content-Type', 'x/y'] as const], body, after: () => sent++ });
    alice.hang();
    const ids = [1, 2, 3].map((n) => alice.send('GET-MESSAGE', { 'Inbox-Sequence': n }));
    await domain.settle();
    expect(sent).toBe(0);
    await domain.advance(25_000);
    alice.resume();
    for (const id of ids) expect((await alice.response(id)).body).toHaveLength(body.length);
    await domain.settle();
    expect(sent).toBe(3);
  });

  test('a backlog of requests for a device that takes none is cut off', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    const [endpoint] = [...domain.server.domain.endpoints.ofUser('alice')];
    alice.hang();
    const body = Buffer.alloc(1024 * 1024);
    const outcomes: Promise<unknown>[] = [];
    for (let n = 0; n < 40; n++) {
      const type = [['Content-Type', 'x/y']] as const;
      outcomes.push(new Promise((resolve) => endpoint?.request('SEND', type, body, resolve)));
    }
    for (const outcome of await Promise.all(outcomes)) expect(outcome).toMatchObject({ code: 'closed' });
  });
});

describe('slow', () => {
  test('one octet at a time is read as well as all at once', async () => {
    const domain = await start();
    const peer = domain.connect();
    for (const octet of `HELLO 1 impp/1.0\r\nDomain: ${HOST}\r\nRole: client\r\n\r\n`) peer.write(octet);
    expect((await peer.response('1')).ok).toBe(true);
  });

  test('a head that trickles in does not outlast the time for AUTH', async () => {
    const domain = await start();
    const peer = domain.connect();
    peer.write('HELLO 1 impp/1.0\r\n');
    for (let second = 0; second < 31 && !peer.isClosed; second++) {
      peer.write(`X-${second}: y\r\n`);
      await domain.advance(1_000);
    }
    await peer.closed();
  });

  test('nor does a body, on a connection that has signed in, outlast Idle-Timeout in silence', async () => {
    const domain = await start({ users: ['alice'], config: { idleTimeout: 20 } });
    const alice = await domain.attach('alice');
    alice.isPolite = false;
    alice.write('PING 1 impp/1.0\r\nContent-Type: x/y\r\nContent-Length: 1000\r\n\r\nabc');
    await domain.advance(22_000);
    await alice.closed();
  });
});

describe('breaking off', () => {
  test('at any octet of signing in leaves nothing behind', async () => {
    const domain = await start({ users: ['alice'], config: { auth: { mechanisms: ['ANONYMOUS'] } } });
    const all =
      `HELLO 1 impp/1.0\r\nDomain: ${HOST}\r\nRole: client\r\n\r\nAUTH 2 impp/1.0\r\nMechanism: ANONYMOUS\r\nContent-Length: 0\r\n\r\n` +
      'ATTACH 3 impp/1.0\r\nDevice: d\r\n\r\n';
    for (let length = 0; length <= all.length; length++) {
      const peer = domain.connect();
      peer.write(all.slice(0, length));
      peer.break();
    }
    await domain.settle();
    await domain.settle();
    expect(domain.errors).toEqual([]);
    await domain.close();
    expect(domain.clock.waiting).toBe(0);
  });

  test('while ATTACH is under way detaches from the inbox', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.signIn('alice');
    const { inboxes } = domain.server.domain;
    const attach = inboxes.attach.bind(inboxes);
    const gate = Promise.withResolvers<void>();
    let left = 0;
    inboxes.attach = async (endpoint, after) => {
      const done = await attach(endpoint, after);
      await gate.promise;
      return done;
    };
    const detached = inboxes.detached.bind(inboxes);
    inboxes.detached = (endpoint) => {
      left++;
      detached(endpoint);
    };
    alice.send('ATTACH', { Device: 'desk' });
    await domain.settle();
    alice.break();
    await domain.settle();
    gate.resolve();
    await domain.settle();
    expect(left).toBe(1);
    expect([...domain.server.domain.endpoints.ofInbox('alice')]).toHaveLength(0);
    expect(domain.errors).toEqual([]);
  });

  test('two unregister at once: one OK, and no account', async () => {
    const domain = await start({ users: ['alice'] });
    const [one, other] = [await domain.signIn('alice'), await domain.signIn('alice')];
    const answers = await Promise.allSettled([one.ask('UNREGISTER'), other.ask('UNREGISTER')]);
    expect(answers.filter((answer) => answer.status === 'fulfilled' && answer.value.ok).length).toBe(1);
    expect(await domain.storage.getAccount('alice')).toBeUndefined();
    expect(urlOf('alice')).toBe('impp://a.example/alice');
  });
});

test('a fault of ours while serving one peer ends that connection, is logged, and no other notices', async () => {
  const domain = await start({ users: ['alice', 'bob'] });
  const [alice, bob] = [await domain.attach('alice'), await domain.attach('bob')];
  const { inboxes, presentities } = domain.server.domain;
  inboxes.message = () => Promise.resolve({ headers: [['Not A Name', 'x']] });
  alice.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
  await alice.closed();
  const detached = presentities.detached.bind(presentities);
  presentities.detached = () => {
    presentities.detached = detached;
    throw new Error('a fault');
  };
  const again = await domain.attach('alice');
  again.break();
  await domain.settle();
  expect(domain.errors.length).toBe(2);
  expect((await bob.ask('PING')).ok).toBe(true);
});
