// Whom a domain believes [IMPP 3, 12]: certificates that were revoked, domains on a list; and by which addresses.

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../stories/programs.ts';
import { World } from './domains.ts';
import { composed, write } from './people.ts';
import type { Client, Domain } from './wire.ts';

let world: World;

beforeAll(async () => {
  world = await World.start();
}, 60_000);

/** Waits until the log of a domain says that so often; more, if the domain has looked at its files of itself meanwhile. */
const said = (domain: Domain, event: string, times: number) =>
  expect
    .poll(() => domain.log().split(`"event":"${event}"`).length - 1, { timeout: 15_000 })
    .toBeGreaterThanOrEqual(times);

describe('certificates that were revoked', () => {
  let a: Domain;
  let alice: Client;
  let list: string;

  beforeAll(async () => {
    list = join(temporaryFolder(), 'crl.pem');
    copyFileSync(await world.authority.revoke([]), list);
    a = await world.domain('a.example', { settings: [`tls.crl=${list}`] });
  }, 60_000);

  /** A new list, read at once. */
  const put = async (...args: Parameters<World['authority']['revoke']>): Promise<void> => {
    copyFileSync(await world.authority.revoke(...args), list);
    const before = a.log().split('"event":"certificate read"').length - 1;
    a.signal('SIGHUP');
    await said(a, 'certificate read', before + 1);
  };

  test('of a server that is called, of one that calls, and of a client', { timeout: 60_000 }, async () => {
    const [good, bad] = [await world.authority.issue('b.example'), await world.authority.issue('c.example')];
    const [b, c] = await Promise.all([
      world.domain('b.example', { issued: good }),
      world.domain('c.example', { issued: bad }),
    ]);
    alice = await a.person('alice');
    const [bob, carol] = [await b.person('bob'), await c.person('carol')];
    await put([bad]);
    expect((await write(alice, b.url('bob'), 'hi')).get('Outcome')).toBe('delivered');
    expect((await write(bob, a.url('alice'), 'hi')).get('Outcome')).toBe('delivered');
    const refused = await write(alice, c.url('carol'), 'hi');
    expect([refused.get('Error'), refused.get('Reason')]).toEqual([
      'connection-failure',
      expect.stringContaining('revoked') as string,
    ]);
    expect((await write(carol, a.url('alice'), 'hi')).get('Error')).toBe('connection-failure');
    expect(a.log()).toContain('certificate revoked');

    await put([]);
    await expect
      .poll(async () => (await write(carol, a.url('alice'), 'again')).get('Outcome'), { timeout: 15_000 })
      .toBe('delivered');
  });

  test('EXTERNAL with one is authentication-failed', { timeout: 60_000 }, async () => {
    const played = await world.play('played.example');
    const before = await played.open(a, { isShown: true, mechanism: 'EXTERNAL' });
    await before.ping();
    await put([played.certificate]);
    const link = await played.connect(a, { isShown: true });
    expect((await played.hello(link, a)).get('Auth-Mechanisms')).toBe('CALLBACK');
    const external = { Mechanism: 'EXTERNAL', 'Content-Type': 'application/sasl' };
    expect(await link.errorOf('AUTH', external, '')).toBe('authentication-failed');
    expect((await played.callback(link, played.token())).get('Error')).toBe('authentication-failed');
    expect(played.verified).toEqual([]);
    await put([]);
  });

  test('a list that has run out licenses nobody, and one that is none changes nothing', {
    timeout: 60_000,
  }, async () => {
    const played = await world.play('later.example');
    await put([], true);
    const link = await played.connect(a);
    await played.hello(link, a);
    expect((await played.callback(link, played.token())).get('Error')).toBe('authentication-failed');
    await put([]);
    writeFileSync(list, 'no list');
    a.signal('SIGHUP');
    await said(a, 'the new certificate cannot be used, the old one stays', 1);
    await (await played.open(a)).ping();
    await put([]);
  });
});

describe('a list of refused domains', () => {
  test('is read again when it has changed: links end, and nobody else notices', {
    timeout: 60_000,
  }, async () => {
    const file = join(temporaryFolder(), 'blocklist');
    writeFileSync(file, '# nobody so far\n');
    const d = await world.domain('d.example', { settings: [`federation.blocklist=${file}`] });
    const [spam, fine] = await Promise.all([world.play('mail.spam.example'), world.play('fine.example')]);
    const [theirs, others] = [await spam.open(d), await fine.open(d)];
    theirs.isAnswering = false;

    writeFileSync(file, '*.spam.example  # advertising\n');
    d.signal('SIGHUP');
    const bye = await theirs.incoming('BYE');
    expect(bye.get('Error')).toBe('permission-denied');
    theirs.answer(bye);
    await theirs.closed();
    expect((await spam.hello(await spam.connect(d), d)).get('Error')).toBe('permission-denied');
    await others.ping();
    const dora = await d.person('dora');
    expect((await write(dora, 'impp://mail.spam.example/x', 'x')).get('Error')).toBe('permission-denied');

    writeFileSync(file, 'spam.example and others\n');
    d.signal('SIGHUP');
    await said(d, 'the new blocklist cannot be used, the old one stays', 1);
    expect(d.log()).toContain(`${file}, line 1`);
    expect((await spam.hello(await spam.connect(d), d)).get('Error')).toBe('permission-denied');

    writeFileSync(file, '# they are sorry\n');
    d.signal('SIGHUP');
    await said(d, 'blocklist read', 2);
    await (await spam.open(d)).ping();
  });
});

test('domains that have IPv6 addresses only', { timeout: 60_000 }, async () => {
  const [e, f] = await Promise.all([
    world.domain('e.example', { listen: '[::1]:0' }),
    world.domain('f.example', { listen: '[::1]:0' }),
  ]);
  const [eve, frank] = [await e.person('eve'), await f.person('frank')];
  expect((await write(eve, f.url('frank'), 'over IPv6')).get('Outcome')).toBe('delivered');
  expect((await write(frank, e.url('eve'), 'and back')).get('Outcome')).toBe('delivered');
});

test('a server that sends us to another one of its domain has to have the same name in its certificate', {
  timeout: 60_000,
}, async () => {
  const g = await world.domain('g.example');
  const gina = await g.person('gina');
  const [moved, liar] = await Promise.all([
    world.play('moved.example'),
    world.play('moved2.example', { certifiedFor: 'other.example' }),
  ]);
  const { host, port } = liar.place;
  moved.sendsTo = `${host}:${port}`;
  const answer = await write(gina, 'impp://moved.example/x', 'x');
  expect(answer.get('Error')).toBe('connection-failure');
  const twin = await world.play('twin.example', { certifiedFor: 'moved3.example' });
  const third = await world.play('moved3.example');
  third.sendsTo = `${twin.place.host}:${twin.place.port}`;
  const id = gina.send(...composed(gina, 'impp://moved3.example/x', 'x'));
  const { client } = await twin.link();
  client.answer(await client.incoming('SEND'), { Outcome: 'stored' });
  expect((await gina.response(id)).get('Outcome')).toBe('stored');
  client.destroy();
});
