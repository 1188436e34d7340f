// The log of a domain at its most talkative: each line says which connection and which request, and none what was said.

import { readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { World } from './domains.ts';
import { composed, freshId, publish, rule, setRules, write } from './people.ts';
import { type Domain, mail, VERIFIER, verifierOf } from './wire.ts';

let world: World;
let a: Domain;
let b: Domain;

beforeAll(async () => {
  world = await World.start();
  [a, b] = await Promise.all([
    world.domain('a.example', { registration: 'invite', settings: ['log.level=debug'] }),
    world.domain('b.example', { settings: ['log.level=debug', 'federation.policy."c.example"=allow'] }),
  ]);
}, 60_000);

/** What must not be there; found again in any spelling that a program may give it. */
const secrets = new Map<string, string>();
const secret = (what: string, text = randomBytes(18).toString('base64url')): string => {
  secrets.set(what, text);
  return text;
};

test('has nothing in it that anybody said', { timeout: 60_000 }, async () => {
  const options = ['--domain', a.name, '--data', a.data];
  const made = await promisify(execFile)(process.execPath, [
    'server/index.ts',
    'invite',
    'create',
    ...options,
  ]);
  const invite = secret('invitation', made.stdout.split('\n')[0] ?? '');
  const password = secret('password');
  const verifier = verifierOf(password);
  for (const [index, part] of verifier.split(/[$:]/v).entries())
    if (index >= 2) secret(`verifier ${index}`, part);

  const joining = await a.connectSecure();
  await joining.hello(a.name);
  const registering = { ...VERIFIER, Target: a.url('alice'), Invite: invite };
  await joining.succeed('REGISTER', registering, verifier);
  expect((await joining.request('REGISTER', { ...registering, Target: a.url('again') }, verifier)).kind).toBe(
    'ERROR',
  );
  expect((await joining.authenticate('alice', secret('wrong password'))).kind).toBe('ERROR');
  await joining.authenticate('alice', password);
  await joining.attach(a.url('alice'), 'desk');
  const alice = joining;
  const plain = await a.connectSecure();
  await plain.hello(a.name);
  const sasl = { Mechanism: 'PLAIN', 'Content-Type': 'application/sasl' };
  await plain.succeed('AUTH', sasl, `\0alice\0${password}`);

  const bob = await b.person('bob');
  await setRules(
    bob,
    rule('*', { subscribe: 'allow' }),
    rule(`impp://${secret('name in a rule', 'enemy-of-bob.example')}/*`, { send: 'deny' }),
  );
  await publish(bob, secret('presence'));
  await alice.succeed('SUBSCRIBE', { Target: b.url('bob') });
  await publish(bob, secret('later presence'));
  await alice.incoming('CHANGE-NOTIFY');
  await alice.succeed('SET-DOCUMENT', { Name: 'contacts', 'Content-Type': 'text/plain' }, secret('contacts'));
  expect((await write(alice, b.url('bob'), secret('message'))).get('Outcome')).toBe('delivered');
  const large = Buffer.concat([
    mail(a.url('alice'), b.url('bob'), secret('large message'), '<l@a.example>'),
    Buffer.alloc(200_000, 'x'),
  ]);
  const head = { Target: b.url('bob'), 'Message-ID': '<l@a.example>', 'Content-Type': 'message/rfc822' };
  await alice.succeed('SEND', head, large);
  // Refused, by rules and as nonsense, here and there; a header and a body that break the framing.
  expect((await write(alice, b.url('nobody'), secret('message to nobody'))).get('Error')).toBe(
    'target-unknown',
  );
  const id = freshId();
  const broken = { Target: b.url('bob'), 'Message-ID': id, 'Content-Type': 'message/rfc822' };
  await alice.errorOf(
    'SEND',
    broken,
    `From: ${secret('header of a message')}\r\n\r\n${secret('body of nonsense')}`,
  );
  expect(await alice.errorOf('LOOKUP', { Target: 'impp://b.example/', Query: secret('query') })).toBe('OK');
  alice.write(`SEND x1 impp/1.0\r\n${secret('malformed header')} no colon\r\n\r\n`);
  await alice.closed();

  // Of links: tokens of either side, one that is a lie.
  const c = await world.play('c.example');
  const link = await c.connect(b);
  await c.hello(link, b);
  await c.callback(link, secret('token that is a lie', randomBytes(24).toString('base64url')));
  await c.callback(link, secret('token', c.token()));
  await link.ping();
  const sending = bob.send(...composed(bob, 'impp://c.example/x', secret('message on a link')));
  link.answer(
    await link.incoming('SEND'),
    { Error: 'permission-denied', Reason: secret('reason of another domain') },
    'ERROR',
  );
  await bob.response(sending);
  await link.succeed('BYE');
  await link.closed();
  const other = bob.send(...composed(bob, 'impp://c.example/x', 'x'));
  const client = await c.incoming();
  client.answer(await client.incoming('AUTH'), { Error: 'operation-not-supported' }, 'ERROR');
  const auth = await client.incoming('AUTH');
  secret('token of ours', auth.body.toString());
  client.answer(auth, { 'Auth-State': 'done', Address: 'impp://c.example/' });
  client.answer(await client.incoming('SEND'), { Outcome: 'stored' });
  await bob.response(other);
  client.destroy();
  for (const domain of [a, b]) secret(`key of ${domain.name}`, keyOf(domain));

  // One can be followed: from the connection to its request, and to its end.
  const lie = (): Record<string, unknown> =>
    linesOf(b).find(({ event }) => event === 'a domain is not who it says') ?? {};
  const events = (): unknown[] =>
    linesOf(b)
      .filter((line) => line['connection'] === lie()['connection'])
      .map(({ event }) => event);
  await expect.poll(() => events().at(-1)).toBe('disconnected');
  expect(events()[0]).toBe('connected');
  const { connection, request } = lie();
  const refused = linesOf(b).find((line) => line['event'] === 'refused' && line['connection'] === connection);
  expect(refused).toMatchObject({ request, method: 'AUTH', code: 'authentication-failed' });

  expect([...secrets.values()].filter((text) => text.length < 12)).toEqual([]);
  for (const domain of [a, b]) {
    const log = domain.log();
    for (const [what, text] of secrets) {
      const spellings = [
        text,
        Buffer.from(text).toString('base64').replace(/=+$/v, ''),
        Buffer.from(text).toString('hex'),
      ];
      for (const spelling of spellings)
        expect([domain.name, what, log.includes(spelling)]).toEqual([domain.name, what, false]);
    }
    const lines = linesOf(domain);
    expect(lines.length).toBeGreaterThan(20);
    const ofRequests = lines.filter(({ event }) => ['done', 'refused', 'passed on'].includes(String(event)));
    const ids = {
      connection: expect.any(Number) as number,
      request: expect.any(String) as string,
      method: expect.any(String) as string,
    };
    for (const line of ofRequests) expect(line).toMatchObject(ids);
  }
});

/** What it has logged so far; a line may be on its way. */
const linesOf = (domain: Domain): Record<string, unknown>[] => {
  const log = domain.log();
  return log
    .slice(0, log.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

/** The middle of the key in its file: one line of its octets. */
const keyOf = ({ tls }: Domain): string => {
  const path = world.keyOf(tls?.servername ?? '');
  return readFileSync(path, 'utf8').split('\n')[1] ?? '';
};
