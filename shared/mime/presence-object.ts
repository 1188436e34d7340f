import { type PresenceDocument, parsePresence } from '../impp/presence.ts';
import { decodeTransfer } from './encodings.ts';
import { fieldOf, readFields } from './fields.ts';
import { type Range, splitMultipart } from './multipart.ts';
import { parseParameterized } from './parameters.ts';

/** As many devices as anybody has, several times over. */
const MAX_PARTS = 256;
/** Several devices, each signed, and one more for what somebody else thinks of. */
const MAX_DEPTH = 3;

function parseTolerantly(bytes: Uint8Array): PresenceDocument[] {
  try {
    return [parsePresence(bytes)];
  } catch {
    return [];
  }
}

function readPart(bytes: Uint8Array, { start, end }: Range, depth: number): PresenceDocument[] {
  const { fields, contentStart } = readFields(bytes, start, end);
  const type = fieldOf(fields, 'content-type') ?? '';
  if (!parseParameterized(type).value.startsWith('multipart/')) {
    const encoding = fieldOf(fields, 'content-transfer-encoding') ?? '';
    return readContent(type, decodeTransfer(bytes.subarray(contentStart, end), encoding), depth);
  }
  return readContent(type, bytes.subarray(contentStart, end), depth);
}

function readContent(contentType: string, body: Uint8Array, depth: number): PresenceDocument[] {
  const { value, parameters } = parseParameterized(contentType);
  if (value === 'application/presence') return parseTolerantly(body);
  const boundary = parameters.get('boundary');
  const isSigned = value === 'multipart/signed';
  if ((value !== 'multipart/mixed' && !isSigned) || !boundary || depth === MAX_DEPTH) return [];
  // After what is signed stands the signature.
  const parts = splitMultipart(body, boundary, { start: 0, end: body.length }, isSigned ? 1 : MAX_PARTS);
  return parts.flatMap((part) => readPart(body, part, depth + 1));
}

/**
 * The documents in a presence object [IMPP 7]: one, or those of a `multipart/mixed` in its order, the most
 * recently changed first. Objects of types that are not understood, and documents that cannot be read, are
 * passed over: those of other devices still count. Of what is signed [IMPP 16] the content is read, and nothing
 * said of the signature.
 */
export const readPresence = (contentType: string, body: Uint8Array): PresenceDocument[] =>
  readContent(contentType, body, 0);
