// The lines of vCards: RFC 6350 section 3.3, and what RFC 2426 and vCard 2.1 have differently. Reads whatever
// address books write; time and memory are linear in the text.

/** A property. Names are upper case, without the group before the dot. */
export interface Line {
  readonly name: string;
  /** Names upper case; the values of one that stands twice together. */
  readonly parameters: ReadonlyMap<string, readonly string[]>;
  /** Raw: what a backslash means depends on the property. */
  readonly value: string;
}

const NAME = /^(?:[A-Za-z0-9-]+\.)?(?<name>[A-Za-z0-9-]+)(?=[;:])/;
const PARAMETER =
  /;[ \t]*(?<key>[A-Za-z0-9-]+)(?:=(?<value>(?:"[^"]*"|[^";:,])*(?:,(?:"[^"]*"|[^";:,])*)*))?/y;
/** Characters in front of the value: no address book writes more, and what searches them stays quick. */
const LONGEST_HEAD = 4096;

/** Of vCard 2.1, where a line that ends with an equals sign goes on in the next. */
const isQuotedPrintable = (line: string): boolean => {
  const head = line.slice(0, LONGEST_HEAD);
  return head.slice(0, head.indexOf(':')).toUpperCase().includes('QUOTED-PRINTABLE');
};

/** Parts that are to be one line again. */
const unfolded = (text: string): string[] => {
  const lines: string[][] = [];
  let isEncoded = false;
  let isSoft = false;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const last = lines.at(-1);
    if (last !== undefined && isSoft) last.push('\n', line);
    else if (last !== undefined && /^[ \t]/.test(line)) last.push(line.slice(1));
    else {
      lines.push([line]);
      isEncoded = isQuotedPrintable(line);
    }
    isSoft = isEncoded && line.endsWith('=');
  }
  return lines.map((parts) => parts.join(''));
};

const decodeQuotedPrintable = (text: string, charset: string): string => {
  const octets: number[] = [];
  const encoded = new TextEncoder().encode(text.replaceAll(/=[ \t]*\n/g, ''));
  for (let index = 0; index < encoded.length; index++) {
    const octet = encoded[index] ?? 0;
    const hex = octet === 0x3d ? String.fromCharCode(...encoded.subarray(index + 1, index + 3)) : '';
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      octets.push(Number.parseInt(hex, 16));
      index += 2;
    } else octets.push(octet);
  }
  try {
    return new TextDecoder(charset).decode(Uint8Array.from(octets));
  } catch {
    // A charset that nobody knows.
    return new TextDecoder().decode(Uint8Array.from(octets));
  }
};

const parseLine = (text: string): Line | undefined => {
  const head = text.slice(0, LONGEST_HEAD);
  const found = NAME.exec(head);
  const name = found?.groups?.['name'];
  if (found === null || name === undefined) return undefined;
  const parameters = new Map<string, string[]>();
  let end = found[0].length;
  PARAMETER.lastIndex = end;
  for (let next = PARAMETER.exec(head); next !== null; next = PARAMETER.exec(head)) {
    end = PARAMETER.lastIndex;
    const { key = '', value } = next.groups ?? {};
    // vCard 2.1 leaves out the name of a type: `TEL;HOME:`.
    const named = value === undefined ? 'TYPE' : key.toUpperCase();
    const values = (value ?? key).split(',').map((one) => one.replaceAll('"', '').trim());
    parameters.set(named, [...(parameters.get(named) ?? []), ...values]);
  }
  if (text[end] !== ':') return undefined;
  const raw = text.slice(end + 1);
  const isEncoded = [...parameters.values()].some((values) =>
    values.some((value) => value.toUpperCase() === 'QUOTED-PRINTABLE'),
  );
  const charset = parameters.get('CHARSET')?.[0] ?? 'utf-8';
  const value = isEncoded ? decodeQuotedPrintable(raw, charset) : raw;
  return { name: name.toUpperCase(), parameters, value };
};

/** The properties of a text, in order; what is none is passed over. */
export const readLines = (text: string): Line[] => unfolded(text).flatMap((line) => parseLine(line) ?? []);

/** A text value: what a backslash stands before is meant literally, `\n` is a line end. */
export const unescape = (value: string): string =>
  value.replaceAll(/\\(.)/gs, (_, letter: string) => (letter === 'n' || letter === 'N' ? '\n' : letter));

/** The parts of a value between separators that no backslash stands before; still escaped. */
export const splitValue = (value: string, separator: ',' | ';'): string[] => {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < value.length; index++) {
    if (value[index] === '\\') index++;
    else if (value[index] === separator) {
      parts.push(value.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(value.slice(start));
  return parts;
};

export const escape = (text: string): string =>
  text.replaceAll(/[\\,;]/g, String.raw`\$&`).replaceAll(/\r\n?|\n/g, String.raw`\n`);

/** Octets of a line without its end. */
const LONGEST = 75;

/** A line with its end, folded where it gets too long, never within a character. */
export const writeLine = (name: string, value: string): string => {
  const out: string[] = [];
  let part = '';
  let octets = 0;
  for (const letter of `${name}:${value}`) {
    const size = Buffer.byteLength(letter);
    if (octets + size > LONGEST) {
      out.push(part);
      part = ' ';
      octets = 1;
    }
    part += letter;
    octets += size;
  }
  out.push(part);
  return `${out.join('\r\n')}\r\n`;
};
