// A link comes from any page of the web: it leads to a place that the person sees, or nowhere.

import { expect, test } from 'vitest';
import { placeOfLink } from '../../../main/notifications/links.ts';
import type { Mirror } from '../../../main/state.ts';

const ME = 'impp://a.example/me';
const FRIEND = 'impp://b.example/friend';
/** One account, and one contact. */
const mirror = {
  accounts: [{ id: ME }],
  account: (id: string) => (id === ME ? {} : undefined),
  contact: (_account: string, address: string) => (address === FRIEND ? {} : undefined),
  conversation: () => undefined,
} as unknown as Mirror;

test.each([
  ['a line of its own', 'im:x%0d%0aSEND@b.example'],
  ['an end of text', 'im:x%00@b.example'],
  ['a sign that turns what follows', 'im:%E2%80%AEgro@b.example'],
  ['two domains', 'im:x@b.example@c.example'],
  ['a path that goes up', 'impp://b.example/a/../c'],
  ['a path within the name', 'im:a%2Fb@b.example'],
  ['a password', 'impp://user:pw@b.example/x'],
  ['a port', 'impp://b.example:25/x'],
  ['markup', 'im:<b>x</b>@b.example'],
  ['words for a shell', 'im:"; rm -rf ~"@b.example'],
  ['no octets of UTF-8', 'im:%ff@b.example'],
  ['nobody', 'impp://b.example/'],
  ['no end', `im:${'a'.repeat(100_000)}@b.example`],
  ['another scheme', 'javascript:alert(1)'],
  ['the person', 'im:me@a.example'],
])('a link with %s leads nowhere', (_what, link) => {
  expect(placeOfLink(link, mirror)).toBeUndefined();
});

test('what a link says beside an address is not heeded, and who is not known is asked about', () => {
  const writing = '?subject=Hello&body=I%20agree&send=1#now';
  expect(placeOfLink(`im:friend@b.example${writing}`, mirror)).toEqual({
    type: 'conversation',
    account: ME,
    peer: FRIEND,
  });
  expect(placeOfLink(`im:friends@b.example${writing}`, mirror)).toEqual({
    type: 'add-contact',
    address: 'impp://b.example/friends',
  });
  // A letter that looks like one of ours is another one, and written so.
  expect(placeOfLink('im:fri\u0435nd@b.example', mirror)).toEqual({
    type: 'add-contact',
    address: 'impp://b.example/fri%D0%B5nd',
  });
});
