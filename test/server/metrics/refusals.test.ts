// Every way in which parleyd refuses something: each is counted once, and has its line in the log. The tables are
// complete by their types: a new token or a new reason does not compile without a way to it.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { ConfigOverrides } from '../../../server/config.ts';
import type { CutReason } from '../../../server/metrics/tally.ts';
import { ImppError, type ProtocolErrorCode } from '../../../shared/errors.ts';
import { OUTCOME_DEADLINE } from '../../../shared/impp/limits.ts';
import { certificateFor } from '../../fixtures/certificates.ts';
import { HOST, scram, type TestDomain, urlOf } from '../harness.ts';
import { Federation, messageTo } from '../links/federation.ts';
import type { Peer } from '../peer.ts';

type Line = Readonly<Record<string, unknown>>;

let federation: Federation;
let lines: Line[];
let faults: number;
let domain: TestDomain;

const begin = async (config: ConfigOverrides = {}): Promise<void> => {
  const write = (event: string, data: object = {}): void => void lines.push({ event, ...data });
  domain = await federation.domain(HOST, ['alice', 'bob'], {
    config: { ...config, federation: { tls: 'off', ...config.federation } },
    log: { debug: write, info: write, warn: write },
  });
};

beforeEach(() => {
  federation = new Federation();
  lines = [];
  faults = 0;
});

afterEach(async () => {
  await federation.close();
  expect(domain.errors).toHaveLength(faults);
});

const BOB = urlOf('bob');
const said = (event: string): Line[] => lines.filter((line) => line['event'] === event);

/** As somebody who has attached: the request, which has to fail. */
const asAlice =
  (method: string, headers: Record<string, string | number>, body?: string, config?: ConfigOverrides) =>
  async (): Promise<Peer> => {
    await begin(config);
    const alice = await domain.attach('alice');
    await alice.refusal(method, headers, body);
    return alice;
  };

/** A message to bob, which has to fail. */
const message =
  (more: Record<string, string> = {}, config?: ConfigOverrides) =>
  async (): Promise<Peer> => {
    await begin(config);
    const alice = await domain.attach('alice');
    await alice.refusal(...messageTo(alice, BOB, 'hello', more));
    return alice;
  };

const forwarded = (kind: string) => async (): Promise<Peer> => {
  await begin();
  const bob = await domain.attach('bob');
  await bob.demand(
    'SET-DOCUMENT',
    { Name: 'profile', 'Content-Type': 'application/impp-profile' },
    `<profile><listed>nobody</listed><forward><kind>${kind}</kind><to>impp://b.example/bob</to></forward></profile>`,
  );
  const alice = await domain.attach('alice');
  await alice.refusal(...messageTo(alice, BOB, 'hello'));
  return alice;
};

const PLAY = 'impp://b.example/x';

