// The body of REGISTER and SET-PASSWORD [IMPP 6].

import { ImppError } from '../../shared/errors.ts';
import type { Request } from '../../shared/impp/message.ts';
import { formatVerifier, parseVerifier } from '../../shared/impp/sasl/verifier.ts';
import { bodyOf } from './arguments.ts';

/** The line as it is stored. @throws bad-request (form, iterations that are not the domain's), type-not-understood */
export const verifierOf = (request: Request, iterations: number): string => {
  const body = bodyOf(request, 'application/scram-verifier');
  // Each octet a character: what is not ASCII then fails as any other malformed line does.
  const verifier = parseVerifier(Buffer.from(body).toString('latin1'));
  if (verifier.iterations !== iterations) {
    throw new ImppError('bad-request', `this domain has verifiers with ${iterations} iterations`);
  }
  return formatVerifier(verifier);
};
