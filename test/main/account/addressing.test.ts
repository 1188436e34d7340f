import { expect, test } from 'vitest';
import { readdressed } from '../../../main/account/addressing.ts';
import { buildMessage } from '../../../shared/mime/build.ts';
import { readFile, readMessage } from '../../../shared/mime/read.ts';

const ALICE = 'impp://a.example/alice';

test('a message goes elsewhere in the same octets but for its To', () => {
  const message = buildMessage({
    from: ALICE,
    to: 'impp://b.example/bob',
    date: Date.UTC(2026, 0, 5),
    messageId: '<one@a.example>',
    text: 'To: <nobody@b.example>\n\nünïcode $& $1',
    inReplyTo: '<zero@b.example>',
    files: [{ name: 'a.bin', type: 'application/octet-stream', bytes: new Uint8Array([0, 255, 13, 10]) }],
  });
  const moved = readdressed(message, 'impp://c.example/b%C3%B6b');
  const [before, after] = [readMessage(message), readMessage(moved)];
  expect(after).toEqual({ ...before, to: ['impp://c.example/b%C3%B6b'] });
  expect([...readFile(moved, undefined, 0).bytes]).toEqual([0, 255, 13, 10]);
  expect(readdressed(moved, 'impp://b.example/bob')).toEqual(Buffer.from(message));
});
