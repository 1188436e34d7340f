// ANONYMOUS [RFC 4505]: the client may leave a trace for the operator, an address or any short text.

import { ImppError } from '../../errors.ts';

/** Characters [RFC 4505 2]. */
const MAX_TRACE = 255;
/** [RFC 4505 3]: no controls, private, unassigned or unprintable characters; separators but the space are odd, not harmful. */
const NOT_TRACE = /[\p{Cc}\p{Co}\p{Cs}\p{Cn}]/u;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function check(trace: string): string {
  if (Array.from(trace).length > MAX_TRACE || NOT_TRACE.test(trace))
    throw new ImppError('bad-request', 'ANONYMOUS: no such trace');
  return trace;
}

/** The initial response, which is the whole exchange; '' leaves no trace. Throws `bad-request`. */
export const formatAnonymous = (trace: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(check(trace));

/** The trace, '' for none. Throws `bad-request`. */
export function parseAnonymous(message: Uint8Array): string {
  if (message.length > 4 * MAX_TRACE) throw new ImppError('bad-request', 'ANONYMOUS: too long');
  try {
    return check(decoder.decode(message));
  } catch (cause) {
    throw cause instanceof ImppError
      ? cause
      : new ImppError('bad-request', 'ANONYMOUS: not UTF-8', { cause });
  }
}
