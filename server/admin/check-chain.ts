import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';

import type { Finding } from './finding.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** Longer than any that is in use; one that leads round in a circle ends here, too. */
const LONGEST = 8;

/**
 * Whether the certificates of the file lead from the domain's own, which is the first, to an authority that is known
 * everywhere. Nothing is said of a file that cannot be read: check-certificate.ts does.
 */
export function checkChain(certPath: string, now: number): Finding[] {
  let chain: X509Certificate[];
  try {
    chain = (readFileSync(certPath, 'utf8').match(PEM) ?? []).map((pem) => new X509Certificate(pem));
  } catch {
    return [];
  }
  let [at] = chain;
  for (let step = 0; at !== undefined && step < LONGEST; step += 1) {
    const present: X509Certificate = at;
    if (step > 0 && now >= present.validToDate.getTime())
      return [{ what: 'wrong', text: `${nameOf(present)}, in the chain, has ended: take the newest chain.` }];
    if (isKnown(present)) return [{ what: 'ok', text: `The certificate leads to ${issuerOf(present)}.` }];
    if (present.checkIssued(present)) {
      const text = `The certificate leads to ${nameOf(present)}, which apps and other domains do not know unless they are told to.`;
      return [{ what: 'note', text }];
    }
    at = chain.find((other) => other !== present && isIssuedBy(present, other));
    if (at === undefined) {
      const text = `The chain ends at ${nameOf(present)}: the certificate of ${issuerOf(present)} has to follow in ${certPath} (fullchain.pem has it).`;
      return [{ what: 'wrong', text }];
    }
  }
  return [];
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

const isKnown = (certificate: X509Certificate): boolean =>
  getCACertificates('default').some((pem) => {
    const root = new X509Certificate(pem);
    return root.subject === certificate.issuer && isIssuedBy(certificate, root);
  });

/** The common name, or else the whole of it in a line. */
const short = (name: string): string => /^CN=(.*)$/m.exec(name)?.[1] ?? name.replaceAll('\n', ', ');
const nameOf = (certificate: X509Certificate): string => short(certificate.subject);
const issuerOf = (certificate: X509Certificate): string => short(certificate.issuer);
