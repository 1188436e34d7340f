// parleyd's command line: what programs outside of this repository rely on.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { certificateFor } from '../fixtures/certificates.ts';
import { temporaryFolder } from '../stories/programs.ts';
import { Client, type Domain, ITERATIONS, mail, startDomain, VERIFIER, verifierOf } from './wire.ts';

const root = join(import.meta.dirname, '../..');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  /** The first line on stdout; rejects where the program ends without one. */
  readonly line: Promise<string>;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

function start(
  args: readonly string[],
  input = '',
  program: readonly string[] = [process.execPath, 'server/index.ts'],
): Running {
  const [file = '', ...before] = program;
  const child = spawn(file, [...before, ...args], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const first = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      const end = out.indexOf('\n');
      if (end >= 0) resolve(out.slice(0, end));
    });
    child.on('close', () => reject(new Error(`ended without a line: ${err}`)));
  });
  first.catch(() => {});
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  return { line: first, ended, kill: (signal) => child.kill(signal) };
}

const run = async (args: readonly string[], input = ''): Promise<Ended> => start(args, input).ended;

let domain: Domain;
let here: string[];
beforeAll(async () => {
  domain = await startDomain({ registration: 'closed' });
  here = ['--data', domain.data, '--domain', domain.name, '--set', `auth.iterations=${ITERATIONS}`];
}, 40_000);

async function login(user: string, password: string): Promise<Client> {
  const client = await domain.connect();
  await client.hello(domain.name);
  const done = await client.authenticate(user, password);
  if (done.kind !== 'OK') throw new Error(done.get('Error'));
  await client.attach(domain.url(user), 'phone');
  return client;
}

