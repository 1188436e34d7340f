import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';

import { readCommandLine } from '../../../server/admin/command-line.ts';
import { nodeCrypto } from '../../../server/accounts/crypto.ts';
import { defaultConfig } from '../../../server/config.ts';
import { openStorage } from '../../../server/storage/open.ts';
import type { StoredAccount } from '../../../server/storage/storage.ts';
import { formatVerifier, makeVerifier, parseVerifier } from '../../../shared/impp/sasl/verifier.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { parleyd, PROGRAM, serving } from './program.ts';

const folder = temporaryFolders();
const FAST = ['--set', 'auth.iterations=4096'];

const accountIn = async (data: string, user: string): Promise<StoredAccount | undefined> => {
  const storage = await openStorage(defaultConfig({ data }), 'administer');
  const account = await storage.getAccount(user);
  await storage.close();
  return account;
};

const isPassword = async (account: StoredAccount | undefined, password: string): Promise<boolean> => {
  const { salt, iterations } = parseVerifier(account?.verifier ?? '');
  return formatVerifier(await makeVerifier(password, salt, iterations, nodeCrypto)) === account?.verifier;
};

describe('reading a command line', () => {
  const refusal = (...args: string[]): string => {
    try {
      readCommandLine(args).config();
      return 'nothing thrown';
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      return `${code}: ${message}`;
    }
  };

  test.each([
    [[], 'what shall parleyd do?'],
    [['frob'], 'no command "frob"'],
    [['user'], 'no command "user"'],
    [['user', 'frob'], 'no command "user frob"'],
    [['user', 'add'], 'wants an ADDRESS'],
    [['user', 'list', 'x'], 'does not take "x"'],
    [['serve', 'now'], 'does not take "now"'],
    [['serve', '--password-stdin'], 'does not take --password-stdin'],
    [['invite', 'create', '--services', 'im'], 'does not take --services'],
    [['serve', '--frob'], "Unknown option '--frob'"],
    [['serve', '--domain'], 'argument'],
    [['serve', '--domain', 'a.example', '--set', 'x'], 'KEY=VALUE'],
    [['user', 'add', '@', '--data', 'x'], 'is not an address'],
  ])('%j: %s', (args, sentence) => {
    expect(refusal(...args)).toMatch(/^invalid-(argument|address): /);
    expect(refusal(...args)).toContain(sentence);
  });

  test('flags and --set hold over the file, and of those the last', () => {
    const file = join(folder(), 'c.toml');
    writeFileSync(file, 'domain = "file.example"\nregistration = "invite"\nidle-timeout = 9\n');
    const line = ['serve', '--domain', 'one.example', '--config', file, '--set', 'domain=two.example'];
    expect(readCommandLine(line).config()).toMatchObject({
      domain: 'two.example',
      registration: 'invite',
      idleTimeout: 9,
    });
    expect(readCommandLine([...line, '--domain', 'three.example']).config().domain).toBe('three.example');
  });

  test('an address names its domain, unless it is given', () => {
    const line = readCommandLine(['user', 'add', 'Alice@Example.ORG']);
    expect(line.address(line.config()).url).toBe('impp://example.org/alice');
    const other = readCommandLine(['user', 'add', 'alice@b.example', '--domain', 'a.example']);
    expect(() => other.address(other.config())).toThrow('not an address of the domain a.example');
    const bare = readCommandLine(['user', 'add', 'alice', '--domain', 'a.example']);
    expect(bare.address(bare.config()).url).toBe('impp://a.example/alice');
  });
});

