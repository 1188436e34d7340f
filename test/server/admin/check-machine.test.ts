import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { checkChain } from '../../../server/admin/check-chain.ts';
import { checkClock, checkPorts, judgeClock } from '../../../server/admin/check-machine.ts';
import { defaultConfig } from '../../../server/config.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { serving } from './program.ts';

const folder = temporaryFolders();

test('the clock is kept right, is not, or cannot be asked', async () => {
  const textOf = async (answer: string | undefined): Promise<string> =>
    (await checkClock(() => Promise.resolve(answer))).map(({ what, text }) => `${what} ${text}`).join();
  expect(await textOf('yes')).toBe('ok The clock is kept right by the network.');
  expect(await textOf('no')).toContain('note The clock is not kept right by the network: timedatectl');
  for (const answer of [undefined, '']) expect(await textOf(answer)).toContain('note The clock: not checked');
  // Whatever this machine says, it is one line.
  expect(await checkClock()).toHaveLength(1);
});

test('the clock is right to the second, wrong, or so wrong that nothing works', () => {
  const now = Date.now();
  const textOf = (off: number): string => {
    const { what, text } = judgeClock(now + off, now, 'ca.example');
    return `${what} ${text}`;
  };
  expect(textOf(4_000)).toBe('ok The clock agrees with that of ca.example.');
  expect(textOf(30_000)).toBe('note The clock is 30 seconds behind that of ca.example.');
  expect(textOf(-3_600_000)).toMatch(/^wrong The clock is 3600 seconds ahead of that of ca.example: set it/);
});

test('a port is free, taken by another program, or by parleyd itself', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const data = folder();
  const textOf = async (at: number, more = {}): Promise<string> =>
    (await checkPorts(defaultConfig({ data, listen: { host: '127.0.0.1', port: at }, ...more })))
      .map(({ what, text }) => `${what} ${text}`)
      .join('\n');
  expect(await textOf(port)).toContain('wrong 127.0.0.1, port ' + String(port) + ': another program');
  await new Promise((resolve) => other.close(resolve));
  expect(await textOf(port)).toBe(`ok 127.0.0.1, port ${port} is free.`);
  const metrics = await textOf(port, { metrics: { listen: `0.0.0.0:${port}` } });
  expect(metrics).toContain('note metrics.listen: anyone who reaches 0.0.0.0');
  expect(await textOf(port, { listen: { host: '192.0.2.1', port } })).toMatch(
    /^wrong .*does not have that address/,
  );

  const server = await serving(['--domain', 'a.example', '--listen', '127.0.0.1:0', '--data', data]);
  expect(await textOf(server.port)).toMatch(/^ok .*parleyd is serving this domain/);
  await server.stop();
});

test('a chain leads to its authority, or says where it breaks off', () => {
  const at = folder();
  const file = (name: string): string => join(at, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  const make = (name: string, issuer: string | undefined, days: string): void => {
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      file(`${name}.key`),
    ];
    const by = issuer === undefined ? [] : ['-CA', file(`${issuer}.pem`), '-CAkey', file(`${issuer}.key`)];
    const isAuthority = ['-addext', `basicConstraints=critical,CA:${name === 'leaf' ? 'FALSE' : 'TRUE'}`];
    openssl(
      'req',
      '-x509',
      ...key,
      '-subj',
      `/CN=${name}`,
      '-days',
      days,
      ...isAuthority,
      ...by,
      '-out',
      file(`${name}.pem`),
    );
  };
  make('root', undefined, '9');
  make('middle', 'root', '5');
  make('leaf', 'middle', '9');
  const chain = (...names: string[]): string => {
    writeFileSync(file('chain.pem'), names.map((name) => readFileSync(file(`${name}.pem`), 'utf8')).join(''));
    return file('chain.pem');
  };
  const textOf = (path: string, now = Date.now()): string =>
    checkChain(path, now)
      .map(({ what, text }) => `${what} ${text}`)
      .join('\n');
  expect(textOf(chain('leaf'))).toContain(
    'wrong The chain ends at leaf: the certificate of middle has to follow',
  );
  expect(textOf(chain('leaf', 'middle'))).toContain(
    'wrong The chain ends at middle: the certificate of root',
  );
  expect(textOf(chain('leaf', 'root', 'middle'))).toMatch(
    /^note The certificate leads to root, which .* do not know/,
  );
  expect(textOf(chain('leaf', 'middle', 'root'), Date.now() + 6 * 86_400_000)).toMatch(
    /^wrong middle, .* has ended/,
  );
  expect(textOf(file('nothing.pem'))).toBe('');
});
