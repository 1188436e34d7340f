// The languages that Parley speaks, and which of them a person wants.

/** By their own names, in the order of those. */
export const LANGUAGES = {
  de: 'Deutsch',
  en: 'English',
  es: 'Español',
  fr: 'Français',
  it: 'Italiano',
  nl: 'Nederlands',
  pl: 'Polski',
  pt: 'Português',
  tr: 'Türkçe',
  ar: 'العربية',
  ja: '日本語',
} as const;

export type Language = keyof typeof LANGUAGES;

/** The language of the words, and how dates and numbers are written in it. */
export interface Spoken {
  readonly language: Language;
  /** BCP 47, for Intl: `de-AT`. */
  readonly locale: string;
}

export const isSame = (one: Spoken, other: Spoken): boolean =>
  one.language === other.language && one.locale === other.locale;

export const ENGLISH: Spoken = { language: 'en', locale: 'en-GB' };

/** What is meant where the person has told no country: the one the words are written for. */
const AT_HOME: Partial<Record<Language, string>> = { en: ENGLISH.locale, pt: 'pt-BR' };

export const LANGUAGE_NAMES = Object.keys(LANGUAGES) as readonly Language[];

export const isLanguage = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);

export const directionOf = (language: Language): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');

/**
 * What to speak. `preferred`: locales that the system prefers, best first. Dates and numbers are written as in the
 * country of the system: German chosen on an Austrian system is de-AT, and so is English en-AT there.
 */
export function spokenFor(choice: Language | 'system', preferred: readonly string[]): Spoken {
  const locales = preferred.flatMap(localeOf);
  const known = locales.map(({ language }) => language).find(isLanguage);
  const language = choice === 'system' ? (known ?? 'en') : choice;
  const ofCountry = locales.find((locale) => locale.language === language && locale.region !== undefined);
  if (ofCountry !== undefined) return { language, locale: ofCountry.toString() };
  const region = locales.find((locale) => locale.region !== undefined)?.region;
  // Who prefers a language of no country may well list another of a country where they are not.
  const isElsewhere = region === undefined || (choice === 'system' && known !== undefined);
  const there = isElsewhere ? [] : Intl.DateTimeFormat.supportedLocalesOf(`${language}-${region}`);
  return { language, locale: there[0] ?? home(language) };
}

const home = (language: Language): string => AT_HOME[language] ?? language;

/** Browsers and systems give what nobody has checked. */
function localeOf(text: string): readonly Intl.Locale[] {
  try {
    return [new Intl.Locale(text)];
  } catch {
    return [];
  }
}
