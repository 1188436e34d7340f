// The browser host on a machine of its own, as far as its network goes, with a cable to its domain that is pulled.
// link.test.ts starts it in a new network namespace (`unshare -n`), with the paths of a certificate and its key.
// One line of JSON for each thing that happened: {"what": ..., "took": milliseconds until it was online again}.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import type { Answer, Change, Snapshot } from '../../../shared/ipc.ts';
import type { Account } from '../../../shared/model.ts';

const [certificate = '', key = ''] = process.argv.slice(2);
const ROOT = join(import.meta.dirname, '../../..');
const DOMAIN = 'a.example';
const ALICE = `impp://${DOMAIN}/alice`;
const SERVER = '10.99.0.2:2779';
const PATIENCE = 60_000;

const children: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'parley-link-'));

const started = async (pattern: RegExp, program: string, ...args: string[]): Promise<RegExpExecArray> => {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = pattern.exec(line);
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(`${program} ${args.join(' ')} ended`)));
  });
};
const ip = (...args: string[]): void => {
  execFileSync('ip', args, { stdio: 'inherit' });
};

// The other machine: a network of its own, at the end of the cable.
const [, other = ''] = await started(/^(\d+)$/, 'unshare', '-n', 'sh', '-c', 'echo $$; exec sleep 600');
const there = ['-t', other, '-n'];
ip('link', 'set', 'lo', 'up');
ip('link', 'add', 'here', 'type', 'veth', 'peer', 'name', 'there', 'netns', other);
ip('addr', 'add', '10.99.0.1/24', 'dev', 'here');
ip('link', 'set', 'here', 'up');
for (const words of ['addr add 10.99.0.2/24 dev there', 'link set there up', 'link set lo up']) {
  execFileSync('nsenter', [...there, 'ip', ...words.split(' ')]);
}
const serve = ['serve', '--domain', DOMAIN, '--listen', SERVER, '--data', join(folder, 'domain')];
const open = ['--registration', 'open', '--tls-cert', certificate, '--tls-key', key];
await started(/^parleyd ready/, 'nsenter', ...there, process.execPath, 'server/index.ts', ...serve, ...open);

const data = ['--data', join(folder, 'app'), '--pages', folder, '--no-open'];
const [, url = ''] = await started(
  /^parley ready \S+ (\S+)$/,
  process.execPath,
  'main/host/browser/index.ts',
  ...data,
);

// Its window.
const { origin, hash } = new URL(url);
const socket = new WebSocket(`${origin.replace('http', 'ws')}/bridge`, { headers: { Origin: origin } });
await once(socket, 'open');
socket.send(JSON.stringify({ token: hash.replace('#token=', '') }));
let account: Account | undefined;
const answers = new Map<number, (answer: Answer<unknown>) => void>();
const listeners = new Set<() => void>();
socket.on('message', (bytes: Buffer) => {
  const frame = JSON.parse(bytes.toString()) as {
    id?: number;
    answer?: Answer<unknown>;
    event?: string;
    payload?: { change: Change };
  };
  if (frame.id !== undefined && frame.answer !== undefined) answers.get(frame.id)?.(frame.answer);
  if (frame.event === 'change' && frame.payload?.change.type === 'account') {
    ({ account } = frame.payload.change);
    for (const listener of listeners) listener();
  }
});
let asked = 0;
const ask = async (command: string, request: unknown): Promise<unknown> => {
  const id = ++asked;
  const answer = new Promise<Answer<unknown>>((resolve) => answers.set(id, resolve));
  socket.send(JSON.stringify({ id, command, request }));
  const given = await answer;
  if (!given.ok) throw new Error(`${command}: ${given.code} ${given.reason}`);
  return given.value;
};
const until = (what: string, isSo: (connection: Account['connection']) => boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`waited in vain: ${what} ${JSON.stringify(account?.connection)}`)),
      PATIENCE,
    );
    const look = (): void => {
      if (account === undefined || !isSo(account.connection)) return;
      clearTimeout(late);
      listeners.delete(look);
      resolve();
    };
    listeners.add(look);
    look();
  });

const ENOUGH = 5000;
const ROUNDS = 3;

/**
 * Takes the network away, brings it back, and says how long it took to be online on it: by a connection that began since.
 * Of several rounds the best counts: the machine may have been busy with something else.
 */
const measure = async (what: string, pull: () => Promise<void>, plug: () => void): Promise<void> => {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && least >= ENOUGH; round += 1) {
    await pull();
    const at = Date.now();
    plug();
    await until(what, ({ phase, way }) => phase === 'online' && way !== undefined && way.since >= at);
    await ask('account.check', { account: ALICE });
    least = Math.min(least, Date.now() - at);
  }
  process.stdout.write(`${JSON.stringify({ what, took: least })}\n`);
};
/** What is tried without a network fails. */
const without = async (): Promise<void> => {
  await ask('account.disconnect', { account: ALICE });
  await ask('account.connect', { account: ALICE });
  await until('offline', ({ phase, retryAt }) => phase === 'waiting' && retryAt === undefined);
};

try {
  await ask('account.create', {
    address: `alice@${DOMAIN}`,
    password: 'a password',
    remember: false,
    server: SERVER,
    ca: readFileSync(certificate, 'utf8'),
  });
  const { accounts } = (await ask('snapshot', null)) as Snapshot;
  [account] = accounts;

  // The cable is pulled, and put into another socket: the machine has another address.
  let last = 2;
  await measure(
    'another network',
    async () => {
      ip('link', 'set', 'here', 'down');
      ip('addr', 'flush', 'dev', 'here');
    },
    () => {
      ip('addr', 'add', `10.99.0.${(last += 1)}/24`, 'dev', 'here');
      ip('link', 'set', 'here', 'up');
    },
  );

  // Long without any: what is tried meanwhile fails.
  await measure(
    'the same network',
    async () => {
      ip('link', 'set', 'here', 'down');
      await without();
    },
    () => ip('link', 'set', 'here', 'up'),
  );

  // The cable stays, and what it leads to does not: no system tells of that.
  await measure(
    'a way that is back',
    async () => {
      ip('route', 'add', 'unreachable', '10.99.0.2');
      await without();
    },
    () => ip('route', 'del', 'unreachable', '10.99.0.2'),
  );
} finally {
  for (const child of children.reverse()) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
