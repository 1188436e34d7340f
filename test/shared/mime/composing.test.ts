import { expect, test } from 'vitest';
import { buildComposing } from '../../../shared/mime/build.ts';
import { parseComposing } from '../../../shared/mime/composing.ts';
import { readMessage } from '../../../shared/mime/read.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const envelope = {
  from: 'impp://b.example/bob',
  to: 'impp://a.example/alice',
  date: 0,
  messageId: '<c1@b.example>',
};
const NAMESPACE = 'urn:ietf:params:xml:ns:im-iscomposing';

test.each([
  [
    { isActive: true, refresh: 90 },
    { isActive: true, refresh: 90 },
  ],
  [{ isActive: false }, { isActive: false }],
  [
    { isActive: true, refresh: 5 },
    { isActive: true, refresh: 60 },
  ],
])('%j is built and read', (composing, expected) => {
  const { kind, files, text } = readMessage(buildComposing({ ...envelope, ...composing }));
  expect({ kind, files, text }).toEqual({ kind: { type: 'composing', ...expected }, files: [], text: '' });
});

test.each([
  [
    `<isComposing xmlns="${NAMESPACE}"><state>idle</state><lastactive>2003-01-27T10:43:00Z</lastactive></isComposing>`,
    { isActive: false },
  ],
  [
    `<c:isComposing xmlns:c="${NAMESPACE}"><c:refresh>120</c:refresh><c:state> active </c:state></c:isComposing>`,
    { isActive: true, refresh: 120 },
  ],
  [
    `<isComposing xmlns="${NAMESPACE}"><state>dancing</state><refresh>-1</refresh></isComposing>`,
    { isActive: false },
  ],
  [
    `<isComposing xmlns="${NAMESPACE}"><state>active</state><refresh>99999999999</refresh></isComposing>`,
    { isActive: true },
  ],
  [`<isComposing xmlns="${NAMESPACE}"/>`, undefined],
  ['<isComposing><state>active</state></isComposing>', undefined],
  [`<x xmlns="${NAMESPACE}"><state>active</state></x>`, undefined],
])('%s', (source, expected) => {
  expect(parseComposing(octets(source))).toEqual(expected);
});
