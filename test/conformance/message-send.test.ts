// [IMPP 8] SEND: what OK means, what is refused, what a repeat does.

import { beforeAll, describe, expect, test } from 'vitest';
import { came, composed, couple, freshId, MESSAGE, rule, setRules, userOf, write } from './people.ts';
import { type Client, type Domain, mail, startDomain, VERIFIER, verifierOf } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ settings: ['inbox.delivery-wait-ms=1000'] });
}, 40_000);

const lastOf = async (client: Client, user: string): Promise<string | undefined> => {
  const probe = await domain.login(user, `probe-${freshId().replace(/[<>@]/g, '')}`);
  const last = await probe.succeed('GET-INBOX', { Limit: '1' });
  const entry = last.get('Count') === '0' ? undefined : await probe.incoming('SEND');
  probe.destroy();
  await client.ping();
  return entry?.get('Inbox-Sequence') ?? '0';
};

describe('the outcome', () => {
  test('`delivered`: a device of the target has acknowledged it', async () => {
    const { alice, bob, b, a } = await couple(domain);
    const ok = await write(alice, b, 'hello');
    expect(ok.startLine).toMatch(/^OK \(SEND\) /);
    expect(ok.get('Outcome')).toBe('delivered');
    expect(ok.get('To')).toBe(a);
    expect(ok.get('Connection-ID')).toBe(alice.identity['Connection-ID']);
    expect(await came(bob, 'SEND')).toHaveLength(1);
  });

  test('`stored`: no device is attached', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    expect((await write(alice, b, 'hello')).get('Outcome')).toBe('stored');
  });

  test('`stored`: the device does not acknowledge in time', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.isAnswering = false;
    const ok = await write(alice, b, 'hello');
    expect(ok.get('Outcome')).toBe('stored');
    bob.answer(await bob.incoming('SEND'));
    await bob.ping();
  });

  test('a device that answers with an ERROR does not have it', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.isAnswering = false;
    const id = alice.send(...composed(alice, b, 'hello'));
    bob.answer(await bob.incoming('SEND'), { Error: 'internal-error', Reason: 'the disk is full' }, 'ERROR');
    expect((await alice.response(id)).get('Outcome')).toBe('stored');
    await bob.ping();
  });

  test('an authenticated connection that has not attached is no device', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    const half = await domain.login(userOf(b));
    expect((await write(alice, b, 'hello')).get('Outcome')).toBe('stored');
    expect(await came(half, 'SEND')).toHaveLength(0);
  });

  test('nor is a bulk connection', async () => {
    const { alice, bob, b } = await couple(domain);
    const bulk = await domain.login(userOf(b), 'phone', { Purpose: 'bulk' });
    bob.destroy();
    expect((await write(alice, b, 'hello')).get('Outcome')).toBe('stored');
    expect(await came(bulk, 'SEND')).toHaveLength(0);
  });
});

describe('what the device gets', () => {
  test('SEND with a request-ID of its own, Inbox-Sequence and Received added, all else unchanged', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const id = freshId();
    const body = Buffer.concat([mail(a, b, 'hëllo', id), Buffer.from([0, 255, 13, 10, 128])]);
    const before = Date.now();
    await alice.succeed(
      'SEND',
      [
        ['Target', b],
        ['Message-ID', id],
        ['Content-Type', 'message/rfc822; x=y'],
        ['X-Colour', 'blue'],
        ['X-Colour', 'grün'],
      ],
      body,
    );
    const got = await bob.incoming('SEND');
    expect(got.version).toBe('impp/1.0');
    expect(got.get('From')).toBe(a);
    expect(got.get('Target')).toBe(b);
    expect(got.get('Message-ID')).toBe(id);
    expect(got.get('Content-Type')).toBe('message/rfc822; x=y');
    expect(got.get('Connection-ID')).toBe(alice.identity['Connection-ID']);
    expect(got.headers.filter(([name]) => name === 'X-Colour').map(([, value]) => value)).toEqual([
      'blue',
      'grün',
    ]);
    expect(got.body.equals(body)).toBe(true);
    expect(got.get('Inbox-Sequence')).toBe('1');
    expect(got.get('Received')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(got.get('Received') ?? '') - before)).toBeLessThan(5_000);
    expect(got.get('Copy')).toBeUndefined();
    expect(got.get('Replay')).toBeUndefined();
    expect(got.get('Body-Deferred')).toBeUndefined();
  });

  test('every attached interactive device gets it, and the next sequence number is the next', async () => {
    const { alice, bob, b } = await couple(domain);
    const tablet = await domain.login(userOf(b), 'tablet');
    for (const sequence of ['1', '2', '3']) {
      await write(alice, b, `number ${sequence}`);
      for (const device of [bob, tablet])
        expect((await device.incoming('SEND')).get('Inbox-Sequence')).toBe(sequence);
    }
  });

  test('requests of one sender for the same Target take effect in the order sent', async () => {
    const { alice, bob, b } = await couple(domain);
    const ids = Array.from({ length: 40 }, (_, at) => alice.send(...composed(alice, b, `message ${at}`)));
    for (const id of ids) expect((await alice.response(id)).kind).toBe('OK');
    const got = await came(bob, 'SEND');
    expect(got.map((it) => it.get('Inbox-Sequence'))).toEqual(ids.map((_, at) => String(at + 1)));
    got.forEach((it, at) => {
      expect(it.body.toString()).toContain(`message ${at}\r\n`);
    });
  });
});

