import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOST, TestDomain, urlOf } from '../harness.ts';

const METHODS = [
  'HELLO',
  'STARTTLS',
  'AUTH',
  'REGISTER',
  'SET-PASSWORD',
  'UNREGISTER',
  'ATTACH',
  'PING',
  'SEND',
  'FETCH',
  'CHANGE',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'GET-SUBSCRIPTION',
  'GET-WATCHERS',
  'GET-ACL',
  'SET-ACL',
  'GET-DOCUMENT',
  'SET-DOCUMENT',
  'GET-INBOX',
  'GET-MESSAGE',
  'VERIFY',
  'X-ANY',
] as const;

const HEADERS = [
  'From',
  'Target',
  'Connection-ID',
  'Domain',
  'Role',
  'Mechanism',
  'Auth-State',
  'Device',
  'Purpose',
  'Inbox-After',
  'Lease-Time',
  'If-Revision',
  'View',
  'Message-ID',
  'Storage',
  'Expires',
  'Name',
  'Limit',
  'Before',
  'Watcher',
  'Inbox-Sequence',
  'X-Any',
] as const;

const VALUES = [
  '',
  '0',
  '1',
  '-1',
  '9007199254740992',
  'infinity',
  'client',
  HOST,
  urlOf('alice'),
  urlOf('bob'),
  `impp://${HOST}/`,
  'impp://b.example/x',
  'impp://a.example/%zz',
  'desk',
  'bulk',
  'none',
  '<a@b>',
  'default',
  'anonymous',
  'contacts',
  'acl',
  '2026-01-01T00:00:00.000Z',
  'ANONYMOUS',
  'ünï',
  'x'.repeat(300),
] as const;

const BODIES = [
  undefined,
  '',
  'x',
  '<acl></acl>',
  '<acl><rule></acl>',
  `From: <alice@${HOST}>\r\n\r\nhi`,
] as const;
const TYPES = [
  'text/plain',
  'message/rfc822',
  'application/impp-acl',
  'application/presence',
  'application/sasl',
] as const;

const request = fc.record({
  method: fc.constantFrom(...METHODS),
  headers: fc.dictionary(fc.constantFrom(...HEADERS), fc.constantFrom(...VALUES), { maxKeys: 5 }),
  body: fc.constantFrom(...BODIES),
  type: fc.constantFrom(...TYPES),
  isOwn: fc.boolean(),
});

test('whatever a client asks, in whatever state, has one answer that is no fault of the server’s', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), fc.nat(3), async (asked, depth) => {
      const domain = await TestDomain.start({
        users: ['alice', 'bob'],
        config: { registration: 'open', auth: { mechanisms: ['SCRAM-SHA-256', 'ANONYMOUS'] } },
      });
      try {
        const [make] = [
          [
            () => Promise.resolve(domain.connect()),
            () => domain.hello(),
            () => domain.signIn('alice'),
            () => domain.attach('alice'),
          ],
        ].map((all) => all[depth]);
        const peer = await make?.();
        if (peer === undefined) throw new Error('no such depth');
        for (const { method, headers, body, type, isOwn } of asked) {
          const own = isOwn ? {} : { From: undefined, 'Connection-ID': undefined };
          const content = body === undefined ? {} : { 'Content-Type': type };
          const answer = await peer.ask(method, { ...own, ...content, ...headers }, body);
          expect(answer.headers.get('Error')).not.toBe('internal-error');
          if (method === 'UNREGISTER' && answer.ok) break;
          if (method === 'STARTTLS' && answer.ok) break;
        }
        expect(domain.errors).toEqual([]);
        expect((await (await domain.attach('bob')).ask('PING')).ok).toBe(true);
      } finally {
        await domain.close();
      }
    }),
    { numRuns: 150 },
  );
});

test('whatever octets come, the connection is answered or closed, and the server goes on', async () => {
  const domain = await TestDomain.start({ users: ['bob'] });
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets)),
    fc
      .constantFrom(
        'PING 1 impp/1.0\r\n\r\n',
        'OK (PING) 1 impp/1.0\r\n\r\n',
        '\r\n',
        'BYE 2 impp/1.0\r\n',
        'HELLO ',
        ': ',
      )
      .map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const peer = domain.connect();
      for (const octets of pieces) peer.write(octets);
      peer.end();
      await peer.closed();
    }),
    { numRuns: 300 },
  );
  expect(domain.errors).toEqual([]);
  expect((await (await domain.attach('bob')).ask('PING')).ok).toBe(true);
  await domain.close();
});
