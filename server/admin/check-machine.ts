// What the machine has to do with it: its clock, and the places where parleyd listens.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';

import type { Config } from '../config.ts';
import { readHostAndPort } from '../config-settings.ts';
import { isLoopback } from '../net/listener.ts';
import { storageFile } from '../storage/open.ts';
import { lockForServing } from '../storage/serve-lock.ts';
import type { Finding } from './finding.ts';

const ASK_MS = 5_000;

/** Asks the system whether something keeps its clock right; undefined: there is nobody to ask. */
export type AskClock = () => Promise<string | undefined>;

const askSystem: AskClock = () =>
  new Promise((resolve) => {
    const args = ['show', '--property=NTPSynchronized', '--value'];
    execFile('timedatectl', args, { timeout: ASK_MS }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : undefined),
    );
  });

/** Leases, certificates and the order of messages go by the clock. */
export async function checkClock(ask: AskClock = askSystem): Promise<Finding[]> {
  const answer = await ask();
  if (answer === 'yes') return [{ what: 'ok', text: 'The clock is kept right by the network.' }];
  if (answer === 'no') {
    const text = 'The clock is not kept right by the network: timedatectl set-ntp true, or install chrony.';
    return [{ what: 'note', text }];
  }
  return [
    { what: 'note', text: 'The clock: not checked, timedatectl does not say whether it is kept right.' },
  ];
}

/** Whether parleyd can listen where it is told to, or does so already. */
export async function checkPorts(config: Config): Promise<Finding[]> {
  const { host, port } = config.listen;
  const findings = [await checkPlace(host, port, config)];
  const metrics = readHostAndPort(config.metrics.listen ?? '');
  if (metrics === undefined) return findings;
  findings.push(await checkPlace(metrics.host, metrics.port, config));
  if (!isLoopback(metrics.host)) {
    const text = `metrics.listen: anyone who reaches ${metrics.host}, port ${metrics.port} can read the numbers.`;
    findings.push({ what: 'note', text });
  }
  return findings;
}

async function checkPlace(host: string, port: number, config: Config): Promise<Finding> {
  const place = `${host}, port ${port}`;
  const fault = await tryToListen(host, port);
  if (fault === undefined) return { what: 'ok', text: `${place} is free.` };
  if (fault === 'EADDRINUSE' && isServed(config))
    return { what: 'ok', text: `${place} is in use, and parleyd is serving this domain.` };
  const reason =
    {
      EADDRINUSE: 'another program listens there: stop it, or set another port',
      EACCES: 'this user may not listen there: take a port from 1024 up',
      EADDRNOTAVAIL: 'this machine does not have that address: 0.0.0.0 or [::] stand for all that it has',
      ENOTFOUND: 'there is no such host',
    }[fault] ?? fault;
  return { what: 'wrong', text: `${place}: ${reason}.` };
}

const tryToListen = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });

function isServed(config: Config): boolean {
  const path = storageFile(config);
  if (path === undefined || !existsSync(`${path}.lock`)) return false;
  try {
    lockForServing(`${path}.lock`)();
    return false;
  } catch {
    return true;
  }
}