describe('serve', () => {
  const serve = (...more: string[]) =>
    start([
      'serve',
      '--domain',
      'a.example',
      '--listen',
      '127.0.0.1:0',
      '--data',
      temporaryFolder(),
      ...more,
    ]);

  test('one line on stdout when it listens, logs as JSON lines on stderr, SIGTERM exits 0', async () => {
    const server = serve();
    expect(await server.line).toMatch(/^parleyd ready a\.example 127\.0\.0\.1:[1-9]\d*$/);
    server.kill('SIGTERM');
    const { code, out, err } = await server.ended;
    expect(code).toBe(0);
    expect(out).toMatch(/^[^\n]*\n$/);
    for (const line of err.split('\n').filter((it) => it !== ''))
      expect(JSON.parse(line) as object).toHaveProperty('level');
  });
  test('it listens before it says so, on the port that it says', async () => {
    const server = serve();
    const port = Number((await server.line).split(':').pop());
    const client = new Client(connect({ host: '127.0.0.1', port }));
    expect((await client.hello('a.example')).get('Registration')).toBe('closed');
    server.kill('SIGTERM');
    await client.incoming('BYE');
    expect((await server.ended).code).toBe(0);
  });
  test('through npm, with a signal to npm: exit code 0, and nothing is left running', async () => {
    const args = ['--domain', 'a.example', '--listen', '127.0.0.1:0', '--data', temporaryFolder()];
    const server = start(args, '', ['npm', 'run', '-s', 'parleyd', '--', 'serve']);
    const line = await server.line;
    expect(line).toMatch(/^parleyd ready a\.example 127\.0\.0\.1:[1-9]\d*$/);
    const client = new Client(connect({ host: '127.0.0.1', port: Number(line.split(':').pop()) }));
    await client.hello('a.example');
    server.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
    await client.closed();
  });
  test('SIGINT, as from a terminal, ends it too', async () => {
    const server = serve();
    await server.line;
    server.kill('SIGINT');
    expect((await server.ended).code).toBe(0);
  });
  test('--config FILE is TOML with the same keys; flags and --set hold over it', async () => {
    const file = join(temporaryFolder(), 'parleyd.toml');
    const { cert, key } = await certificateFor('c.example');
    writeFileSync(
      file,
      `domain = "c.example"\nlisten = "127.0.0.1:0"\nregistration = "open"\nidle-timeout = 123\npolicy = ["no-pretend"]\n` +
        `data = ${JSON.stringify(temporaryFolder())}\n[limits]\nmax-pending = 9\nbulk-threshold = 2000\n[auth]\nmechanisms = ["SCRAM-SHA-256"]\n` +
        `[tls]\ncert = ${JSON.stringify(cert)}\nkey = ${JSON.stringify(key)}\n`,
    );
    const server = start([
      'serve',
      '--config',
      file,
      '--registration',
      'invite',
      '--set',
      'limits.max-pending=11',
    ]);
    const line = await server.line;
    expect(line).toMatch(/^parleyd ready c\.example 127\.0\.0\.1:\d+$/);
    const client = new Client(connect({ host: '127.0.0.1', port: Number(line.split(':').pop()) }));
    const hello = await client.hello('c.example');
    expect(hello.get('Registration')).toBe('invite');
    expect(hello.get('Idle-Timeout')).toBe('123');
    expect(hello.get('Max-Pending')).toBe('11');
    expect(hello.get('Bulk-Threshold')).toBe('2000');
    expect(hello.get('Policy')).toBe('no-pretend');
    expect(hello.get('TLS')).toBe('offered');
    expect(hello.get('Auth-Mechanisms')).toBe('SCRAM-SHA-256');
    server.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });
  test('every key of the page is known', async () => {
    const settings = [
      'limits.max-message-size=100000',
      'limits.max-bulk-size=200000',
      'limits.max-pending=16',
      'limits.requests-per-second=5',
      'limits.request-burst=10',
      'limits.failed-auth=5',
      'limits.connections=4',
      'limits.inbox-quota=1000000',
      'limits.bulk-threshold=5000',
      'idle-timeout=60',
      'leases.presence-min=1',
      'leases.presence-max=100',
      'leases.presence-default=10',
      'leases.subscription-min=1',
      'leases.subscription-max=100',
      'leases.subscription-default=10',
      'leases.subscription-interdomain=50',
      'inbox.retention-days=1',
      'inbox.delivery-wait-ms=100',
      'auth.mechanisms=SCRAM-SHA-256,PLAIN',
      'auth.iterations=4096',
      'tls.require=false',
      'tls.minimum=1.3',
      'dns.servers=127.0.0.1',
      'federation.default=refuse',
      'federation.tls=off',
      'federation.routes."b.example"=127.0.0.1:2779',
      'federation.policy."b.example"=allow',
      'policy=no-pretend,no-invisible',
      'storage.url=memory:',
      'bus.url=local:',
      'log.level=warn',
    ];
    const server = serve(...settings.flatMap((setting) => ['--set', setting]));
    await server.line;
    server.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });
  test('what it keeps is there after a restart', async () => {
    const data = temporaryFolder();
    const first = await startDomain({ data });
    const alice = await first.person('alice');
    (await first.person('bob')).destroy();
    const body = mail(first.url('alice'), first.url('bob'), 'kept', '<k@x>');
    await alice.succeed(
      'SEND',
      { Target: first.url('bob'), 'Content-Type': 'message/rfc822', 'Message-ID': '<k@x>' },
      body,
    );
    expect(await first.stop('SIGKILL')).toBeNull();
    const second = await startDomain({ data });
    const bob = await second.login('bob', 'phone', { 'Inbox-After': '0' });
    expect((await bob.incoming('SEND')).body).toEqual(body);
    expect(bob.identity['From']).toBe(second.url('bob'));
    expect(await second.stop()).toBe(0);
  });
});

