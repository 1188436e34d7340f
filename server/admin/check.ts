import { readCertificate } from '../acme/folder.ts';
import type { Config } from '../config.ts';
import { isLoopback } from '../net/listener.ts';
import { checkAcme } from './check-acme.ts';
import { checkChain } from './check-chain.ts';
import { checkCertificate } from './check-certificate.ts';
import { checkDns } from './check-dns.ts';
import { checkFolder } from './check-folder.ts';
import { checkClock, checkPorts } from './check-machine.ts';
import { checkWayBack } from './check-way-back.ts';
import type { Finding } from './finding.ts';

/** `parleyd check`: prints what it finds; 1 if something is wrong. */
export async function check(config: Config): Promise<number> {
  const { domain, listen } = config;
  const place = `${listen.host}, port ${listen.port}`;
  const findings: Finding[] = [
    { what: 'ok', text: `The configuration can be used: ${domain} on ${place}.` },
    ...(await checkFolder(config)),
    ...(await checkClock()),
    ...(await checkPorts(config)),
    ...(await checkAcme(config)),
    ...checkTls(config),
    ...(await checkDns(config)),
    ...(await checkWayBack(config)),
    ...describePolicy(config),
  ];
  for (const finding of findings) process.stdout.write(lineOf(finding));
  return findings.some(({ what }) => what === 'wrong') ? 1 : 0;
}

/** What servers have said stands in some of them: nothing that a terminal would obey. */
export const lineOf = ({ what, text }: Finding): string =>
  `${what.padEnd(5)} ${text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '?')}\n`;

function checkTls(config: Config): Finding[] {
  const { acme, data, tls, listen } = config;
  const isRequired = tls.require ?? !isLoopback(listen.host);
  // Until then there is nothing to be looked at; check-acme.ts says so.
  if (acme.terms && readCertificate(data) === undefined) return [];
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
