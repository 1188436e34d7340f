import { afterEach, expect, test } from 'vitest';
import { ENGLISH, LANGUAGE_NAMES, LANGUAGES } from '../../../shared/i18n/languages.ts';
import { learn } from '../../../shared/i18n/learn.ts';
import { language, speak, t } from '../../../shared/i18n/t.ts';

afterEach(() => speak(ENGLISH, {}));

test('every language that is offered has words of its own', async () => {
  const said = new Set<string>();
  for (const name of LANGUAGE_NAMES) {
    await learn({ language: name, locale: name });
    expect(language().language).toBe(name);
    said.add(t('sidebar.no-contacts'));
  }
  expect(said.size).toBe(Object.keys(LANGUAGES).length);
});

test('who chooses again before the words are here gets what they chose last', async () => {
  const german = learn({ language: 'de', locale: 'de' });
  const english = learn(ENGLISH);
  expect(t('cancel')).toBe('Cancel');
  await Promise.all([german, english]);
  expect(t('cancel')).toBe('Cancel');
  expect(language()).toEqual(ENGLISH);
});
