// The emoji of Unicode with their names. A tenth of a megabyte, so it comes with the first one that somebody picks.

import type { Language } from '../../../shared/i18n/languages.ts';
import { language } from '../../../shared/i18n/t.ts';

export interface Emoji {
  readonly sign: string;
  /** `thumbs up` */
  readonly label: string;
  /** What is typed between colons: `thumbsup`, `+1`. */
  readonly names: readonly string[];
  readonly tags: readonly string[];
  /** As Unicode groups them; 2, parts of others, is none that is picked. */
  readonly group: number;
}

export const GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const;
const PARTS = 2;

// Named one by one, so that a bundler gives each a file of its own. Of Arabic and Turkish there is none.
const NAMED = {
  de: () => import('emojibase-data/de/compact.json'),
  en: () => import('emojibase-data/en/compact.json'),
  es: () => import('emojibase-data/es/compact.json'),
  fr: () => import('emojibase-data/fr/compact.json'),
  it: () => import('emojibase-data/it/compact.json'),
  ja: () => import('emojibase-data/ja/compact.json'),
  nl: () => import('emojibase-data/nl/compact.json'),
  pl: () => import('emojibase-data/pl/compact.json'),
  pt: () => import('emojibase-data/pt/compact.json'),
} as const satisfies Partial<Record<Language, () => Promise<unknown>>>;

const loading = new Map<Language, Promise<readonly Emoji[]>>();

/**
 * All emoji in the order of Unicode, called as in the language that is spoken; what is typed between colons is the same
 * in all. Tried again when it failed.
 */
export function loadEmoji(): Promise<readonly Emoji[]> {
  const { language: name } = language();
  const known = loading.get(name);
  if (known !== undefined) return known;
  const started = load(name).catch((error: unknown) => {
    loading.delete(name);
    throw error;
  });
  loading.set(name, started);
  return started;
}

async function load(name: Language): Promise<readonly Emoji[]> {
  const [{ default: all }, { default: names }] = await Promise.all([
    NAMED[name === 'ar' || name === 'tr' ? 'en' : name](),
    import('emojibase-data/en/shortcodes/github.json'),
  ]);
  return all
    .filter(({ group }) => group !== undefined && group !== PARTS)
    .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map(({ unicode, label, tags = [], hexcode, group = 0 }) => ({
      sign: unicode,
      label,
      names: [names[hexcode] ?? label.replaceAll(/[^\p{L}\p{N}]+/gu, '_')].flat(),
      tags,
      group,
    }));
}

/** Those that fit what was typed, the best first: whole names, beginnings of names, then of words. */
export function findEmoji(all: readonly Emoji[], typed: string, limit: number): readonly Emoji[] {
  const wanted = typed.toLocaleLowerCase().trim().replaceAll(/\s+/g, ' ');
  if (wanted === '') return [];
  const name = wanted.replaceAll(' ', '_');
  const ranked = [0, 1, 2, 3].map((): Emoji[] => []);
  for (const one of all) {
    const rank = one.names.includes(name)
      ? 0
      : one.names.some((known) => known.startsWith(name))
        ? 1
        : begins(one.label, wanted)
          ? 2
          : one.tags.some((tag) => begins(tag, wanted))
            ? 3
            : undefined;
    if (rank !== undefined) ranked[rank]?.push(one);
  }
  return ranked.flat().slice(0, limit);
}

const begins = (text: string, wanted: string): boolean =>
  text.startsWith(wanted) || text.includes(` ${wanted}`);

/** The emoji of a name typed whole, without its colons. */
export const emojiNamed = (all: readonly Emoji[], name: string): Emoji | undefined =>
  all.find(({ names }) => names.includes(name.toLocaleLowerCase()));

const LAST = 18;
let last: readonly string[] = [];

/** Those that were picked in this window, the newest first. */
export const lastUsed = (): readonly string[] => last;

export function use(sign: string): void {
  last = [sign, ...last.filter((one) => one !== sign)].slice(0, LAST);
}
