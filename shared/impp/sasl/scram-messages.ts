// The grammar of RFC 5802 section 7, for both sides. Everything thrown here is `bad-request`.

import { decodeBase64 } from '../../base64.ts';
import { ImppError } from '../../errors.ts';

export type ScramMechanism = 'SCRAM-SHA-256-PLUS' | 'SCRAM-SHA-256';

/** What of TLS goes into the exchange [RFC 9266]. */
export const BINDING_TYPE = 'tls-exporter';
/** 144 bits, in characters of base64: no two exchanges share a nonce. */
export const NONCE_OCTETS = 18;
/** Far above any message that names a USER, far below one that costs anything to read. */
const MAX_MESSAGE = 4_096;

const NONCE = /^[\x21-\x2b\x2d-\x7e]+$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export const malformed = (what: string): ImppError => new ImppError('bad-request', `SCRAM: ${what}`);
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** `,` and `=` would end the name [RFC 5802 5.1]. */
export const encodeName = (name: string): string => name.replace(/[=,]/g, (c) => (c === ',' ? '=2C' : '=3D'));

function decodeName(text: string): string {
  if (text === '' || text.includes('\0')) throw malformed('a name that is none');
  return text.replace(/=(2C|3D)?/g, (_, code?: string) => {
    if (code === undefined) throw malformed('a name that is not encoded');
    return code === '2C' ? ',' : '=';
  });
}

function decodeMessage(message: Uint8Array): string {
  if (message.length > MAX_MESSAGE) throw malformed('too long');
  try {
    return decoder.decode(message);
  } catch (cause) {
    throw new ImppError('bad-request', 'SCRAM: not UTF-8', { cause });
  }
}

/** The value of an attribute where the grammar has it and no other. */
function attribute(field: string | undefined, name: string): string {
  if (field === undefined || !field.startsWith(`${name}=`)) throw malformed(`no "${name}" where it belongs`);
  return field.slice(2);
}

function nonce(field: string | undefined): string {
  const value = attribute(field, 'r');
  if (!NONCE.test(value)) throw malformed('a nonce that is none');
  return value;
}

/** Extensions may follow and mean nothing to us; they still are attributes. */
function checkExtensions(fields: readonly string[]): void {
  if (fields.some((field) => !/^[A-Za-z]=[^\0]+$/.test(field))) throw malformed('an extension that is none');
}

export interface ClientFirst {
  /** `n`, `y`, or the type of channel binding that the client uses. */
  readonly flag: 'n' | 'y' | { readonly binding: string };
  readonly authzid?: string;
  readonly user: string;
  readonly nonce: string;
  /** Everything before the bare message, as it stood: it comes back in `c=`. */
  readonly header: string;
  readonly bare: string;
}

export function readClientFirst(message: Uint8Array): ClientFirst {
  const text = decodeMessage(message);
  const [flag = '', authzid, ...rest] = text.split(',');
  if (authzid === undefined) throw malformed('no header');
  const header = `${flag},${authzid},`;
  const binding = /^p=([A-Za-z0-9.-]+)$/.exec(flag)?.[1];
  if (binding === undefined && flag !== 'n' && flag !== 'y') throw malformed('no channel binding flag');
  const [name, clientNonce, ...extensions] = rest;
  // A mandatory extension stands first; we know none, so the exchange cannot be what the client wants.
  if (name?.startsWith('m='))
    throw new ImppError('authentication-failed', 'SCRAM: an extension we do not have');
  const first = {
    flag: binding !== undefined ? { binding } : flag === 'y' ? ('y' as const) : ('n' as const),
    user: decodeName(attribute(name, 'n')),
    nonce: nonce(clientNonce),
    header,
    bare: text.slice(header.length),
  };
  checkExtensions(extensions);
  return authzid === '' ? first : { ...first, authzid: decodeName(attribute(authzid, 'a')) };
}

export interface ServerFirst {
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly text: string;
}

export function readServerFirst(message: Uint8Array): ServerFirst {
  const text = decodeMessage(message);
  const [first, salt, iterations, ...extensions] = text.split(',');
  if (first?.startsWith('m=')) throw malformed('an extension we do not have');
  const count = attribute(iterations, 'i');
  if (!/^[1-9][0-9]{0,9}$/.test(count)) throw malformed('a count of iterations that is none');
  const octets = decodeBase64(attribute(salt, 's'));
  if (octets.length === 0) throw malformed('no salt');
  checkExtensions(extensions);
  return { nonce: nonce(first), salt: octets, iterations: Number(count), text };
}

export interface ClientFinal {
  readonly binding: Uint8Array;
  readonly nonce: string;
  readonly proof: Uint8Array;
  /** What the proof proves. */
  readonly withoutProof: string;
}

export function readClientFinal(message: Uint8Array): ClientFinal {
  const text = decodeMessage(message);
  const fields = text.split(',');
  const [binding, both, ...extensions] = fields.slice(0, -1);
  const proof = fields.at(-1);
  checkExtensions(extensions);
  return {
    binding: decodeBase64(attribute(binding, 'c')),
    nonce: nonce(both),
    proof: decodeBase64(attribute(proof, 'p')),
    withoutProof: text.slice(0, text.lastIndexOf(',')),
  };
}

/** The server's signature. An `e=` in its place is the server's refusal, in its own words. */
export function readServerFinal(message: Uint8Array): Uint8Array {
  const [first, ...extensions] = decodeMessage(message).split(',');
  checkExtensions(extensions);
  if (first?.startsWith('e=')) throw new ImppError('authentication-failed', `SCRAM: ${first.slice(2)}`);
  return decodeBase64(attribute(first, 'v'));
}

/** For both sides equally long. */
export const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((octet, at) => octet ^ (b[at] ?? 0));

export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
