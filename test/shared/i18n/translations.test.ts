// What each language says beside the English: nothing missing, nothing made from an English that is another by now.
// `node build/catalogue.mjs LANGUAGE` prints what to mend.

import { describe, expect, test } from 'vitest';
import { ENGLISH, faultsOfLanguage, faultsOfMessage, hashOf } from '../../../build/translations.mjs';
import { LANGUAGE_NAMES } from '../../../shared/i18n/languages.ts';

test('the English keeps its own rules', () => {
  const faults = Object.entries(ENGLISH).flatMap(([key, text]) =>
    faultsOfMessage(text, text, 'en').map((fault) => `${key}: ${fault}`),
  );
  expect(faults).toEqual([]);
});

test.each(LANGUAGE_NAMES.filter((name) => name !== 'en'))('%s says all of it', (language) => {
  expect(faultsOfLanguage(language)).toEqual([]);
});

describe('what is found', () => {
  const PLURAL = '{count, plural, one {# message} other {# messages}} in {path}';

  test.each([
    ['de', '', 'Keep', 'is empty'],
    ['de', 'Behalten ', 'Keep', 'has spaces around it'],
    ['de', 'Lösche <b>alles</b>', 'Delete all', 'has signs of HTML'],
    ['de', 'Los!', 'Go', 'shouts'],
    ['fr', "C'est tout", 'That is all', 'has straight quotation marks or apostrophes'],
    ['fr', 'Qui voit ceci ?', 'Who sees this?', 'needs a no-break space (U+202F) before ? : ;'],
    ['de', 'Datei...', 'File…', 'has three dots for an ellipsis'],
    ['de', 'Datei', 'File…', 'does not end as the English does: …'],
    ['de', 'Fertig', 'Done.', 'does not end as the English does: .'],
    ['de', 'Fertig.', 'Done', 'ends with a sign that the English has not'],
    ['de', 'Beenden', 'Quit Parley', 'does not name Parley'],
    ['ar', '\u200fعادي', 'Usual', 'has signs of direction'],
    ['de', 'An {nmae}', 'To {name}', '{name} is missing'],
    ['de', 'An {name} und {other}', 'To {name}', '{other} is not in the English'],
    ['de', '{count} neu', '{count, number} new', '{count} is a number: {count, number}'],
    ['de', '{name, plural, one {#} other {#}}', '{name}', '{name} is no number'],
    ['de', 'An {name', 'To {name}', 'cannot be read as an ICU message: EXPECT_ARGUMENT_CLOSING_BRACE'],
    [
      'pl',
      '{count, plural, one {# wiadomość} other {# wiadomości}} w {path}',
      PLURAL,
      '{count} has no form “few”',
    ],
    [
      'ja',
      '{path} に {count, plural, one {# 件} other {# 件}}',
      PLURAL,
      '{count} has a form “one” that the language has not',
    ],
    [
      'de',
      '{count, plural, one {# Treffer} other {# Treffer}}',
      '{count, plural, =0 {Nothing found} one {# result} other {# results}}',
      '{count} has no “=0”',
    ],
  ])('%s: %j', (language, text, english, fault) => {
    expect(faultsOfMessage(text, english, language)).toContain(fault);
  });

  test.each([
    ['ja', '削除しますか？', 'Delete?'],
    ['ja', '終わりました。', 'Done.'],
    ['ar', 'أهذا كل شيء؟', 'Is this all?'],
    ['fr', '{count, plural, one {# message} other {# messages}} dans {path}', PLURAL],
    ['pl', '{count, plural, one {#} few {#} many {#} other {#}} nowych', '{count, number} new'],
  ])('nothing in %s: %j', (language, text, english) => {
    expect(faultsOfMessage(text, english, language)).toEqual([]);
  });

  test('a key that is missing, one that is none, and one whose English is another now', () => {
    const [first = '', second = ''] = Object.keys(ENGLISH);
    const texts = { [first]: ENGLISH[first] ?? '', [second]: ENGLISH[second] ?? '', 'no.key': 'Nichts' };
    const sources = { [first]: hashOf(ENGLISH[first] ?? ''), [second]: hashOf('Something else') };
    const faults = faultsOfLanguage('de', texts, sources);
    expect(faults).toContain(`${second}: was made from another English`);
    expect(faults).toContain('no.key: is no key');
    expect(faults).toContain('close: is missing');
    expect(faults.filter((fault) => fault.startsWith(`${first}:`))).toEqual([]);
  });
});