/** By each token of [IMPP 11] but `redirect`, which parleyd never says: it has no other server. */
const TOKENS: Record<Exclude<ProtocolErrorCode, 'redirect'>, () => Promise<Peer>> = {
  'target-unknown': asAlice('FETCH', { Target: urlOf('nobody') }),
  'subscription-unknown': asAlice('UNSUBSCRIBE', { Target: BOB }),
  'permission-denied': message({ From: BOB }),
  'user-authentication-required': async () => {
    await begin();
    const stranger = await domain.hello();
    await stranger.refusal('SEND');
    return stranger;
  },
  'domain-authentication-required': async () => {
    await begin();
    const link = await federation.open('b.example', domain);
    await link.refusal('SEND', { Target: BOB });
    return link;
  },
  'temporarily-forwarded': forwarded('temporary'),
  'permanently-forwarded': forwarded('permanent'),
  'operation-not-supported': asAlice('NONSENSE', { Target: BOB }),
  'type-not-understood': asAlice('SET-ACL', { Target: urlOf('alice'), 'Content-Type': 'text/plain' }, 'x'),
  'connection-failure': asAlice('FETCH', { Target: PLAY }),
  'message-too-large': async () => {
    await begin({ limits: { maxMessageSize: 70_000 } });
    const alice = await domain.attach('alice');
    await alice.refusal(...messageTo(alice, BOB, 'x'.repeat(80_000)));
    return alice;
  },
  'mailbox-full': message({}, { limits: { inboxQuota: 10 } }),
  'mailbox-unavailable': message({ Storage: 'none' }),
  'bad-request': asAlice('SEND', { Target: BOB }),
  'version-not-supported': async () => {
    await begin();
    const peer = await domain.hello();
    peer.write('PING v1 impp/9.9\r\n\r\n');
    await peer.response('v1');
    return peer;
  },
  conflict: asAlice(
    'SET-DOCUMENT',
    { Name: 'contacts', 'If-Revision': 7, 'Content-Type': 'text/plain' },
    'x',
  ),
  'message-unknown': asAlice('GET-MESSAGE', { 'Inbox-Sequence': 99 }),
  'authentication-failed': async () => {
    await begin();
    const peer = await domain.hello();
    await expect(scram(peer, 'alice', 'wrong')).rejects.toMatchObject({ code: 'authentication-failed' });
    return peer;
  },
  'tls-required': async () => {
    const { cert, key } = await certificateFor(HOST);
    await begin({ tls: { cert, key, require: true } });
    const peer = await domain.hello();
    await peer.refusal('AUTH', { Mechanism: 'SCRAM-SHA-256' });
    return peer;
  },
  'too-many-requests': async () => {
    await begin({ limits: { requestBurst: 5, requestsPerSecond: 0.001 } });
    const alice = await domain.attach('alice');
    while ((await alice.ask('PING')).ok);
    return alice;
  },
  timeout: async () => {
    await begin();
    federation.play('b.example', () => {});
    const alice = await domain.attach('alice');
    const id = alice.send('FETCH', { Target: PLAY });
    await domain.advance(OUTCOME_DEADLINE);
    await alice.response(id);
    return alice;
  },
  'internal-error': async () => {
    await begin();
    const alice = await domain.attach('alice');
    domain.storage.getDocument = () => Promise.reject(new Error('disk gone'));
    await alice.refusal('GET-DOCUMENT', { Name: 'contacts' });
    faults = 1;
    return alice;
  },
};

/** What ends the connection, too, from people and from domains. */
const LAST_WORDS: readonly [what: string, send: (peer: Peer) => void][] = [
  ['a request that cannot be read', (peer) => peer.write('PING 1 impp/1.0\r\nno colon\r\n\r\n')],
  [
    'a second request with an open ID',
    (peer) => {
      const half = 'AUTH 7 impp/1.0\r\nMechanism: CALLBACK\r\nContent-Type: application/sasl\r\n';
      peer.write(`${half}Content-Length: 32\r\n\r\n${'x'.repeat(32)}${half}Content-Length: 1\r\n\r\nx`);
    },
  ],
  [
    'more requests than twice Max-Pending',
    (peer) => {
      const one = (id: number): string =>
        `AUTH p${id} impp/1.0\r\nMechanism: CALLBACK\r\nContent-Type: application/sasl\r\nContent-Length: 1\r\n\r\nx`;
      peer.write(Array.from({ length: 50 }, (_, id) => one(id)).join(''));
    },
  ],
];

