import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textElement } from '../../../shared/impp/markup.ts';
import {
  checkPresence,
  formatPresence,
  MAX_PHOTO,
  minimalClosed,
  type PresenceDocument,
  parsePresence,
} from '../../../shared/impp/presence.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });
const URL = 'impp://a.example/alice';

test('the minimal CLOSED document, to the octet [IMPP 14]', () => {
  expect(text(minimalClosed(URL))).toBe(
    `<presence><entity>${URL}</entity><tuple><id>none</id><status>closed</status></tuple></presence>`,
  );
});

const FULL: PresenceDocument = {
  entity: URL,
  tuples: [
    {
      id: 'laptop',
      status: 'open',
      activity: 'meeting',
      note: 'until <noon> & later',
      contactMeans: 'im',
      contactAddress: 'im:alice@inbox.example',
      priority: 0.75,
      idleSince: 1_000,
      until: 2_000,
      timestamp: 3_000,
      unknown: [textElement('x-mood', 'grin')],
    },
    { id: 'phone', status: 'closed' },
  ],
  displayName: 'Alice 🦊',
  note: 'hello',
  email: 'alice@a.example',
  telephone: '+49 30 1',
  organization: 'Wonderland',
  timeZone: 'Europe/Berlin',
  photo: { type: 'image/png', data: new Uint8Array([1, 2, 3, 250]) },
  keys: [
    { type: 'openpgp', data: new Uint8Array([4]) },
    { type: 'smime', data: new Uint8Array([5, 6]), unknown: [textElement('x-id', '7')] },
  ],
  unknown: [textElement('x-colour', 'red')],
};

describe('documents', () => {
  test('all of the fields, there and back', () => {
    expect(parsePresence(formatPresence(FULL))).toEqual(FULL);
  });
  test('in the words of the page', () => {
    expect(text(formatPresence(FULL))).toBe(
      '<presence><entity>impp://a.example/alice</entity><tuple><id>laptop</id><status>open</status>' +
        '<activity>meeting</activity><note>until &lt;noon&gt; &amp; later</note><contact-means>im</contact-means>' +
        '<contact-address>im:alice@inbox.example</contact-address><priority>0.75</priority>' +
        '<idle-since>1970-01-01T00:00:01.000Z</idle-since><until>1970-01-01T00:00:02.000Z</until>' +
        '<timestamp>1970-01-01T00:00:03.000Z</timestamp><x-mood>grin</x-mood></tuple>' +
        '<tuple><id>phone</id><status>closed</status></tuple><display-name>Alice 🦊</display-name><note>hello</note>' +
        '<email>alice@a.example</email><telephone>+49 30 1</telephone><organization>Wonderland</organization>' +
        '<time-zone>Europe/Berlin</time-zone><photo><type>image/png</type><data>AQID+g==</data></photo>' +
        '<key><type>openpgp</type><data>BA==</data></key><key><type>smime</type><data>BQY=</data><x-id>7</x-id></key>' +
        '<x-colour>red</x-colour></presence>',
    );
  });
  test('white space between elements, and in base64', () => {
    const document = parsePresence(
      octets(
        `<presence>\n <entity>${URL}</entity>\n <photo> <type>image/png</type> <data>\nAQ\r\nID\n</data></photo></presence>`,
      ),
    );
    expect(document).toEqual({
      entity: URL,
      tuples: [],
      photo: { type: 'image/png', data: new Uint8Array([1, 2, 3]) },
    });
  });
  test.each([
    ['a priority over 1', '<priority>1.5</priority>', 'tuple'],
    ['a priority that is no number', '<priority>high</priority>', 'tuple'],
    ['a time that is none', '<until>tomorrow</until>', 'tuple'],
    ['a second note', '<note>a</note><note>b</note>', 'tuple'],
    ['a photo that is no base64', '<photo><type>x</type><data>!</data></photo>', ''],
    ['a photo without type', '<photo><data>AQID</data></photo>', ''],
    ['a key with two data', '<key><type>x</type><data>AQ==</data><data>AQ==</data></key>', ''],
    ['a name with elements', '<display-name><b>x</b></display-name>', ''],
  ])('%s costs nothing else and is kept', (_, field, where) => {
    const inTuple = where === 'tuple' ? field : '';
    const outside = where === 'tuple' ? '' : field;
    const source = `<presence><entity>${URL}</entity><tuple><id>a</id><status>open</status>${inTuple}</tuple><email>e</email>${outside}</presence>`;
    const document = parsePresence(octets(source));
    expect(document.email).toBe('e');
    expect(document.tuples[0]?.status).toBe('open');
    expect(text(formatPresence(document))).toBe(source);
  });
  test('a photo of 32 KiB and one octet more', () => {
    const photo = (length: number) => ({
      entity: URL,
      tuples: [],
      photo: { type: 'image/png', data: new Uint8Array(length) },
    });
    expect(parsePresence(formatPresence(photo(MAX_PHOTO))).photo?.data.length).toBe(MAX_PHOTO);
    expect(() => formatPresence(photo(MAX_PHOTO + 1))).toThrow(badRequest);
    const big = `<presence><entity>${URL}</entity><photo><type>x</type><data>${'AAAA'.repeat(10_923)}</data></photo></presence>`;
    expect(parsePresence(octets(big)).photo).toBeUndefined();
  });
  test.each([
    ['no entity', '<presence/>'],
    ['two entities', `<presence><entity>${URL}</entity><entity>${URL}</entity></presence>`],
    ['an entity that is not canonical', '<presence><entity>impp://A.example/alice</entity></presence>'],
    ['a tuple without status', `<presence><entity>${URL}</entity><tuple><id>a</id></tuple></presence>`],
    ['an unknown status', `<presence><entity>${URL}</entity><tuple><status>ajar</status></tuple></presence>`],
    ['another root', '<watchers/>'],
  ])('%s is a bad request', (_, source) => {
    expect(() => parsePresence(octets(source))).toThrow(badRequest);
  });
});

