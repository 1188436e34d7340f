// How numbers, lists and names are written and put in order, in the language that is spoken now.

import { language, t } from './t.ts';

/** One value for the language that is spoken, made anew when that is another. */
export function perLanguage<T>(make: (locale: string) => T): () => T {
  let made: { readonly locale: string; readonly value: T } | undefined;
  return () => {
    const { locale } = language();
    if (made?.locale !== locale) made = { locale, value: make(locale) };
    return made.value;
  };
}

/** The order of names: without regard to case and accents, numbers by their value. */
export const collator = perLanguage(
  (locale) => new Intl.Collator(locale, { sensitivity: 'base', numeric: true }),
);

const numbers = perLanguage((locale) => new Intl.NumberFormat(locale));

/** `1,234`. */
export const formatNumber = (number: number): string => numbers().format(number);

const lists = perLanguage((locale) => new Intl.ListFormat(locale, { type: 'conjunction', style: 'narrow' }));

/** `a.pdf, b.pdf`. */
export const formatList = (names: readonly string[]): string => lists().format(names);

/** `Busy, on the phone`: two that belong together, as a comma says it. An empty one leaves no comma. */
export const together = (first: string, second: string): string =>
  first === '' || second === '' ? first + second : t('words.together', { first, second });

const UNITS = ['kilobyte', 'megabyte', 'gigabyte'] as const;
const sizes = perLanguage((locale) =>
  UNITS.map((unit) => {
    const format = (maximumFractionDigits: number): Intl.NumberFormat =>
      new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits });
    return { fine: format(1), coarse: format(0) };
  }),
);

/** `10 MB`: octets in powers of 1000, as file managers show them. */
export function formatSize(octets: number): string {
  if (octets < 1000) return t('size.octets', { count: octets });
  const unit = Math.min(UNITS.length, Math.floor(Math.log10(octets) / 3));
  const value = octets / 1000 ** unit;
  const formats = sizes()[unit - 1];
  return (value >= 100 ? formats?.coarse : formats?.fine)?.format(value) ?? '';
}

const languages = perLanguage((locale) => new Intl.DisplayNames(locale, { type: 'language' }));

/** `German`, of a tag. */
export const languageName = (tag: string): string => languages().of(tag) ?? tag;
