import { describe, expect, test } from 'vitest';
import { buildReceipt } from '../../../shared/mime/build.ts';
import { parseImdn } from '../../../shared/mime/imdn.ts';
import { readMessage } from '../../../shared/mime/read.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const envelope = {
  from: 'impp://b.example/bob',
  to: 'impp://a.example/alice',
  date: Date.parse('2026-11-21T05:03:09Z'),
  messageId: '<r1@b.example>',
};
const NAMESPACE = 'urn:ietf:params:xml:ns:imdn';

test('what is built is read, with when it was', () => {
  const original = { messageId: '<1@a.example>', date: 0 };
  expect(readMessage(buildReceipt({ ...envelope, original, kind: 'display' }))).toMatchObject({
    from: envelope.from,
    kind: { type: 'receipt', of: '<1@a.example>', disposition: 'displayed', at: envelope.date },
    text: '',
    files: [],
  });
  expect(readMessage(buildReceipt({ ...envelope, original, kind: 'delivery' })).kind).toMatchObject({
    disposition: 'delivered',
  });
});

describe('as others write it', () => {
  test.each([
    [
      'the example of the specification',
      `<?xml version="1.0" encoding="UTF-8"?>\n<imdn xmlns="${NAMESPACE}">\n<message-id>34jk324j</message-id>\n<datetime>2008-04-04T12:16:49-05:00</datetime>\n<display-notification>\n<status>\n<displayed/>\n</status>\n</display-notification>\n</imdn>`,
      { of: '<34jk324j>', disposition: 'displayed' },
    ],
    [
      'a prefix, another order, attributes, comments and what is not known',
      `<!-- x --><i:imdn xmlns:i='${NAMESPACE}' xmlns:x="urn:x" x:a="b"><x:message-id>no</x:message-id><i:delivery-notification><i:status><i:failed/><x:why/></i:status></i:delivery-notification><i:message-id> &lt;1@a&gt; </i:message-id></i:imdn>`,
      { of: '<1@a>', disposition: 'failed' },
    ],
    [
      'CDATA and a byte order mark',
      `\ufeff<imdn xmlns="${NAMESPACE}"><message-id><![CDATA[<1@a>]]></message-id><processing-notification><status><stored/></status></processing-notification></imdn>`,
      { of: '<1@a>', disposition: 'stored' },
    ],
  ])('%s', (_, source, expected) => {
    expect(parseImdn(octets(source))).toEqual(expected);
  });
});

describe('what is no receipt is a file', () => {
  const document = (inner: string, root = `imdn xmlns="${NAMESPACE}"`) => `<${root}>${inner}</imdn>`;
  const id = '<message-id>1@a</message-id>';
  const status = '<display-notification><status><displayed/></status></display-notification>';
  test.each([
    ['nothing', ''],
    ['no namespace', document(id + status, 'imdn')],
    ['another namespace', document(id + status, 'imdn xmlns="urn:x"')],
    ['no Message-ID', document(status)],
    ['an empty one', document(`<message-id> </message-id>${status}`)],
    ['two in one', document(`<message-id>a b</message-id>${status}`)],
    ['a long one', document(`<message-id>${'a'.repeat(251)}</message-id>${status}`)],
    ['no status', document(id)],
    [
      'an unknown status',
      document(`${id}<display-notification><status><eaten/></status></display-notification>`),
    ],
    ['a status of its own', document(`${id}<status><displayed/></status>`)],
  ])('%s', (_, source) => {
    const { kind, files } = readMessage(octets(`Content-Type: message/imdn+xml\r\n\r\n${source}`));
    expect(kind).toEqual({ type: 'text' });
    expect(files.map(({ name }) => name)).toEqual(['receipt.xml']);
  });
});

test('in CPIM, as SIP sends it', () => {
  const source = [
    'From: Bob <im:bob@b.example>',
    'To: Alice <im:alice@a.example>',
    'NS: imdn <urn:ietf:params:imdn>',
    'imdn.Message-ID: <d834jied93rf>',
    'imdn.Disposition-Notification: positive-delivery, display',
    '',
    'Content-type: message/imdn+xml',
    'Content-Disposition: notification',
    '',
    `<imdn xmlns="${NAMESPACE}"><message-id>34jk324j</message-id><display-notification><status><displayed/></status></display-notification></imdn>`,
  ];
  expect(readMessage(octets(source.join('\r\n')), 'message/cpim')).toMatchObject({
    messageId: '<d834jied93rf>',
    wantsReceipt: true,
    kind: { type: 'receipt', of: '<34jk324j>', disposition: 'displayed' },
  });
});