describe("the server's check", () => {
  const check = (source: string) => () => checkPresence(octets(source), URL);
  test('well-formed, of the presentity: the rest is not its business', () => {
    expect(
      check(`<presence><entity>${URL}</entity><tuple><status>ajar</status></tuple><x-y/></presence>`),
    ).not.toThrow();
    expect(() => checkPresence(minimalClosed(URL), URL)).not.toThrow();
  });
  test.each([
    ['another entity', '<presence><entity>impp://a.example/bob</entity></presence>'],
    ['the domain', '<presence><entity>impp://a.example/</entity></presence>'],
    ['no entity', '<presence/>'],
    ['an entity further in', `<presence><tuple><entity>${URL}</entity></tuple></presence>`],
    ['two entities', `<presence><entity>${URL}</entity><entity>${URL}</entity></presence>`],
    ['another root', `<x><entity>${URL}</entity></x>`],
    ['an attribute', `<presence a="b"><entity>${URL}</entity></presence>`],
    ['nothing', ''],
  ])('%s', (_, source) => {
    expect(check(source)).toThrow(badRequest);
  });
});

test('what was written is read as it was', () => {
  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((value) => !/[\p{C}]/u.test(value));
  const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
  const tuple = fc.record(
    {
      id: word,
      status: fc.constantFrom('open' as const, 'closed' as const),
      activity: word,
      note: word,
      contactMeans: word,
      contactAddress: word,
      priority: fc.integer({ min: 0, max: 1_000 }).map((value) => value / 1_000),
      idleSince: time,
      until: time,
      timestamp: time,
    },
    { requiredKeys: ['id', 'status'] },
  );
  const document = fc.record(
    {
      entity: fc.constant(URL),
      tuples: fc.array(tuple, { maxLength: 3 }),
      displayName: word,
      note: word,
      email: word,
      telephone: word,
      organization: word,
      timeZone: word,
      photo: fc.record({ type: word, data: fc.uint8Array({ maxLength: 50 }) }),
    },
    { requiredKeys: ['entity', 'tuples'] },
  );
  fc.assert(
    fc.property(document, (value) => {
      expect(parsePresence(formatPresence(value))).toEqual(value);
    }),
  );
});