describe('the envelope', () => {
  test.each([
    ['no Message-ID', { 'Message-ID': undefined }],
    ['an empty Message-ID', { 'Message-ID': '' }],
    ['a Message-ID without brackets', { 'Message-ID': 'id@host' }],
    ['a Message-ID without @', { 'Message-ID': '<id>' }],
    ['a Message-ID with a space', { 'Message-ID': '<a b@host>' }],
    ['a Message-ID of 251 octets', { 'Message-ID': `<${'x'.repeat(247)}@h>` }],
    ['Expires in the past', { Expires: '2020-01-01T00:00:00.000Z' }],
    ['Expires that is no time', { Expires: 'tomorrow' }],
    ['Storage that is unknown', { Storage: 'forever' }],
    ['Inbox-Sequence', { 'Inbox-Sequence': '1' }],
    ['Received', { Received: '2026-01-01T00:00:00.000Z' }],
    ['Copy', { Copy: 'sent' }],
    ['Replay', { Replay: 'yes' }],
    ['Body-Deferred', { 'Body-Deferred': '10' }],
    ['no Target', { Target: undefined }],
    ['a Target not in canonical form', { Target: 'impp://wire.example/BOB' }],
    ['no Content-Type', { 'Content-Type': undefined }],
  ])('%s is bad-request, and nothing is entered', async (_, wrong) => {
    const { alice, bob, a, b } = await couple(domain);
    const id = freshId();
    const headers = { Target: b, 'Message-ID': id, ...MESSAGE, ...wrong };
    expect(await alice.errorOf('SEND', headers, mail(a, b, 'x', id))).toBe('bad-request');
    expect(await came(bob, 'SEND')).toHaveLength(0);
    expect((await write(alice, b, 'right')).get('Outcome')).toBe('delivered');
    expect((await bob.incoming('SEND')).get('Inbox-Sequence')).toBe('1');
  });

  test.each(['FETCH', 'GET-INBOX', 'GET-DOCUMENT', 'CHANGE', 'SUBSCRIBE'])(
    'Inbox-Sequence and the others in %s are bad-request too',
    async (method) => {
      const { alice, a } = await couple(domain);
      const usual = { Target: a, Name: 'x', 'Lease-Time': method === 'CHANGE' ? '0' : undefined };
      expect(await alice.errorOf(method, usual)).toBe('OK');
      for (const wrong of [
        { 'Inbox-Sequence': '1' },
        { Copy: 'sent' },
        { Replay: 'yes' },
        { 'Body-Deferred': '1' },
      ])
        expect(await alice.errorOf(method, { ...usual, ...wrong })).toBe('bad-request');
    },
  );

  test('a Message-ID of 250 octets is taken', async () => {
    const { alice, bob, b } = await couple(domain);
    const id = `<${'x'.repeat(246)}@h>`;
    expect((await write(alice, b, 'x', { 'Message-ID': id })).get('Outcome')).toBe('delivered');
    expect((await bob.incoming('SEND')).get('Message-ID')).toBe(id);
  });

  test('no body is bad-request', async () => {
    const { alice, b } = await couple(domain);
    expect(await alice.errorOf('SEND', { Target: b, 'Message-ID': freshId() })).toBe('bad-request');
    expect(await alice.errorOf('SEND', { Target: b, 'Message-ID': freshId(), ...MESSAGE })).toBe(
      'bad-request',
    );
  });

  test('From missing is bad-request, another’s permission-denied; so is another’s Connection-ID', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const id = freshId();
    const headers = { Target: b, 'Message-ID': id, ...MESSAGE };
    expect(await alice.errorOf('SEND', { ...headers, From: undefined }, mail(a, b, 'x', id))).toBe(
      'bad-request',
    );
    expect(await alice.errorOf('SEND', { ...headers, From: b }, mail(b, b, 'x', id))).toBe(
      'permission-denied',
    );
    expect(await alice.errorOf('SEND', { ...headers, 'Connection-ID': undefined }, mail(a, b, 'x', id))).toBe(
      'bad-request',
    );
    const foreign = bob.identity['Connection-ID'] ?? '';
    expect(await alice.errorOf('SEND', { ...headers, 'Connection-ID': foreign }, mail(a, b, 'x', id))).toBe(
      'permission-denied',
    );
    expect(await came(bob, 'SEND')).toHaveLength(0);
  });

  test('to nobody is target-unknown', async () => {
    const { alice } = await couple(domain);
    const response = await write(alice, domain.url('nobody'), 'x');
    expect(response.get('Error')).toBe('target-unknown');
    expect(response.get('Reason')).toBeTruthy();
  });

  test('who is refused gets permission-denied; an error is not remembered', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(bob, rule(a, { send: 'deny' }));
    const again = { 'Message-ID': freshId() };
    expect((await write(alice, b, 'x', again)).get('Error')).toBe('permission-denied');
    await setRules(bob);
    expect((await write(alice, b, 'x', again)).get('Outcome')).toBe('delivered');
    expect((await bob.incoming('SEND')).get('Inbox-Sequence')).toBe('1');
  });

  test('too large for an interactive connection: message-too-large with the limit, and it goes on', async () => {
    const { alice, bob, b } = await couple(domain);
    const response = await write(alice, b, 'x'.repeat(1024 * 1024));
    expect(response.get('Error')).toBe('message-too-large');
    expect(response.get('Max-Message-Size')).toBe('1048576');
    expect((await write(alice, b, 'x')).get('Outcome')).toBe('delivered');
    expect((await bob.incoming('SEND')).get('Inbox-Sequence')).toBe('1');
  });

  test('an Expires to come is taken and passed on', async () => {
    const { alice, bob, b } = await couple(domain);
    const expires = new Date(Date.now() + 60_000).toISOString();
    expect((await write(alice, b, 'x', { Expires: expires })).get('Outcome')).toBe('delivered');
    expect((await bob.incoming('SEND')).get('Expires')).toBe(expires);
  });
});

