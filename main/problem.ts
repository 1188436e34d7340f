import { ImppError } from '../shared/errors.ts';
import type { Problem } from '../shared/model.ts';

/** A failure in the form that is kept and shown. `domain`: whose sentence it is, unless the error says. */
export const problemOf = (error: unknown, domain: string): Problem => {
  if (!(error instanceof ImppError)) return { code: 'internal-error', reason: String(error), domain };
  const { domain: named = domain, other, location, retryAfter, maxMessageSize, certificate } = error.data;
  return {
    code: error.code,
    reason: error.message,
    domain: named,
    ...(other === undefined ? {} : { other }),
    ...(location === undefined ? {} : { location }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(maxMessageSize === undefined ? {} : { maxMessageSize }),
    ...(certificate === undefined ? {} : { certificate }),
  };
};
