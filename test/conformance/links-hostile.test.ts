// A stranger on the link: each attempt is refused with the error of [IMPP 11], and the domain goes on.

import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Authority } from '../fixtures/authority.ts';
import { type Played, World } from './domains.ts';
import { came, composed, freshId, MESSAGE, openOf, PRESENCE, rule, setRules, write } from './people.ts';
import { type Client, type Domain, mail, type Wire } from './wire.ts';

let world: World;
let a: Domain;
let b: Played;
let alice: Client;
let ALICE: string;
let count = 0;

const BOB = 'impp://b.example/bob';
const token = () => randomBytes(24).toString('base64url');

beforeAll(async () => {
  world = await World.start();
  [a, b] = await Promise.all([
    world.domain('a.example', {
      settings: ['federation.policy."enemy.example"=refuse', 'limits.failed-auth=100'],
    }),
    world.play('b.example'),
  ]);
}, 60_000);

beforeEach(async () => {
  count += 1;
  ALICE = a.url(`alice${count}`);
  alice = await a.person(`alice${count}`);
});

/** SEND in the name of `from` over a link. */
const speak = (link: Client, from: string, to: string, more: Record<string, string> = {}): Promise<Wire> => {
  const id = freshId();
  const headers = { From: from, 'Connection-ID': 'c1', Target: to, 'Message-ID': id, ...MESSAGE, ...more };
  return link.request('SEND', headers, mail(from, to, 'hello', id));
};

const errorIn = ({ kind, headers }: Wire): string =>
  kind === 'OK' ? 'OK' : (headers.find(([name]) => name === 'Error')?.[1] ?? 'none');

test('first contact with a domain that means well', async () => {
  const sending = alice.send(...composed(alice, BOB, 'hello'));
  const link = await b.incoming();
  link.answer(await link.incoming('AUTH'), { 'Auth-State': 'done', Address: 'impp://b.example/' });
  link.answer(await link.incoming('SEND'), { Outcome: 'stored' });
  expect((await alice.response(sending)).get('Outcome')).toBe('stored');
  await link.succeed('BYE');
  await link.closed();
});

describe('HELLO', () => {
  test.each<[string, Record<string, string>, string]>([
    ['for another domain', { Domain: 'c.example' }, 'target-unknown'],
    ['without From', { From: '' }, 'bad-request'],
    ['of a user', { From: 'impp://b.example/bob' }, 'bad-request'],
    ['with a From that is not canonical', { From: 'impp://B.example/' }, 'bad-request'],
    ['in our own name', { From: 'impp://a.example/' }, 'permission-denied'],
    ['of a domain that the operator refuses', { From: 'impp://enemy.example/' }, 'permission-denied'],
  ])('%s: %s', async (_, more, error) => {
    const link = await b.connect(a);
    const headers = { Domain: 'a.example', Role: 'domain', From: 'impp://b.example/', ...more };
    expect(await link.errorOf('HELLO', headers)).toBe(error);
  });

  test('says what may be used: EXTERNAL only to whom it is of use, nothing in clear', async () => {
    const mechanisms = async (options: { isInClear?: boolean; isShown?: boolean }) => {
      const ok = await b.hello(await b.connect(a, options), a);
      return [ok.get('Auth-Mechanisms'), ok.get('TLS')];
    };
    expect(await mechanisms({})).toEqual(['CALLBACK', 'active']);
    expect(await mechanisms({ isShown: true })).toEqual(['EXTERNAL CALLBACK', 'active']);
    expect(await mechanisms({ isInClear: true })).toEqual(['', 'required']);
  });
});