describe('the body', () => {
  const tail = 'Date: Sat, 01 Aug 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\r\nhello\r\n';
  const cases: [string, string, (a: string, b: string) => string][] = [
    ['a bare mailbox', 'OK', (a, b) => `From: ${a}\r\nTo: ${b}\r\n${tail}`],
    ['a display name', 'OK', (a, b) => `From: Alice Smith <${a}>\r\nTo: Bob <${b}>\r\n${tail}`],
    [
      'a quoted display name with a comma',
      'OK',
      (a, b) => `From: "Smith, Alice" <${a}>\r\nTo: ${b}\r\n${tail}`,
    ],
    ['an encoded display name', 'OK', (a) => `From: =?utf-8?q?Al=C3=AFce?= <${a}>\r\n${tail}`],
    ['a comment', 'OK', (a) => `From: ${a} (Alice)\r\n${tail}`],
    ['a folded field', 'OK', (a, b) => `From: Alice\r\n <${a}>\r\nTo: Bob\r\n\t<${b}>\r\n${tail}`],
    ['names of fields in any case', 'OK', (a, b) => `fROM: <${a}>\r\ntO: <${b}>\r\n${tail}`],
    [
      'the domain in upper case',
      'OK',
      (a) => `From: <${a.replace('wire.example', 'WIRE.Example')}>\r\n${tail}`,
    ],
    ['the user in upper case', 'OK', (a) => `From: <${a.toUpperCase()}>\r\n${tail}`],
    ['a quoted local part', 'OK', (a) => `From: <"${a.split('@')[0]}"@${a.split('@')[1]}>\r\n${tail}`],
    ['no To', 'OK', (a) => `From: <${a}>\r\n${tail}`],
    ['To with several', 'OK', (a, b) => `From: <${a}>\r\nTo: <carol@x.example>, Bob <${b}>\r\n${tail}`],
    ['To as a group', 'OK', (a, b) => `From: <${a}>\r\nTo: Friends: <carol@x.example>, <${b}>;\r\n${tail}`],
    [
      'another To inside',
      'OK',
      (a, b) => `From: <${a}>\r\nTo: <${b}>\r\n${tail}\r\nFrom: <x@y>\r\nTo: <x@y>\r\n`,
    ],
    ['no From', 'bad-request', (_, b) => `To: <${b}>\r\n${tail}`],
    ['an empty From', 'bad-request', (_, b) => `From: \r\nTo: <${b}>\r\n${tail}`],
    ['two From', 'bad-request', (a, b) => `From: <${a}>\r\nFrom: <${a}>\r\nTo: <${b}>\r\n${tail}`],
    ['two mailboxes', 'bad-request', (a, b) => `From: <${a}>, <${b}>\r\nTo: <${b}>\r\n${tail}`],
    ['another From', 'bad-request', (_, b) => `From: <${b}>\r\nTo: <${b}>\r\n${tail}`],
    ['another’s mailbox behind one’s own name', 'bad-request', (a, b) => `From: "${a}" <${b}>\r\n${tail}`],
    ['From of another domain', 'bad-request', (a) => `From: <${a}.example>\r\n${tail}`],
    ['a From that is no mailbox', 'bad-request', () => `From: alice\r\n${tail}`],
    ['From only in the text', 'bad-request', (a) => `Subject: x\r\n\r\nFrom: <${a}>\r\n`],
    ['To of another', 'bad-request', (a) => `From: <${a}>\r\nTo: <carol@wire.example>\r\n${tail}`],
    ['an empty To', 'bad-request', (a) => `From: <${a}>\r\nTo: \r\n${tail}`],
    ['no fields at all', 'bad-request', () => 'hello\r\n'],
  ];
  test.each(cases)('%s: %s', async (_, expected, compose) => {
    const { alice, bob, a, b } = await couple(domain);
    const at = (url: string) => `${userOf(url)}@${domain.name}`;
    const body = compose(at(a), at(b));
    const said = await alice.errorOf('SEND', { Target: b, 'Message-ID': freshId(), ...MESSAGE }, body);
    expect(said).toBe(expected);
    const got = await came(bob, 'SEND');
    expect(got.map((it) => it.body.toString())).toEqual(expected === 'OK' ? [body] : []);
  });

  test('names beyond ASCII are in UTF-8 inside', async () => {
    const url = domain.url('jos%C3%A9');
    const { alice, a } = await couple(domain);
    const client = await domain.connect();
    await client.hello(domain.name);
    await client.succeed('REGISTER', { ...VERIFIER, Target: url }, verifierOf('secret'));
    expect((await client.authenticate('josé', 'secret')).get('Address')).toBe(url);
    await client.attach(url, 'phone');
    const body = `From: <jos\u00e9@wire.example>\r\nTo: <${userOf(a)}@wire.example>\r\n\r\nhello\r\n`;
    const headers = { Target: a, 'Message-ID': freshId(), ...MESSAGE };
    expect(await client.errorOf('SEND', headers, body)).toBe('OK');
    expect((await alice.incoming('SEND')).get('From')).toBe(url);
    expect(await client.errorOf('SEND', headers, body.replace('\u00e9', 'e'))).toBe('OK');
    const another = { ...headers, 'Message-ID': freshId() };
    expect(await client.errorOf('SEND', another, body.replace('\u00e9', 'e'))).toBe('bad-request');
  });

  test('message/cpim is a message too; anything else is type-not-understood', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const cpim = (from: string) =>
      `From: Alice <im:${userOf(from)}@wire.example>\r\nTo: Bob <im:${userOf(b)}@wire.example>\r\nDateTime: 2026-08-01T10:00:00Z\r\n\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello`;
    const headers = { Target: b, 'Content-Type': 'message/cpim' };
    expect(await alice.errorOf('SEND', { ...headers, 'Message-ID': freshId() }, cpim(a))).toBe('OK');
    expect((await bob.incoming('SEND')).body.toString()).toBe(cpim(a));
    expect(await alice.errorOf('SEND', { ...headers, 'Message-ID': freshId() }, cpim(b))).toBe('bad-request');
    const loud = { Target: b, 'Message-ID': freshId(), 'Content-Type': 'Message/RFC822' };
    expect(await alice.errorOf('SEND', loud, mail(a, b, 'x', '<x@y>'))).toBe('OK');
    for (const type of ['text/plain', 'application/presence', 'message/rfc822x', 'message/global']) {
      const other = { Target: b, 'Message-ID': freshId(), 'Content-Type': type };
      expect(await alice.errorOf('SEND', other, mail(a, b, 'x', '<x@y>'))).toBe('type-not-understood');
    }
  });
});