describe('a command line or a setting that is wrong ends with another code than 0 and a sentence on stderr', () => {
  const serve = ['serve', '--domain', 'a.example', '--listen', '127.0.0.1:0'];
  const cases: [string, string[]][] = [
    ['no command', []],
    ['an unknown command', ['frobnicate']],
    ['an unknown flag', [...serve, '--frob']],
    ['an unknown key', [...serve, '--set', 'limits.frob=1']],
    ['a --set without =', [...serve, '--set', 'idle-timeout']],
    ['a number that is none', [...serve, '--set', 'idle-timeout=soon']],
    ['a word that is none of the choices', [...serve, '--registration', 'maybe']],
    ['a --listen without port', [...serve, '--listen', '127.0.0.1']],
    ['a certificate without key', [...serve, '--tls-cert', '/nonexistent']],
    ['tls.require without a certificate', [...serve, '--set', 'tls.require=true']],
    [
      'a listener off loopback without a certificate',
      ['serve', '--domain', 'a.example', '--listen', '0.0.0.0:0'],
    ],
    ['a config file that is not there', [...serve, '--config', '/nonexistent/parleyd.toml']],
    ['an unknown user command', ['user', 'frob', 'a@a.example']],
    ['user add without address', ['user', 'add']],
    ['user password without --password-stdin', ['user', 'password', 'a@a.example']],
    ['services that are none', ['user', 'add', 'a@a.example', '--services', 'fax']],
  ];
  test.concurrent.each(cases)('%s', async (_, args) => {
    const { code, out, err } = await run([
      ...args,
      ...(args[0] === 'serve' || args[0] === 'user' ? ['--data', temporaryFolder()] : []),
    ]);
    expect(code).toBeGreaterThan(0);
    expect(out).toBe('');
    expect(err.trim().length).toBeGreaterThan(10);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

test('--help says all of it on stdout and exits 0', async () => {
  const { code, out } = await run(['--help']);
  expect(code).toBe(0);
  for (const word of [
    'serve',
    'user add',
    'user list',
    'user remove',
    'user password',
    'invite create',
    'check',
    'idle-timeout',
    'federation.routes',
  ]) {
    expect(out).toContain(word);
  }
});

describe('user, while the domain runs', () => {
  test('add with --password-stdin: the account is there at once', async () => {
    const { code } = await run(
      ['user', 'add', `carol@${domain.name}`, '--password-stdin', ...here],
      'of carol\n',
    );
    expect(code).toBe(0);
    await login('carol', 'of carol');
  });
  test('add of a taken name fails', async () => {
    expect(
      (await run(['user', 'add', `twice@${domain.name}`, '--password-stdin', ...here], 'x\n')).code,
    ).toBe(0);
    expect(
      (await run(['user', 'add', `twice@${domain.name}`, '--password-stdin', ...here], 'y\n')).code,
    ).toBeGreaterThan(0);
    await login('twice', 'x');
  });
  test('list names the accounts, remove ends one, and its connections get BYE', async () => {
    await run(['user', 'add', `dave@${domain.name}`, '--password-stdin', ...here], 'of dave\n');
    const dave = await login('dave', 'of dave');
    const listed = await run(['user', 'list', ...here]);
    expect(listed.code).toBe(0);
    expect(listed.out).toMatch(/^dave@wire\.example\b/m);
    expect((await run(['user', 'remove', `dave@${domain.name}`, ...here])).code).toBe(0);
    await dave.incoming('BYE');
    await dave.closed();
    await expect(login('dave', 'of dave')).rejects.toThrow('authentication-failed');
    expect((await run(['user', 'list', ...here])).out).not.toMatch(/^dave@/m);
    expect((await run(['user', 'remove', `dave@${domain.name}`, ...here])).code).toBeGreaterThan(0);
  });
  test('password: the new one is taken, the old one is not', async () => {
    await run(['user', 'add', `erin@${domain.name}`, '--password-stdin', ...here], 'old\n');
    await login('erin', 'old');
    expect(
      (await run(['user', 'password', `erin@${domain.name}`, '--password-stdin', ...here], 'new\n')).code,
    ).toBe(0);
    await login('erin', 'new');
    await expect(login('erin', 'old')).rejects.toThrow('authentication-failed');
    expect(
      (await run(['user', 'password', `nobody@${domain.name}`, '--password-stdin', ...here], 'new\n')).code,
    ).toBeGreaterThan(0);
  });
});

describe('an account’s services [IMPP 2]', () => {
  test('SEND to one without im is mailbox-unavailable, a presence request to one without presence target-unknown', async () => {
    const add = async (user: string, services: string) =>
      expect(
        (
          await run(
            ['user', 'add', `${user}@${domain.name}`, '--services', services, '--password-stdin', ...here],
            'x\n',
          )
        ).code,
      ).toBe(0);
    await Promise.all([add('mute', 'presence'), add('hidden', 'im'), add('both', 'im,presence')]);
    const both = await login('both', 'x');
    const send = async (to: string) => {
      const id = `<${to}@x>`;
      const headers = { Target: domain.url(to), 'Content-Type': 'message/rfc822', 'Message-ID': id };
      return both.errorOf('SEND', headers, mail(domain.url('both'), domain.url(to), 'x', id));
    };
    expect(await send('mute')).toBe('mailbox-unavailable');
    expect(await send('hidden')).toBe('OK');
    for (const method of ['FETCH', 'SUBSCRIBE']) {
      expect(await both.errorOf(method, { Target: domain.url('hidden') })).toBe('target-unknown');
    }
    expect(await both.errorOf('SUBSCRIBE', { Target: domain.url('mute') })).toBe('OK');
    const hidden = await login('hidden', 'x');
    expect(await hidden.errorOf('CHANGE', { Target: domain.url('hidden'), 'Lease-Time': '0' })).toBe(
      'target-unknown',
    );
  });
});

describe('nothing secret is written', () => {
  test('no password, body or key in the log', async () => {
    const data = temporaryFolder();
    const server = start([
      'serve',
      '--domain',
      'a.example',
      '--listen',
      '127.0.0.1:0',
      '--data',
      data,
      '--registration',
      'open',
      '--set',
      'log.level=debug',
      '--set',
      'auth.iterations=4096',
    ]);
    const port = Number((await server.line).split(':').pop());
    const client = new Client(connect({ host: '127.0.0.1', port }));
    await client.hello('a.example');
    const line = verifierOf('hunter2-hunter2');
    await client.succeed('REGISTER', { ...VERIFIER, Target: 'impp://a.example/alice' }, line);
    await client.authenticate('alice', 'hunter2-hunter2');
    await client.attach('impp://a.example/alice', 'phone');
    const body = mail('impp://a.example/alice', 'impp://a.example/alice', 'the-secret-text', '<1@x>');
    await client.succeed(
      'SEND',
      { Target: 'impp://a.example/alice', 'Content-Type': 'message/rfc822', 'Message-ID': '<1@x>' },
      body,
    );
    server.kill('SIGTERM');
    const { err, code } = await server.ended;
    expect(code).toBe(0);
    for (const secret of [
      'hunter2',
      'the-secret-text',
      line.split('$')[2] ?? '',
      line.split(/[:$]/)[3] ?? '',
    ]) {
      expect(secret.length).toBeGreaterThan(5);
      expect(err).not.toContain(secret);
    }
  });
});

test('check exits 0 where nothing is wrong, and not where something is', async () => {
  const data = temporaryFolder();
  const good = ['--domain', 'a.example', '--data', data, '--listen', '127.0.0.1:0'];
  const fine = await run(['check', ...good]);
  expect(`${fine.code} ${fine.out}${fine.err}`).toMatch(/^0/);
  expect(
    (await run(['check', ...good, '--tls-cert', '/nonexistent', '--tls-key', '/nonexistent'])).code,
  ).toBeGreaterThan(0);
});
