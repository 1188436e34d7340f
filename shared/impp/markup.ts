// Our own reader instead of a general one: the language is so small that what it accepts can be seen at a
// glance, and nothing in it (entities, namespaces, doctypes) waits to be switched off.

import { ImppError } from '../errors.ts';

/** An element has text or children, never both: white space between elements is ignored [IMPP 14]. */
export interface Element {
  readonly name: string;
  readonly children: readonly Element[];
  readonly text: string;
}

/** Octets of a whole document [IMPP 14]. */
export const MAX_MARKUP = 65_536;
/** Elements within each other, the root included [IMPP 14]: no recursion over hostile input gets deep. */
export const MAX_MARKUP_DEPTH = 8;

const NAME = /^[a-z][a-z0-9-]*$/;
// The parts cannot match the same character, so a failing match costs no more than one pass over the tag.
const TAG = /<(\/?)([a-z][a-z0-9-]*)[ \t\n]*(\/?)>/y;
const REFERENCE = /&(?:(lt|gt|amp|apos|quot)|#([0-9]+)|#x([0-9a-fA-F]+));|&/g;
/** What XML 1.0 has no way to say, not even as a reference. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const BLANK = /^[ \t\n]*$/;
const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', apos: "'", quot: '"' };
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

const malformed = (what: string) => new ImppError('bad-request', `markup: ${what}`);

const resolve = (whole: string, name?: string, decimal?: string, hex?: string): string => {
  if (name !== undefined) return PREDEFINED[name] ?? '';
  if (decimal === undefined && hex === undefined) throw malformed('an ampersand begins no known reference');
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  const character =
    code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '\0';
  if (NOT_XML.test(character)) throw malformed(`${whole.slice(0, 16)} is no character of XML`);
  return character;
};

interface Open {
  readonly name: string;
  readonly children: Element[];
  /** Raw, references unresolved, so that a white space written as a reference counts as text. */
  text: string;
}

/**
 * Reads a document of the simplified XML of [IMPP 14] in linear time. Throws `bad-request` on anything that
 * section does not allow. `limit`: for a document that is no concern of the page, such as a client's own.
 */
export function parseMarkup(bytes: Uint8Array, limit = MAX_MARKUP): Element {
  if (bytes.length > limit) throw malformed(`over ${limit} octets`);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw new ImppError('bad-request', 'markup: not UTF-8', { cause });
  }
  if (NOT_XML.test(text)) throw malformed('a character that XML does not have');
  // There is no CDATA, so the sequence can only stand in text, where XML forbids it.
  if (text.includes(']]>')) throw malformed(']]> in text');
  if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');

  const stack: Open[] = [];
  let root: Element | undefined;
  let position = 0;
  while (position < text.length) {
    const less = text.indexOf('<', position);
    const stretch = text.slice(position, less === -1 ? text.length : less);
    const top = stack.at(-1);
    if (!BLANK.test(stretch)) {
      if (top === undefined) throw malformed('text outside the root element');
      if (top.children.length > 0) throw malformed(`text beside the elements in <${top.name}>`);
    }
    if (top !== undefined && top.children.length === 0) top.text = stretch;
    if (less === -1) break;

    TAG.lastIndex = less;
    const [tag, slash, name, empty] = TAG.exec(text) ?? [];
    if (tag === undefined || name === undefined || (slash !== '' && empty !== ''))
      throw malformed('a tag that is none');
    position = less + tag.length;

    if (slash === '') {
      if (root !== undefined) throw malformed('a second root element');
      if (stack.length === MAX_MARKUP_DEPTH) throw malformed(`over ${MAX_MARKUP_DEPTH} deep`);
      if (top !== undefined && !BLANK.test(top.text))
        throw malformed(`text beside the elements in <${top.name}>`);
      stack.push({ name, children: [], text: '' });
    } else if (top?.name !== name) {
      throw malformed(`</${name.slice(0, 64)}> closes nothing`);
    }
    if (slash === '' && empty === '') continue;

    const done = stack.pop();
    if (done === undefined) throw malformed('an end without a beginning');
    const element: Element = {
      name,
      children: done.children,
      text:
        done.children.length > 0
          ? ''
          : done.text.includes('&')
            ? done.text.replace(REFERENCE, resolve)
            : done.text,
    };
    const parent = stack.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  }
  if (root === undefined || stack.length > 0) throw malformed('it ends too early');
  return root;
}

function write(element: Element, depth: number, out: string[]): void {
  const { name, children, text } = element;
  if (depth > MAX_MARKUP_DEPTH) throw malformed(`over ${MAX_MARKUP_DEPTH} deep`);
  if (!NAME.test(name)) throw malformed(`"${name.slice(0, 64)}" is no name`);
  if (children.length > 0 && text !== '') throw malformed(`text beside the elements in <${name}>`);
  if (NOT_XML.test(text)) throw malformed('a character that XML does not have');
  if (children.length === 0 && text === '') {
    out.push('<', name, '/>');
    return;
  }
  out.push(
    '<',
    name,
    '>',
    text.replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? ''),
  );
  for (const child of children) write(child, depth + 1, out);
  out.push('</', name, '>');
}

/** Writes a document, without white space between elements. Throws `bad-request` for what {@link parseMarkup} would refuse. */
export function formatMarkup(element: Element, limit = MAX_MARKUP): Uint8Array<ArrayBuffer> {
  const out: string[] = [];
  write(element, 1, out);
  const bytes = encoder.encode(out.join(''));
  if (bytes.length > limit) throw malformed(`over ${limit} octets`);
  return bytes;
}

/** What people typed, without what XML cannot say: a stray control character must not cost them the whole note. */
export const sayable = (text: string): string =>
  text.toWellFormed().replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');

/** An element that holds text. */
export const textElement = (name: string, text: string): Element => ({ name, children: [], text });
/** An element that holds elements. */
export const listElement = (name: string, children: readonly Element[]): Element => ({
  name,
  children,
  text: '',
});

/** Of a container: no text of its own. `<acl> </acl>` reads as white space, which is nothing. */
export const isBlank = (element: Element): boolean => BLANK.test(element.text);