describe('before AUTH', () => {
  test('only HELLO, STARTTLS, AUTH, VERIFY, PING and BYE are answered', async () => {
    const link = await b.connect(a);
    await b.hello(link, a);
    for (const method of ['SEND', 'FETCH', 'SUBSCRIBE', 'LOOKUP', 'CHANGE-NOTIFY', 'ATTACH', 'GET-ACL']) {
      expect([method, await link.errorOf(method, { From: BOB, Target: ALICE })]).toEqual([
        method,
        'domain-authentication-required',
      ]);
    }
    expect(await link.errorOf('X-UNHEARD-OF')).toBe('operation-not-supported');
    expect(await link.errorOf('PING')).toBe('OK');
    expect(await link.errorOf('VERIFY', { Domain: 'b.example', Token: token() })).toBe('permission-denied');
    expect(await link.errorOf('BYE')).toBe('OK');
  });

  test('AUTH in clear is tls-required', async () => {
    const link = await b.connect(a, { isInClear: true });
    await b.hello(link, a);
    expect(errorIn(await b.callback(link, b.token()))).toBe('tls-required');
  });

  test('octets behind STARTTLS end the connection', async () => {
    const link = await b.connect(a, { isInClear: true });
    await b.hello(link, a);
    link.write('STARTTLS s1 impp/1.0\r\n\r\nPING p1 impp/1.0\r\n\r\n');
    await link.closed();
  });

  test('STARTTLS, HELLO again, and then AUTH', async () => {
    const link = await b.connect(a, { isInClear: true });
    await b.hello(link, a);
    await link.succeed('STARTTLS');
    await link.secure({ ca: world.authority.pem, servername: 'a.example' });
    expect(errorIn(await b.callback(link, b.token()))).toBe('bad-request');
    expect((await b.hello(link, a, { From: 'impp://c.example/' })).kind).toBe('ERROR');
  });
});

describe('CALLBACK', () => {
  test.each<[string, string]>([
    ['too short', 'a'.repeat(21)],
    ['too long', 'a'.repeat(65)],
    ['not base64url', `${'a'.repeat(30)}+/`],
    ['empty', ''],
  ])('with a token that is %s: bad-request', async (_, text) => {
    const link = await b.connect(a);
    await b.hello(link, a);
    expect(errorIn(await b.callback(link, text))).toBe('bad-request');
  });

  test('of an address: bad-request', async () => {
    const link = await b.connect(a);
    expect((await b.hello(link, a, { From: 'impp://127.0.0.9/' })).kind).toBe('OK');
    expect(errorIn(await b.callback(link, token()))).toBe('bad-request');
  });

  test('with a token that the domain does not know: authentication-failed, and five close', async () => {
    const link = await b.connect(a);
    await b.hello(link, a);
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect(errorIn(await b.callback(link, token()))).toBe('authentication-failed');
    await link.closed();
  });

  test('in the name of a domain that is not there: authentication-failed', async () => {
    const link = await b.connect(a);
    await b.hello(link, a, { From: 'impp://nowhere.example/' });
    expect(errorIn(await b.callback(link, token()))).toBe('authentication-failed');
  });

  test('in the name of a domain that leads to a neighbour of ours: nothing is said of who listens there', async () => {
    world.announce('scan.example', { host: '127.0.0.1', port: 1 });
    const link = await b.connect(a);
    await b.hello(link, a, { From: 'impp://scan.example/' });
    const answer = await b.callback(link, token());
    expect(answer.get('Error')).toBe('authentication-failed');
    expect(answer.get('Reason')).toBe('scan.example does not say that it is you: it was not reached');
    // The operator is told.
    expect(a.log()).toMatch(
      /"reason":"scan\.example cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:1"/v,
    );
  });

  test.each<[string, Parameters<World['play']>[1]]>([
    ['for another name', { certifiedFor: 'c.example' }],
    ['that has expired', { issue: { isExpired: true } }],
  ])('of a domain with a certificate %s: authentication-failed', async (what, options) => {
    const name = what.includes('another') ? 'liar.example' : 'late.example';
    const liar = await world.play(name, options);
    const link = await liar.connect(a);
    await liar.hello(link, a);
    expect(errorIn(await liar.callback(link, liar.token()))).toBe('authentication-failed');
    expect(liar.verified).toEqual([]);
    expect((await write(alice, `impp://${name}/x`, 'x')).get('Error')).toBe('connection-failure');
  });

  test('VERIFY says who asks and what, over a connection of its own', async () => {
    const link = await b.connect(a);
    await b.hello(link, a);
    const mine = b.token();
    const done = await b.callback(link, mine);
    expect([done.get('Auth-State'), done.get('Address')]).toEqual(['done', 'impp://b.example/']);
    const asked = b.verified.at(-1);
    expect([asked?.get('Domain'), asked?.get('Token')]).toEqual(['a.example', mine]);
    expect(errorIn(await b.callback(link, b.token()))).toBe('bad-request');
  });
});

