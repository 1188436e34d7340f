import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

import type { Finding } from './finding.ts';

const DAY_MS = 24 * 3_600_000;
/** Time to see to it; of a life of days only, as some authorities give, the last quarter. */
const SOON_MS = 14 * DAY_MS;

/** Whether a client that asks for `domain` will accept what these files hold at `now`, chain of trust apart. */
export function checkCertificate(certPath: string, keyPath: string, domain: string, now: number): Finding[] {
  const wrong = (text: string): Finding => ({ what: 'wrong', text });
  let certificate: X509Certificate;
  try {
    // The first of the file is the domain's own; the chain follows it.
    certificate = new X509Certificate(readFileSync(certPath));
  } catch (error) {
    return [wrong(`The certificate ${certPath} cannot be read: ${messageOf(error)}.`)];
  }
  const findings: Finding[] = [];
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(keyPath)))) {
      findings.push(wrong(`The key ${keyPath} does not belong to the certificate ${certPath}.`));
    }
  } catch (error) {
    findings.push(wrong(`The key ${keyPath} cannot be read: ${messageOf(error)}.`));
  }
  const { validFromDate, validToDate } = certificate;
  if (now < validFromDate.getTime()) {
    findings.push(wrong(`The certificate is valid only from ${validFromDate.toISOString()} on.`));
  }
  const rest = validToDate.getTime() - now;
  const days = Math.floor(rest / DAY_MS);
  if (now >= validToDate.getTime()) {
    findings.push(wrong(`The certificate has expired on ${validToDate.toISOString()}.`));
  } else if (rest < Math.min(SOON_MS, (validToDate.getTime() - validFromDate.getTime()) / 4)) {
    findings.push({
      what: 'note',
      text: `The certificate expires in ${days} days, on ${validToDate.toISOString()}.`,
    });
  }
  // Clients check for the domain, never for the name of the machine [IMPP 3].
  const isNamed =
    isIP(domain) === 0
      ? certificate.checkHost(domain, { subject: 'never' }) !== undefined
      : certificate.checkIP(domain) !== undefined;
  if (!isNamed) {
    const names = certificate.subjectAltName ?? 'no name';
    findings.push(wrong(`The certificate does not name ${domain}; it names ${names}.`));
  }
  if (findings.some(({ what }) => what === 'wrong')) return findings;
  return [...findings, { what: 'ok', text: `The certificate is valid for ${domain} for ${days} days.` }];
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
