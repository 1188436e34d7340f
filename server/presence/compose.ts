import type { LeasedValue, PresenceObject } from './values.ts';

/**
 * Several objects as one `multipart/mixed`, in the order given, each with the Content-ID of its publisher
 * [IMPP 7]. The objects stand in it octet for octet: some are signed. Those that would bring the whole over
 * `limit` octets are left out, oldest changes first: a watcher's reader takes no more.
 */
export function composeMultipart(values: readonly LeasedValue[], limit: number): PresenceObject {
  const boundary = freeBoundary(values);
  const opening = Buffer.from(`--${boundary}\r\n`);
  const closing = Buffer.from(`--${boundary}--\r\n`);
  const pieces: Uint8Array[] = [];
  let size = closing.length;
  for (const value of values) {
    const head = Buffer.from(
      `Content-Type: ${value.type}\r\nContent-ID: ${contentId(value.publisher, value.device)}\r\n` +
        'Content-Transfer-Encoding: binary\r\n\r\n',
    );
    const more = opening.length + head.length + value.body.length + CRLF.length;
    if (size + more > limit && pieces.length > 0) break;
    size += more;
    pieces.push(opening, head, value.body, CRLF);
  }
  return { type: `multipart/mixed; boundary="${boundary}"`, body: Buffer.concat([...pieces, closing], size) };
}

const CRLF = Buffer.from('\r\n');

/**
 * `<DEVICE.USER@HOST>`. USER is written as in its URL, and what RFC 5322 does not take in a msg-id besides is
 * percent-encoded too, so that no name can break out of the header.
 */
export function contentId(publisher: string, device: string): string {
  const slash = publisher.indexOf('/', 'impp://'.length);
  const host = publisher.slice('impp://'.length, slash);
  const user = publisher
    .slice(slash + 1)
    .replace(/[(),;:]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `<${device}.${user}@${host}>`;
}

/** The same objects get the same boundary, and one that stands in none of them. */
function freeBoundary(values: readonly LeasedValue[]): string {
  for (let attempt = 0; ; attempt += 1) {
    const boundary = `presence-${values[0]?.changedAt.toString(36) ?? ''}-${attempt}`;
    if (
      values.every(({ body }) => !Buffer.from(body.buffer, body.byteOffset, body.length).includes(boundary))
    )
      return boundary;
  }
}
