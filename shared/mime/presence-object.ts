import { type PresenceDocument, parsePresence } from '../impp/presence.ts';
import { decodeTransfer } from './encodings.ts';
import { fieldOf, readFields } from './fields.ts';
import { splitMultipart } from './multipart.ts';
import { parseParameterized } from './parameters.ts';

/** As many devices as anybody has, several times over. */
const MAX_PARTS = 256;

function parseTolerantly(bytes: Uint8Array): PresenceDocument[] {
  try {
    return [parsePresence(bytes)];
  } catch {
    return [];
  }
}

/**
 * The documents in a presence object [IMPP 7]: one, or those of a `multipart/mixed` in its order, the most
 * recently changed first. Objects of types that are not understood, and documents that cannot be read, are
 * passed over: those of other devices still count.
 */
export function readPresence(contentType: string, body: Uint8Array): PresenceDocument[] {
  const { value, parameters } = parseParameterized(contentType);
  if (value === 'application/presence') return parseTolerantly(body);
  const boundary = parameters.get('boundary');
  if (value !== 'multipart/mixed' || !boundary) return [];
  return splitMultipart(body, boundary, { start: 0, end: body.length }, MAX_PARTS).flatMap(
    ({ start, end }) => {
      const { fields, contentStart } = readFields(body, start, end);
      if (parseParameterized(fieldOf(fields, 'content-type') ?? '').value !== 'application/presence')
        return [];
      const encoding = fieldOf(fields, 'content-transfer-encoding') ?? '';
      return parseTolerantly(decodeTransfer(body.subarray(contentStart, end), encoding));
    },
  );
}