describe('the same From, Target and Message-ID again', () => {
  test('is not delivered again and gets OK with the outcome as it now is', async () => {
    const { alice, bob, a, b } = await couple(domain);
    bob.destroy();
    const again = { 'Message-ID': freshId() };
    expect((await write(alice, b, 'x', again)).get('Outcome')).toBe('stored');
    expect((await write(alice, b, 'x', again)).get('Outcome')).toBe('stored');
    const back = await domain.login(userOf(b), 'phone', { 'Inbox-After': '0' });
    await back.incoming('SEND');
    await back.ping();
    await expect
      .poll(async () => (await write(alice, b, 'x', again)).get('Outcome'), { timeout: 10_000 })
      .toBe('delivered');
    const laptop = await domain.login(userOf(a), 'other');
    expect((await write(laptop, b, 'x', again)).get('Outcome')).toBe('delivered');
    expect(await came(back, 'SEND')).toHaveLength(0);
    expect(await lastOf(alice, userOf(b))).toBe('1');
    expect(await lastOf(alice, userOf(a))).toBe('1');
  });

  test('while the first is open joins it', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.isAnswering = false;
    const again = { 'Message-ID': freshId() };
    const first = alice.send(...composed(alice, b, 'x', again));
    const got = await bob.incoming('SEND');
    const second = alice.send(...composed(alice, b, 'x', again));
    await alice.ping();
    bob.answer(got);
    for (const id of [first, second]) expect((await alice.response(id)).get('Outcome')).toBe('delivered');
    expect(await came(bob, 'SEND')).toHaveLength(0);
  });

  test('to another Target, or from another, it is another message', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const carol = await couple(domain);
    const again = { 'Message-ID': freshId() };
    await write(alice, b, 'x', again);
    await write(alice, carol.a, 'x', again);
    await write(bob, carol.a, 'x', again);
    await write(bob, a, 'x', again);
    expect(await came(carol.alice, 'SEND')).toHaveLength(2);
    expect((await came(bob, 'SEND')).filter((it) => it.get('Copy') === undefined)).toHaveLength(1);
    expect((await came(alice, 'SEND')).filter((it) => it.get('Copy') === undefined)).toHaveLength(1);
  });
});

