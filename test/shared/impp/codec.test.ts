// The golden pairs of test/cases: NAME.impp holds octets as they are on the wire, message after message, and
// NAME.json what they mean. One pair for each method of the protocol page, and one for what extends it.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/impp/message.ts';
import { Parser } from '../../../shared/impp/parser.ts';
import { serialize, serializeHead } from '../../../shared/impp/serializer.ts';
import { portableText, textOver } from '../../../shared/impp/text.ts';

interface Meaning {
  readonly kind: 'request' | 'response';
  readonly ok?: boolean;
  readonly method: string;
  readonly id: string;
  readonly headers: [string, string][];
  readonly body?: string;
  readonly base64?: string;
}

const FOLDER = new URL('../../cases/', import.meta.url);
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.impp'))
  .map((file) => file.replace('.impp', ''));

const METHODS =
  'HELLO STARTTLS AUTH REGISTER SET-PASSWORD UNREGISTER ATTACH PING BYE CHANGE FETCH SUBSCRIBE UNSUBSCRIBE ' +
  'GET-SUBSCRIPTION CHANGE-NOTIFY TERMINATE-SUBSCRIPTION GET-WATCHERS WATCHER-NOTIFY SEND GET-INBOX GET-MESSAGE ' +
  'GET-ACL SET-ACL GET-DOCUMENT SET-DOCUMENT DOCUMENT-NOTIFY LOOKUP VERIFY';

const meaningsOf = (name: string): Meaning[] =>
  JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Meaning[];

const octetsOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${name}.impp`, FOLDER)));

/** What a message means, in the form of the JSON files; the octets of the body as base64. */
const meaningOf = (message: Message): object => ({
  kind: message.kind,
  ...(message.kind === 'response' ? { ok: message.ok } : {}),
  method: message.method,
  id: message.id,
  headers: [...message.headers.entries()],
  body: message.body === undefined ? undefined : Buffer.from(message.body).toString('base64'),
  fault: message.fault,
});

const expected = ({ body, base64, ...rest }: Meaning): object => ({
  ...rest,
  body: base64 ?? (body === undefined ? undefined : Buffer.from(body).toString('base64')),
  fault: undefined,
});

const parse = (chunks: Iterable<Uint8Array>, text = portableText): Message[] => {
  const parser = new Parser({ text });
  const messages: Message[] = [];
  for (const chunk of chunks) messages.push(...parser.push(chunk));
  expect(parser.fault).toBeUndefined();
  expect(parser.buffered).toBe(0);
  return messages;
};

test('there is a pair for every method of the protocol page, with its answers', () => {
  for (const method of METHODS.split(' ')) {
    const meanings = meaningsOf(method.toLowerCase());
    expect(meanings.every((meaning) => meaning.method === method)).toBe(true);
    const kinds = new Set(meanings.map(({ kind, ok }) => `${kind} ${ok}`));
    expect([method, [...kinds].toSorted()]).toEqual([
      method,
      ['request undefined', 'response false', 'response true'],
    ]);
  }
});

describe.each(NAMES)('%s', (name) => {
  const octets = octetsOf(name);
  const meanings = meaningsOf(name).map(expected);

  test.each([
    ['portable text', portableText],
    ['text over Buffer', textOver(Buffer)],
  ])('means what it should, with %s', (_, text) => {
    expect(parse([octets], text).map(meaningOf)).toEqual(meanings);
  });

  test('is written with the same octets', () => {
    for (const text of [portableText, textOver(Buffer)]) {
      const messages = parse([octets], text);
      expect(Buffer.concat(messages.map((message) => serialize(message, text))).equals(octets)).toBe(true);
      const parts = messages.flatMap((message) => [
        serializeHead(message, text),
        ...(message.body === undefined ? [] : [message.body]),
      ]);
      expect(Buffer.concat(parts).equals(octets)).toBe(true);
    }
  });

  test('means the same in two chunks, wherever they are split', () => {
    const whole = JSON.stringify(meanings);
    for (let split = 1; split < octets.length; split += 1) {
      const messages = parse([octets.subarray(0, split), octets.subarray(split)]);
      if (JSON.stringify(messages.map(meaningOf)) !== whole) {
        expect({ split, messages: messages.map(meaningOf) }).toEqual({ split, messages: meanings });
      }
    }
  });

  test('means the same octet by octet', () => {
    expect(parse(Array.from(octets, (octet) => Uint8Array.of(octet))).map(meaningOf)).toEqual(meanings);
  });
});