describe('EXTERNAL', () => {
  test('with a certificate for the domain is enough, with or without an initial response', async () => {
    const link = await b.connect(a, { isShown: true });
    await b.hello(link, a);
    const waiting = await link.succeed('AUTH', { Mechanism: 'EXTERNAL' });
    expect(waiting.get('Auth-State')).toBe('continue');
    const done = await link.succeed('AUTH', { 'Content-Type': 'application/sasl' }, '');
    expect(done.get('Auth-State')).toBe('done');
    expect((await speak(link, BOB, ALICE)).get('Outcome')).toBe('delivered');
  });

  test.each<[string, Parameters<World['play']>[1]]>([
    ['for another name', { certifiedFor: 'other.example' }],
    ['that has expired', { issue: { isExpired: true } }],
    ['for servers only', { issue: { uses: 'serverAuth' } }],
  ])('with a certificate %s: authentication-failed', async (what, options) => {
    const liar = await world.play(`${what.replaceAll(' ', '-')}.example`, options);
    const link = await liar.connect(a, { isShown: true });
    expect((await liar.hello(link, a)).get('Auth-Mechanisms')).toBe('CALLBACK');
    expect(
      await link.errorOf('AUTH', { Mechanism: 'EXTERNAL', 'Content-Type': 'application/sasl' }, ''),
    ).toBe('authentication-failed');
  });

  test('without any certificate: operation-not-supported, and CALLBACK remains', async () => {
    const link = await b.connect(a);
    await b.hello(link, a);
    expect(await link.errorOf('AUTH', { Mechanism: 'EXTERNAL' })).toBe('operation-not-supported');
    expect((await b.callback(link, b.token())).get('Auth-State')).toBe('done');
  });

  test('with a certificate of an authority that nobody knows: authentication-failed', async () => {
    const unknown = await Authority.make();
    const certificate = await unknown.issue('b.example');
    const liar = b.as(certificate);
    const link = await liar.connect(a, { isShown: true });
    expect((await liar.hello(link, a)).get('Auth-Mechanisms')).toBe('CALLBACK');
    expect(
      await link.errorOf('AUTH', { Mechanism: 'EXTERNAL', 'Content-Type': 'application/sasl' }, ''),
    ).toBe('authentication-failed');
  });
});

describe('VERIFY', () => {
  test('is OK once, for the domain that was shown the token', async () => {
    const sending = alice.send(...composed(alice, BOB, 'to bob'));
    const link = await b.incoming();
    const auth = await link.incoming('AUTH');
    expect(auth.get('Mechanism')).toBe('EXTERNAL');
    link.answer(auth, { Error: 'authentication-failed' }, 'ERROR');
    const callback = await link.incoming('AUTH');
    expect(callback.get('Mechanism')).toBe('CALLBACK');
    const shown = callback.body.toString();
    expect(shown).toMatch(/^[A-Za-z0-9_-]{22,64}$/);

    const other = await world.play(`thief${count}.example`);
    const thief = await other.connect(a);
    await other.hello(thief, a);
    expect(await thief.errorOf('VERIFY', { Domain: other.name, Token: shown })).toBe('permission-denied');
    expect(await thief.errorOf('VERIFY', { Domain: 'b.example', Token: shown })).toBe('permission-denied');

    const mine = await b.connect(a);
    await b.hello(mine, a);
    expect(await mine.errorOf('VERIFY', { Domain: 'b.example' })).toBe('bad-request');
    expect(await mine.errorOf('VERIFY', { Domain: 'b.example', Token: token() })).toBe('permission-denied');
    expect(await mine.errorOf('VERIFY', { Domain: 'b.example', Token: shown })).toBe('OK');
    expect(await mine.errorOf('VERIFY', { Domain: 'b.example', Token: shown })).toBe('permission-denied');

    link.answer(callback, { 'Auth-State': 'done', Address: 'impp://b.example/' });
    link.answer(await link.incoming('SEND'), { Outcome: 'stored' });
    expect((await alice.response(sending)).get('Outcome')).toBe('stored');
    link.destroy();
  });

  test('is no method for clients', async () => {
    expect(await alice.errorOf('VERIFY', { Domain: 'b.example', Token: token() })).toBe(
      'operation-not-supported',
    );
  });
});

