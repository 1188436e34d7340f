// The words of the language that is spoken now, for the window and for the program: one language in each process.

import { IntlMessageFormat } from 'intl-messageformat';
import { en } from './en.ts';
import { directionOf, ENGLISH, type Spoken } from './languages.ts';

export type MessageKey = keyof typeof en;
/** The messages of a language other than English, by key. What is not there is said in English. */
export type Translation = Readonly<Record<string, string>>;

// The arguments of a message are read from its text, so that a forgotten or misspelt one does not compile.
type ArgumentOf<Text extends string> = Text extends `${infer Name},${string}` ? Name : Text;
type Identifier<Name extends string> = Name extends `${string} ${string}` | `${string}#${string}`
  ? never
  : Name;
type Arguments<Text extends string> = Text extends `${string}{${infer Inner}}${infer Rest}`
  ? Identifier<ArgumentOf<Inner>> | Arguments<Rest>
  : never;
type Values<K extends MessageKey> = { readonly [N in Arguments<(typeof en)[K]>]: string | number };
type Rest<K extends MessageKey> = [Arguments<(typeof en)[K]>] extends [never] ? [] : [values: Values<K>];

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/**
 * Characters that set the direction of what stands between them: by its own first letter, or one way. What is put
 * together has isolates in it already, and its first letter may be hidden in one.
 */
const ISOLATE = { open: '\u2068', ltr: '\u2066', rtl: '\u2067', close: '\u2069' };

const listeners = new Set<() => void>();
let spoken: Spoken = ENGLISH;
let texts: Translation = {};
const formats = new Map<MessageKey, IntlMessageFormat>();

/** The language that is spoken now. */
export const language = (): Spoken => spoken;

/** Calls when another language is spoken: whoever shows words asks for them anew. Returns the off. */
export function onSpoken(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** From now on all words are of this language. */
export function speak(next: Spoken, translation: Translation): void {
  spoken = next;
  texts = translation;
  formats.clear();
  for (const listener of listeners) listener();
}

/** The words for `key` with its arguments filled in. Plain text: never to be read as HTML. */
export function t<K extends MessageKey>(key: K, ...[values]: Rest<K>): string {
  const own = Object.hasOwn(texts, key) ? texts[key] : undefined;
  const text = own ?? en[key];
  if (values === undefined && !text.includes('{')) return text;
  let format = formats.get(key);
  if (format === undefined) {
    // Tags in messages are not used: without them a `<` in a sentence stays a `<`.
    format = new IntlMessageFormat(text, own === undefined ? ENGLISH.locale : spoken.locale, undefined, {
      ignoreTag: true,
    });
    formats.set(key, format);
  }
  return String(format.format(isolated(values)));
}

/** Names and addresses that run the other way keep their signs to themselves, and the sentence keeps its order. */
function isolated(
  values: Readonly<Record<string, string | number>> | undefined,
): Readonly<Record<string, string | number>> | undefined {
  if (values === undefined) return undefined;
  const direction = directionOf(spoken.language);
  const isolate = (text: string): string => {
    const isAway = direction === 'rtl' ? /\p{L}/u.test(text) : RIGHT_TO_LEFT.test(text);
    if (!isAway) return text;
    return `${text.includes(ISOLATE.open) ? ISOLATE[direction] : ISOLATE.open}${text}${ISOLATE.close}`;
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? isolate(value) : value]),
  );
}

/** Whether there are words for a key put together from a code. */
export const hasMessage = (key: string): key is MessageKey => Object.hasOwn(en, key);