describe('help and version', () => {
  test('are printed on stdout, with exit code 0', async () => {
    const [help, version] = await Promise.all([parleyd(['--help']), parleyd(['--version'])]);
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('parleyd ready DOMAIN HOST:PORT');
    expect([version.code, version.stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  test('a wrong command line is one sentence on stderr, with exit code 2', async () => {
    const { code, stdout, stderr } = await parleyd([
      'serve',
      '--domain',
      'a.example',
      '--set',
      'limits.frob=1',
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^parleyd: .*no setting "limits\.frob".*\n$/);
  });
});

test('who reads only the beginning is not troubled by the rest', async () => {
  const child = spawn(process.execPath, [PROGRAM, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect([child.exitCode, stderr]).toEqual([0, '']);
});

describe('accounts', () => {
  test('come, are listed, get a new password, and go', async () => {
    const data = folder();
    const store = ['--data', data, '--domain', 'a.example', ...FAST];
    const added = await parleyd(['user', 'add', 'Alice@a.example', ...store]);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    const [, password = ''] = /^alice@a\.example added\npassword: (\S{23})\n$/.exec(added.stdout) ?? [];
    expect(await isPassword(await accountIn(data, 'alice'), password)).toBe(true);

    const bob = ['user', 'add', 'bob@a.example', '--password-stdin', '--services', 'im', ...store];
    expect(await parleyd(bob, 'pass word\n')).toEqual({
      code: 0,
      stdout: 'bob@a.example added\n',
      stderr: '',
    });
    expect(await isPassword(await accountIn(data, 'bob'), 'pass word')).toBe(true);
    const taken = await parleyd(bob, 'other');
    expect(taken).toEqual({ code: 1, stdout: '', stderr: 'parleyd: The name "bob" is taken.\n' });

    const list = await parleyd(['user', 'list', ...store]);
    expect(list.stdout).toMatch(
      /^alice@a\.example\tim,presence\t\S+\tactive\t0\t0\tnever\nbob@a\.example\tim\t\S+\tactive\t0\t0\tnever\n$/,
    );

    const changed = await parleyd(
      ['user', 'password', 'bob@a.example', '--password-stdin', ...store],
      'new\r\n',
    );
    expect(changed.code).toBe(0);
    expect(await isPassword(await accountIn(data, 'bob'), 'new')).toBe(true);

    expect((await parleyd(['user', 'remove', 'bob@a.example', ...store])).code).toBe(0);
    expect(await accountIn(data, 'bob')).toBeUndefined();
    expect((await parleyd(['user', 'remove', 'bob@a.example', ...store])).stderr).toContain(
      'no account "bob"',
    );
    // The name stays taken for a year.
    expect((await parleyd(bob, 'again')).code).toBe(1);
  });

  test.each([
    [['user', 'add', 'alice@a.example', '--password-stdin'], '', 'no password on standard input'],
    [['user', 'add', 'alice@a.example', '--password-stdin'], 'x'.repeat(5000), 'too long'],
    [['user', 'password', 'alice@a.example'], '', '--password-stdin'],
    [['user', 'add', 'alice@a.example', '--services', 'mail'], '', 'im, presence'],
    [['user', 'add', 'anonymous-x@a.example'], '', 'reserved'],
    [['invite', 'create', '--domain', 'a.example', '--uses', '0'], '', 'from 1 to'],
    [
      ['user', 'list', '--domain', 'a.example', '--set', 'storage.url=memory:'],
      '',
      'only the serving process',
    ],
  ])('%j is refused: %3$s', async (args, input, sentence) => {
    const { code, stdout, stderr } = await parleyd([...args, '--data', folder()], input);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });

  test('an invitation is good for what it says', async () => {
    const data = folder();
    const { code, stdout } = await parleyd(['invite', 'create', '--domain', 'a.example', '--data', data]);
    expect(code).toBe(0);
    const [token = ''] = stdout.split('\n');
    expect(token).toMatch(/^[\w-]{24}$/);
    const storage = await openStorage(defaultConfig({ data }));
    const account = (user: string): StoredAccount => ({
      user,
      services: [],
      verifier: '',
      createdAt: Date.now(),
    });
    await storage.createAccount(account('alice'), token);
    await expect(storage.createAccount(account('bob'), token)).rejects.toMatchObject({
      code: 'permission-denied',
    });
    await storage.close();
  });
});

describe('serve', () => {
  test('prints one line with the real port, serves, and ends with 0 on SIGTERM', async () => {
    const data = folder();
    const server = await serving(['--domain', 'a.example', '--listen', '127.0.0.1:0', '--data', data]);
    expect(server.port).toBeGreaterThan(0);
    const socket = connect(server.port, '127.0.0.1');
    socket.write('HELLO 1 impp/1.0\r\nDomain: a.example\r\nRole: client\r\nAgent: test\r\n\r\n');
    const said = text(socket);
    await new Promise((resolve) => socket.once('data', resolve));
    const { code, stdout, stderr } = await server.stop();
    expect(await said).toMatch(/^OK \(HELLO\) 1 impp\/1\.0\r\n/);
    expect([code, stdout]).toEqual([0, `parleyd ready a.example 127.0.0.1:${server.port}`]);
    for (const line of stderr.trim().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ level: 'info', event: expect.any(String) as string });
    }
  });

  test('SIGINT ends it as well, and a memory store needs no folder', async () => {
    const server = await serving([
      '--domain',
      'a.example',
      '--listen',
      '[::1]:0',
      '--set',
      'storage.url=memory:',
    ]);
    expect(server.host).toBe('[::1]');
    expect((await server.stop('SIGINT')).code).toBe(0);
  });

  test('a second one on the same folder is refused, until the first has gone by any way', async () => {
    const data = folder();
    const args = ['--domain', 'a.example', '--listen', '127.0.0.1:0', '--data', data];
    const first = await serving(args);
    const second = await parleyd(['serve', ...args]);
    expect([second.code, second.stdout]).toEqual([1, '']);
    expect(second.stderr).toMatch(/^parleyd: Another parleyd already serves from .*\n$/);
    await first.stop('SIGKILL');
    const third = await serving(args);
    expect((await third.stop()).code).toBe(0);
    const other = await parleyd([
      'serve',
      '--domain',
      'b.example',
      '--listen',
      '127.0.0.1:0',
      '--data',
      data,
    ]);
    expect([other.code, other.stdout]).toEqual([1, '']);
    expect(other.stderr).toContain('holds the domain a.example, and not b.example');
  });

  test('administrators work beside it', async () => {
    const data = folder();
    const server = await serving([
      '--domain',
      'a.example',
      '--listen',
      '127.0.0.1:0',
      '--data',
      data,
      ...FAST,
    ]);
    expect((await parleyd(['user', 'add', 'alice@a.example', '--data', data, ...FAST])).code).toBe(0);
    const list = await parleyd(['user', 'list', '--domain', 'a.example', '--data', data]);
    expect(list.stdout).toContain('alice@a.example');
    expect((await server.stop()).code).toBe(0);
    expect((await accountIn(data, 'alice'))?.user).toBe('alice');
  });

  test('off loopback it wants a certificate, and says so', async () => {
    const args = ['serve', '--domain', 'a.example', '--data', folder()];
    const refused = await parleyd([...args, '--listen', '0.0.0.0:0']);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/certificate.*tls\.require=false/);
    const missing = await parleyd([...args, '--tls-cert', '/nonexistent', '--tls-key', '/nonexistent']);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('/nonexistent');
  });

  test('a port that is taken is one sentence', async () => {
    const first = await serving(['--domain', 'a.example', '--listen', '127.0.0.1:0', '--data', folder()]);
    const listen = `127.0.0.1:${first.port}`;
    const second = await parleyd([
      'serve',
      '--domain',
      'a.example',
      '--data',
      folder(),
      '--listen',
      listen,
      '--set',
      'log.level=silent',
    ]);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^parleyd: .*another program listens there already\.\n$/);
    await first.stop();
  });
});
