// What the machine has to do with it: its clock, and the places where parleyd listens.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';

import { HTTP } from '../acme/keeper.ts';
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

const SECOND = 1000;
/** Of an answer that is dated to the second and has been on its way. */
const GOOD_CLOCK = 5 * SECOND;
/** From here on, certificates and sign-ins fail. */
const BAD_CLOCK = 60 * SECOND;

/** How far the clock is from a time that a server has just told; milliseconds since 1970. */
export function judgeClock(told: number, now: number, who: string): Finding {
  const off = Math.round(Math.abs(now - told) / SECOND);
  const text = `The clock is ${off} seconds ${now < told ? 'behind' : 'ahead of'} that of ${who}`;
  if (off * SECOND <= GOOD_CLOCK) return { what: 'ok', text: `The clock agrees with that of ${who}.` };
  if (off * SECOND < BAD_CLOCK) return { what: 'note', text: `${text}.` };
  return { what: 'wrong', text: `${text}: set it (timedatectl set-ntp true keeps it right).` };
}

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
  if (config.acme.terms) findings.push(...(await checkChallengePlace(config)));
  const metrics = readHostAndPort(config.metrics.listen ?? '');
  if (metrics === undefined) return findings;
  findings.push(await checkPlace(metrics.host, metrics.port, config));
  if (!isLoopback(metrics.host)) {
    const text = `metrics.listen: anyone who reaches ${metrics.host}, port ${metrics.port} can read the numbers.`;
    findings.push({ what: 'note', text });
  }
  return findings;
}

/** Where an authority is to find us: there is a listener only while it looks, except where clients are served. */
async function checkChallengePlace({ acme }: Config): Promise<Finding[]> {
  if (acme.challenge === 'tls-alpn-01' && acme.listen === undefined) return [];
  const { host, port } = readHostAndPort(acme.listen ?? '') ?? HTTP;
  const fault = await tryToListen(host, port);
  const place = `acme.listen: ${host}, port ${port}`;
  if (fault === undefined) return [{ what: 'ok', text: `${place} is free for the authority's questions.` }];
  if (fault !== 'EACCES') return [{ what: 'wrong', text: `${place}: ${reasonOf(fault)}.` }];
  // The unit has a capability that whoever checks has not.
  return [
    {
      what: 'note',
      text: `${place}: not checked, this user may not listen there (the unit of init lets parleyd).`,
    },
  ];
}

async function checkPlace(host: string, port: number, config: Config): Promise<Finding> {
  const place = `${host}, port ${port}`;
  const fault = await tryToListen(host, port);
  if (fault === undefined) return { what: 'ok', text: `${place} is free.` };
  if (fault === 'EADDRINUSE' && isServed(config))
    return { what: 'ok', text: `${place} is in use, and parleyd is serving this domain.` };
  return { what: 'wrong', text: `${place}: ${reasonOf(fault)}.` };
}

const reasonOf = (fault: string): string =>
  ({
    EADDRINUSE: 'another program listens there: stop it, or set another port',
    EACCES: 'this user may not listen there: take a port from 1024 up',
    EADDRNOTAVAIL: 'this machine does not have that address: 0.0.0.0 or [::] stand for all that it has',
    ENOTFOUND: 'there is no such host',
  })[fault] ?? fault;

const tryToListen = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });

/** Whether a parleyd serves from this store. */
export function isServed(config: Config): boolean {
  const path = storageFile(config);
  if (path === undefined || !existsSync(`${path}.lock`)) return false;
  try {
    lockForServing(`${path}.lock`)();
    return false;
  } catch {
    return true;
  }
}
