import { describe, expect, test } from 'vitest';
import { sentenceFor } from '../../../renderer/i18n/problems.ts';
import { en } from '../../../shared/i18n/en.ts';
import { LOCAL_ERRORS, PROTOCOL_ERRORS } from '../../../shared/errors.ts';
import { BOB } from '../scripted-bridge.tsx';

test('every code has a sentence that leaves nothing open', () => {
  for (const code of [...Object.keys(PROTOCOL_ERRORS), ...Object.keys(LOCAL_ERRORS)]) {
    const sentence = sentenceFor(
      { code: code as 'timeout', reason: '' },
      { attempt: 'other', address: BOB, name: 'Bob' },
    );
    expect(sentence, code).toMatch(/^\S.*\.$/);
    expect(sentence, code).not.toMatch(/[{}]|undefined/);
  }
});

test('no sentence begs, shouts or blames', () => {
  for (const [key, text] of Object.entries(en)) {
    expect(text, key).not.toMatch(/\bplease\b|\bsorry\b|!/i);
  }
});

describe('the same code means another thing elsewhere', () => {
  const problem = { code: 'permission-denied', reason: '' } as const;
  test.each([
    ['message', 'Bob does not take messages from you.'],
    ['watch', 'Bob does not show you presence.'],
    ['create', 'b.example needs a valid invitation, or reserves this name.'],
  ] as const)('%s', (attempt, sentence) => {
    expect(sentenceFor(problem, { attempt, address: BOB, name: 'Bob' })).toBe(sentence);
  });
});

test('a certificate says which name it carries', () => {
  expect(
    sentenceFor(
      { code: 'certificate-refused', reason: '', other: 'mail.hoster.example' },
      { attempt: 'connection', address: BOB },
    ),
  ).toBe('The certificate names mail.hoster.example, not b.example. Someone may be in between.');
});

test('values are shown as they are, whatever signs they hold', () => {
  expect(sentenceFor({ code: 'conflict', reason: '', domain: "<b>{x}'" }, { attempt: 'create' })).toBe(
    "This name is taken at <b>{x}'.",
  );
});