describe('Storage: none', () => {
  test('is passed to attached devices only and stored nowhere', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const desk = await domain.login(userOf(a), 'desk');
    const ok = await write(alice, b, 'typing', { Storage: 'none' });
    expect(ok.get('Outcome')).toBe('delivered');
    const got = await bob.incoming('SEND');
    expect(got.get('Storage')).toBe('none');
    expect(got.get('Inbox-Sequence')).toBeUndefined();
    expect(await lastOf(alice, userOf(b))).toBe('0');
    expect(await lastOf(alice, userOf(a))).toBe('0');
    expect(await came(desk, 'SEND')).toHaveLength(0);
    expect((await write(alice, b, 'kept', { Storage: 'keep' })).get('Outcome')).toBe('delivered');
    expect((await bob.incoming('SEND')).get('Inbox-Sequence')).toBe('1');
  });

  test('with no device attached is mailbox-unavailable', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    await alice.ping();
    await expect
      .poll(async () => (await write(alice, b, 'typing', { Storage: 'none' })).get('Error'), {
        timeout: 10_000,
      })
      .toBe('mailbox-unavailable');
  });

  test('a device that does not answer has not got it', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.isAnswering = false;
    expect((await write(alice, b, 'typing', { Storage: 'none' })).get('Error')).toBe('mailbox-unavailable');
    bob.destroy();
  });
});

test('a foreign Target is connection-failure where its domain cannot be found', async () => {
  const { alice, a } = await couple(domain);
  const there = 'impp://nowhere.invalid/bob';
  const response = await write(alice, there, 'x');
  expect(['connection-failure', 'timeout']).toContain(response.get('Error'));
  expect(await lastOf(alice, userOf(a))).toBe('0');
});
