// Words of others, as far as they get into what the system shows.

import { expect, test } from 'vitest';
import { saidOfMessages, saidOfRequests } from '../../../main/notifications/content.ts';
import type { Contact, Message } from '../../../shared/model.ts';

const BOB = 'impp://a.example/bob';
const EVE = 'impp://a.example/eve';
const pair = { account: BOB, peer: EVE };
const contact = (name: string): Contact => ({
  account: BOB,
  address: EVE,
  name,
  groups: [],
  watch: 'active',
  presence: { state: 'available' },
});
const message = (part: Partial<Message>): Message => ({
  id: 1,
  ...pair,
  messageId: '<1@a.example>',
  isMine: false,
  at: 1,
  order: 1,
  receivedAt: 1,
  text: '',
  files: [],
  reactions: [],
  ...part,
});

test('lines, control characters and turned directions stay out of names and texts', () => {
  const said = saidOfMessages(
    pair,
    contact('Eve\u202e\nevE'),
    [message({ text: 'a\r\nb\u2067\u0007c\ud800' })],
    'text',
  );
  expect(said).toEqual({
    title: 'Eve evE',
    body: 'a b c\ufffd',
    answer: 'Answer Eve evE',
    mute: 'Mute for 1 hour',
  });
});

test('a name of nothing but such signs is no name, and a text of them is a message', () => {
  const said = saidOfMessages(pair, contact('\u200f\u2066'), [message({ text: '\u202e' })], 'text');
  expect(said).toMatchObject({ title: 'eve', body: 'New message' });
});

test('a long text is cut between characters', () => {
  const { body } = saidOfMessages(pair, undefined, [message({ text: '😀'.repeat(5000) })], 'text');
  expect(body).toBe(`${'😀'.repeat(299)}…`);
});

test('a stranger is called by the whole address, whatever name they give', () => {
  expect(saidOfMessages(pair, undefined, [message({ text: 'x' })], 'name')).toEqual({
    title: 'eve@a.example',
    body: 'New message',
    mute: 'Mute for 1 hour',
  });
  const request = { account: BOB, address: EVE, since: 1, isNew: true, name: 'Your bank', message: 'Pay' };
  expect(saidOfRequests([request], 'text').body).toBe('eve@a.example asks to see your presence');
});

test('nothing is nothing', () => {
  const told = saidOfMessages(
    pair,
    contact('Eve'),
    [message({ text: 'secret' }), message({ id: 2, text: 'more' })],
    'nothing',
  );
  expect(told).toEqual({ title: 'Parley', body: '2 new messages' });
});
