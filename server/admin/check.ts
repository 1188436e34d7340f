import { existsSync, accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import type { Config } from '../config.ts';
import { isLoopback } from '../net/listener.ts';
import { openStorage, storageFile } from '../storage/open.ts';
import { checkChain } from './check-chain.ts';
import { checkCertificate } from './check-certificate.ts';
import { checkDns } from './check-dns.ts';
import { checkClock, checkPorts } from './check-machine.ts';
import type { Finding } from './finding.ts';

/** `parleyd check`: prints what it finds; 1 if something is wrong. */
export async function check(config: Config): Promise<number> {
  const findings = [
    ...(await checkStorage(config)),
    ...(await checkClock()),
    ...(await checkPorts(config)),
    ...(await checkTls(config)),
    ...(await checkDns(config)),
    ...describePolicy(config),
  ];
  for (const { what, text } of findings) process.stdout.write(`${what.padEnd(5)} ${text}\n`);
  return findings.some(({ what }) => what === 'wrong') ? 1 : 0;
}

async function checkStorage(config: Config): Promise<Finding[]> {
  const path = storageFile(config);
  if (path === undefined) {
    return [{ what: 'note', text: 'storage.url is memory: all accounts and messages end with the process.' }];
  }
  const folder = dirname(path);
  const nearest = nearestFolder(folder);
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch {
    return [{ what: 'wrong', text: `The folder ${nearest} is not writable for this user.` }];
  }
  // Only looking: the first serve or user add makes what is not there.
  if (!existsSync(path)) return [{ what: 'ok', text: `${path} will be made on first use.` }];
  const findings: Finding[] = [];
  try {
    const storage = await openStorage(config, 'administer');
    const accounts = await storage.listAccounts();
    await storage.close();
    findings.push({
      what: 'ok',
      text: `${path} can be read and written, and holds ${accounts.length} accounts.`,
    });
  } catch (error) {
    findings.push({ what: 'wrong', text: error instanceof Error ? error.message : String(error) });
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    findings.push({
      what: 'note',
      text: `${path} can be read by other users of this machine (chmod 600 ends that).`,
    });
  }
  return findings;
}

function nearestFolder(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) if (existsSync(at) || at === dirname(at)) return at;
}

async function checkTls(config: Config): Promise<Finding[]> {
  const { tls, listen } = config;
  const isRequired = tls.require ?? !isLoopback(listen.host);
  if (tls.cert === undefined || tls.key === undefined) {
    if (isRequired) {
      const text = `${listen.host} can be reached from other machines, so TLS is required, but there is no certificate: give --tls-cert and --tls-key, or --set tls.require=false.`;
      return [{ what: 'wrong', text }];
    }
    const isOpen = !isLoopback(listen.host);
    return [
      isOpen
        ? {
            what: 'note',
            text: 'Passwords and messages travel in clear: tls.require is false and there is no certificate.',
          }
        : { what: 'ok', text: 'No TLS: only this machine can connect.' },
    ];
  }
  const text = isRequired ? 'TLS is required.' : 'TLS is offered, but not required.';
  const now = Date.now();
  return [
    ...checkCertificate(tls.cert, tls.key, config.domain, now),
    ...checkChain(tls.cert, now),
    { what: 'ok', text },
  ];
}

const REGISTRATION = {
  open: 'Anyone who can connect can make an account.',
  invite: 'Accounts are made with an invitation (parleyd invite create).',
  closed: 'Accounts are made by the operator only (parleyd user add).',
} as const;

function describePolicy({ registration, listen, federation, policy, auth }: Config): Finding[] {
  const isPublic = registration === 'open' && !isLoopback(listen.host);
  const findings: Finding[] = [
    { what: isPublic ? 'note' : 'ok', text: REGISTRATION[registration] },
    { what: 'ok', text: `Sign-in: ${auth.mechanisms.join(', ')}.` },
    { what: 'ok', text: `Other domains: ${federation.default === 'allow' ? 'allowed' : 'refused'}.` },
  ];
  if (federation.tls === 'off') {
    findings.push({ what: 'note', text: 'Links to other domains run in clear: federation.tls is off.' });
  }
  if (policy.length > 0)
    findings.push({ what: 'ok', text: `Accounts are restricted: ${policy.join(', ')}.` });
  return findings;
}