describe('an authenticated link', () => {
  let link: Client;

  beforeEach(async () => {
    link = await b.open(a);
  });

  test('speaks for its own people only', async () => {
    expect(errorIn(await speak(link, 'impp://c.example/bob', ALICE))).toBe('permission-denied');
    expect(errorIn(await speak(link, ALICE, ALICE))).toBe('permission-denied');
    expect(errorIn(await speak(link, BOB, ALICE, { From: 'bob@b.example' }))).toBe('bad-request');
    expect(await link.errorOf('FETCH', { Target: ALICE })).toBe('bad-request');
    expect(errorIn(await speak(link, BOB, ALICE))).toBe('OK');
  });

  test('reaches our people only: nothing is relayed', async () => {
    expect(errorIn(await speak(link, BOB, 'impp://c.example/x'))).toBe('target-unknown');
    expect(errorIn(await speak(link, BOB, 'impp://b.example/x'))).toBe('target-unknown');
    expect(
      await link.errorOf('LOOKUP', {
        From: BOB,
        'Connection-ID': 'c',
        Target: 'impp://c.example/',
        Query: 'xx',
      }),
    ).toBe('target-unknown');
  });

  test('has the methods between domains and no others', async () => {
    for (const method of ['CHANGE', 'GET-ACL', 'SET-DOCUMENT', 'ATTACH', 'REGISTER', 'GET-INBOX', 'X-ANY'])
      expect([
        method,
        await link.errorOf(method, { From: BOB, 'Connection-ID': 'c', Target: ALICE }),
      ]).toEqual([method, 'operation-not-supported']);
  });

  test('cannot write what only the home server writes', async () => {
    for (const name of ['Inbox-Sequence', 'Received', 'Copy', 'Replay', 'Body-Deferred'])
      expect([name, errorIn(await speak(link, BOB, ALICE, { [name]: '1' }))]).toEqual([name, 'bad-request']);
  });

  test('cannot speak for others inside a message either', async () => {
    const id = freshId();
    const headers = { From: BOB, 'Connection-ID': 'c', Target: ALICE, 'Message-ID': id, ...MESSAGE };
    expect(await link.errorOf('SEND', headers, mail('impp://b.example/carol', ALICE, 'x', id))).toBe(
      'bad-request',
    );
  });

  test('tells nobody what was not subscribed to', async () => {
    const notice = {
      From: BOB,
      Origin: BOB,
      Target: ALICE,
      'Target-Connection-ID': alice.identity['Connection-ID'] ?? '',
      Revision: '5',
      'Subscription-State': 'active',
      ...PRESENCE,
    };
    expect(await link.errorOf('CHANGE-NOTIFY', notice, openOf(BOB, 'boo'))).toBe('subscription-unknown');
    const ended = { ...notice, 'Subscription-State': 'ended', 'Content-Type': undefined };
    expect(await link.errorOf('TERMINATE-SUBSCRIPTION', { ...ended, Error: 'permission-denied' })).toBe(
      'subscription-unknown',
    );
    expect(await came(alice, 'CHANGE-NOTIFY')).toEqual([]);
    expect(await came(alice, 'TERMINATE-SUBSCRIPTION')).toEqual([]);
  });

  test('rules and repeats hold as for our own people', async () => {
    const id = freshId();
    const headers = { From: BOB, 'Connection-ID': 'c', Target: ALICE, 'Message-ID': id, ...MESSAGE };
    for (let round = 0; round < 3; round += 1)
      expect((await link.succeed('SEND', headers, mail(BOB, ALICE, 'once', id))).get('Outcome')).toBe(
        'delivered',
      );
    expect(await came(alice, 'SEND')).toHaveLength(1);
    await setRules(alice, rule('impp://b.example/*', { send: 'deny' }));
    expect(errorIn(await speak(link, BOB, ALICE))).toBe('permission-denied');
  });

  test('a second request with an open ID ends it', async () => {
    const headers = { From: BOB, 'Connection-ID': 'c', Target: ALICE, 'Message-ID': freshId(), ...MESSAGE };
    alice.isAnswering = false;
    link.send('SEND', headers, mail(BOB, ALICE, 'x', headers['Message-ID']), 'same');
    link.send(
      'SEND',
      { ...headers, 'Connection-ID': 'd' },
      mail(BOB, ALICE, 'x', headers['Message-ID']),
      'same',
    );
    link.send('SEND', headers, mail(BOB, ALICE, 'x', headers['Message-ID']), 'same');
    await link.closed();
  });
});

