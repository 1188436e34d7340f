import { IntlMessageFormat } from 'intl-messageformat';
import { en } from './en.ts';

export type MessageKey = keyof typeof en;

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

export const LOCALE = 'en';
const formats = new Map<MessageKey, IntlMessageFormat>();

/** The words for `key` with its arguments filled in. Plain text: never to be read as HTML. */
export function t<K extends MessageKey>(key: K, ...[values]: Rest<K>): string {
  const text: string = en[key];
  if (values === undefined && !text.includes('{')) return text;
  let format = formats.get(key);
  if (format === undefined) {
    // Tags in messages are not used: without them a `<` in a sentence stays a `<`.
    format = new IntlMessageFormat(text, LOCALE, undefined, { ignoreTag: true });
    formats.set(key, format);
  }
  return String(format.format(values));
}

/** Whether there are words for a key put together from a code. */
export const hasMessage = (key: string): key is MessageKey => Object.hasOwn(en, key);