/** As many ERRORs as went out are counted, and as many are in the log with their connection and request. */
const expectCounted = (peer: Peer): void => {
  const heads = peer.received.matchAll(/ERROR \(.*\r\n(?:.+\r\n)*?Error: ([a-z\-]+)/gv);
  const codes = [...heads].map(([, code = '']) => code).toSorted();
  const counts = ['client', 'domain'] as const;
  const counted = counts.flatMap((kind) =>
    [...domain.server.tally[kind].refused.entries()].flatMap(([code, count]) =>
      Array.from({ length: count }, () => code),
    ),
  );
  expect(counted.toSorted()).toEqual(codes);
  const refused = said('refused');
  expect(refused.map(({ code }) => String(code)).toSorted()).toEqual(codes);
  for (const line of refused)
    expect(line).toMatchObject({
      connection: expect.any(Number) as number,
      request: expect.any(String) as string,
      method: expect.any(String) as string,
    });
};

describe('an ERROR is counted and logged', () => {
  test.each(Object.entries(TOKENS))('%s', async (code, provoke) => {
    const peer = await provoke();
    expect(peer.received).toContain(`\r\nError: ${code}\r\n`);
    expectCounted(peer);
  });

  test.each(LAST_WORDS)('of people, with the end of the connection: %s', async (_, send) => {
    await begin({ limits: { maxPending: 2 } });
    const peer = await domain.hello();
    send(peer);
    await peer.closed();
    expect(peer.received).toContain('ERROR (');
    expectCounted(peer);
  });

  test.each(LAST_WORDS)('of another domain, likewise: %s', async (_, send) => {
    await begin({ limits: { maxPending: 2 } });
    // It is asked whether the first AUTH is its own, and is gone.
    federation.play('b.example', (asked) => asked.break());
    const peer = await federation.open('b.example', domain);
    send(peer);
    await peer.closed();
    expect(peer.received).toContain('ERROR (');
    expectCounted(peer);
  });
});

const endpointOf = (user: string) => {
  const [endpoint] = domain.server.domain.endpoints.ofUser(user);
  if (endpoint === undefined) throw new Error(`${user} is not attached`);
  return endpoint;
};

const CUTS: Record<CutReason, () => Promise<Peer>> = {
  'too-many-strangers': async () => {
    await begin({ limits: { unauthenticated: 1 } });
    await domain.hello();
    return domain.connect();
  },
  'no-handshake': async () => {
    const { cert, key } = await certificateFor(HOST);
    await begin({ tls: { cert, key } });
    const peer = domain.connect();
    peer.write(Buffer.from([0x16, 3, 1]));
    peer.break();
    return peer;
  },
  'no-sign-in': async () => {
    await begin();
    const peer = await domain.hello();
    await domain.advance(61_000);
    return peer;
  },
  'octets-before-tls': async () => {
    const { cert, key } = await certificateFor(HOST);
    await begin({ tls: { cert, key } });
    const peer = await domain.hello();
    peer.write('STARTTLS 2 impp/1.0\r\n\r\nHELLO 3 impp/1.0\r\n\r\n');
    return peer;
  },
  'malformed-answer': async () => {
    await begin();
    const alice = await domain.attach('alice');
    alice.write('OK (PING) 1 impp/1.0\r\nno colon\r\n\r\n');
    return alice;
  },
  'no-answer': async () => {
    await begin();
    const [alice, bob] = [await domain.attach('alice'), await domain.attach('bob')];
    alice.send(...messageTo(alice, BOB, 'hello'));
    await bob.next('SEND');
    await domain.advance(30_000);
    return bob;
  },
  'slow-reader': async () => {
    await begin();
    const alice = await domain.attach('alice', { maxPending: 64 });
    const endpoint = endpointOf('alice');
    const body = Buffer.alloc(1024 * 1024);
    const asked = Array.from(
      { length: 40 },
      () => new Promise((resolve) => endpoint.request('SEND', [['Content-Type', 'x/y']], body, resolve)),
    );
    await Promise.all(asked);
    return alice;
  },
  'stalled-reader': async () => {
    await begin();
    const alice = await domain.attach('alice', { purpose: 'bulk' });
    const body = Buffer.alloc(8 * 1024 * 1024);
    domain.server.domain.inboxes.message = () =>
      Promise.resolve({ headers: [['Content-Type', 'x/y'] as const], body, after: () => {} });
    alice.hang();
    alice.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    await domain.advance(35_000);
    alice.resume();
    return alice;
  },
};

test('a device that does not keep up with its notifications is cut off, too', async () => {
  await begin();
  const alice = await domain.attach('alice');
  endpointOf('alice').dismiss(new ImppError('timeout', 'the device does not keep up'));
  await alice.closed();
  expect(alice.received).toContain('Error: timeout');
  expect(Object.fromEntries(domain.server.tally.cuts)).toEqual({ 'slow-reader': 1 });
  expect(said('cut off')).toMatchObject([{ connection: expect.any(Number) as number }]);
});

test.each(Object.entries(CUTS))(
  'a connection that is cut off is counted and logged: %s',
  async (reason, provoke) => {
    const peer = await provoke();
    await peer.closed();
    await domain.settle();
    expect(Object.fromEntries(domain.server.tally.cuts)).toEqual({ [reason]: 1 });
    // Those turned away at the door never were a connection, and have no number.
    const expected =
      reason === 'too-many-strangers' ? [] : [{ reason, connection: expect.any(Number) as number }];
    expect(said('cut off')).toMatchObject(expected);
  },
);