describe('answers', () => {
  test('count only over a link of the domain that was asked', async () => {
    const sending = alice.send(...composed(alice, BOB, 'who answers?'));
    const { client: link } = await b.link();
    const asked = await link.incoming('SEND');
    const other = await world.play(`forger${count}.example`);
    const forger = await other.open(a);
    forger.answer(asked, { Outcome: 'delivered' });
    await forger.ping();
    expect(alice.arrived).toEqual([]);
    link.answer(asked, { Outcome: 'stored' });
    expect((await alice.response(sending)).get('Outcome')).toBe('stored');
    link.destroy();
  });

  test('come over a new link of the far domain when the old one has gone', async () => {
    const sending = alice.send(...composed(alice, BOB, 'over another'));
    const { client: link } = await b.link();
    const asked = await link.incoming('SEND');
    link.destroy();
    const again = await b.open(a);
    again.answer(asked, { Outcome: 'stored' });
    expect((await alice.response(sending)).get('Outcome')).toBe('stored');
    again.destroy();
  });

  test('of ours go over a new link when theirs has gone', async () => {
    const link = await b.open(a);
    alice.isAnswering = false;
    const id = freshId();
    const headers = { From: BOB, 'Connection-ID': 'c', Target: ALICE, 'Message-ID': id, ...MESSAGE };
    link.send('SEND', headers, mail(BOB, ALICE, 'x', id), 'gone-1');
    const message = await alice.incoming('SEND');
    link.destroy();
    await link.closed();
    alice.answer(message);
    const { client: back } = await b.link();
    const answer = await back.response('gone-1');
    expect([answer.get('To'), answer.get('Connection-ID'), answer.get('Outcome')]).toEqual([
      BOB,
      'c',
      'delivered',
    ]);
    back.destroy();
  });
});

test('what goes to another domain goes octet for octet', async () => {
  const id = freshId();
  const body = mail(ALICE, BOB, 'as it is', id);
  const connectionId = alice.identity['Connection-ID'] ?? '';
  const head =
    `SEND odd.1 impp/1.0\r\nx-first:1\r\nFROM:${ALICE}\r\nconnection-id:   ${connectionId}\r\nTarget: ${BOB}\r\n` +
    `X-Twice: a\r\nX-Twice:b \r\nmessage-ID: ${id}\r\nContent-type: message/rfc822\r\ncontent-length: 0${body.length}\r\n\r\n`;
  const seen: Buffer[] = [];
  alice.write(Buffer.concat([Buffer.from(head), body]));
  const link = await b.incoming();
  link.socket.on('data', (data: Buffer) => seen.push(data));
  const auth = await link.incoming('AUTH');
  link.answer(auth, { 'Auth-State': 'done' });
  const asked = await link.incoming('SEND');
  expect(Buffer.concat(seen).toString()).toContain(head + body.toString());
  link.answer(asked, { Outcome: 'unknown', 'X-Far': 'yes' });
  const ok = await alice.response('odd.1');
  expect([ok.get('Outcome'), ok.get('X-Far'), ok.get('To')]).toEqual(['unknown', 'yes', ALICE]);
  link.destroy();
});
