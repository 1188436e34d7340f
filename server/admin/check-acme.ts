import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { getCACertificates } from 'node:tls';

import { readCertificate, readHistory } from '../acme/folder.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Config } from '../config.ts';
import { judgeClock } from './check-machine.ts';
import type { Finding } from './finding.ts';

const DEADLINE_MS = 10_000;

/** Whether the authority can be asked, how that has gone, and, by its word, whether the clock is right. */
export async function checkAcme(config: Config): Promise<Finding[]> {
  const { acme, data } = config;
  if (!acme.terms) return [];
  const findings: Finding[] = [];
  const { failures, notBefore, reason } = readHistory(data);
  if (failures > 0) {
    const next = notBefore > Date.now() ? ` It is asked again at ${new Date(notBefore).toISOString()}.` : '';
    const text = `The authority has issued no certificate, ${failures} times in a row: ${reason ?? 'it was not waited for'}.${next} When that is put right: systemctl reload parleyd.`;
    findings.push({ what: 'wrong', text });
  } else if (readCertificate(data) === undefined)
    findings.push({ what: 'note', text: 'There is no certificate yet: parleyd gets it when it starts.' });
  const { host } = new URL(acme.directory);
  try {
    const date = await dateOf(config);
    findings.push({ what: 'ok', text: `The authority at ${host} can be reached.` });
    findings.push(judgeClock(date, Date.now(), host));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `The authority at ${host} cannot be reached (${why}): let this machine make connections to it.`;
    findings.push({ what: 'wrong', text });
  }
  return findings;
}

/** What the directory's server says the time is; milliseconds since 1970. */
function dateOf({ acme, tls }: Config): Promise<number> {
  const ca =
    tls.ca === undefined ? {} : { ca: [...getCACertificates('default'), readFileSync(tls.ca, 'utf8')] };
  return new Promise((resolve, reject) => {
    const asked = request(acme.directory, {
      method: 'HEAD',
      signal: AbortSignal.timeout(DEADLINE_MS),
      ...ca,
    });
    asked.once('error', reject).once('response', (response) => {
      response.destroy();
      const date = Date.parse(response.headers.date ?? '');
      if (Number.isNaN(date)) reject(new ImppError('protocol-violation', 'it does not say what the time is'));
      else resolve(date);
    });
    asked.end();
  });
}
