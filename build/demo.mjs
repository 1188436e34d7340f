// `npm start -- --demo`: a domain of its own on loopback, three people who know each other, two windows.
// Everything is what users get: parleyd as a process, accounts made over the protocol, the app's own core.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createCore } from '../main/app.ts';
import { browserHost } from '../main/host/browser/host.ts';

const DOMAIN = 'demo.localhost';
const PEOPLE = { alice: 'Alice', bob: 'Bob', carol: 'Carol' };
const WINDOWS = ['alice', 'bob'];
/** How long the three may take to get to know each other, in milliseconds. */
const SEED_TIME = 60_000;

const addressOf = (user) => `${user}@${DOMAIN}`;
const urlOf = (user) => `impp://${DOMAIN}/${user}`;
const passwordOf = (user) => `${user}'s demonstration`;

/** Runs the demonstration until the process is ended; its folder goes with it. */
export async function demonstrate({ root, run, openProfile }) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-demo-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

  const server = await startDomain(root, run, join(folder, 'domain'));
  await introduce(server, join(folder, 'seed'));
  for (const user of WINDOWS) {
    openProfile(user, join(folder, user), {
      PARLEY_SIGN_IN: JSON.stringify({ address: addressOf(user), password: passwordOf(user), server }),
    });
  }
}

/** Starts parleyd; gives its HOST:PORT. */
async function startDomain(root, run, data) {
  const options = ['--domain', DOMAIN, '--listen', '127.0.0.1:0', '--data', data, '--registration', 'open'];
  const child = run(process.execPath, [join(root, 'server/index.ts'), 'serve', ...options], {}, [
    'ignore',
    'pipe',
    'inherit',
  ]);
  for await (const line of createInterface({ input: child.stdout })) {
    const [, server] = /^parleyd ready \S+ (\S+)$/.exec(line) ?? [];
    if (server) return server;
  }
  throw new Error('the domain of the demonstration did not start');
}

/** Makes the accounts, and makes each person a contact of the others, who allow it. */
async function introduce(server, folder) {
  const cores = await Promise.all(
    Object.keys(PEOPLE).map(async (user) => {
      const core = await createCore({ host: browserHost, dataDir: join(folder, user) });
      const given = { address: addressOf(user), password: passwordOf(user), remember: false, server };
      await ask(core, 'account.create', given);
      return { user, core };
    }),
  );
  await Promise.all(
    cores.map(async ({ user, core }) => {
      const others = Object.keys(PEOPLE).filter((other) => other !== user);
      for (const other of others) {
        await ask(core, 'contact.add', {
          account: urlOf(user),
          address: addressOf(other),
          name: PEOPLE[other],
          groups: [],
        });
      }
      await allowAll(core, urlOf(user), others.map(urlOf));
    }),
  );
  await Promise.all(cores.map(({ core }) => core.close()));
}

/** Allows every one of `others`, as soon as they ask. */
async function allowAll(core, account, others) {
  const waiting = new Set(others);
  const answers = [];
  const done = Promise.withResolvers();
  const late = setTimeout(
    () => done.reject(new Error('the demonstration took too long to prepare')),
    SEED_TIME,
  );
  const allow = (address) => {
    if (!waiting.delete(address)) return;
    answers.push(ask(core, 'request.answer', { account, address, allow: true }));
    if (waiting.size === 0) done.resolve();
  };
  const off = core.on((event, payload) => {
    if (event === 'change' && payload.change.type === 'request') allow(payload.change.request.address);
  });
  for (const { address } of (await ask(core, 'snapshot', null)).requests) allow(address);
  await done.promise;
  await Promise.all(answers);
  clearTimeout(late);
  off();
}

async function ask(core, command, request) {
  const answer = await core.invoke(command, request);
  if (!answer.ok) throw new Error(`${command}: ${answer.code}: ${answer.reason}`);
  return answer.value;
}
