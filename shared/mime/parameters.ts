// Values with parameters, as in Content-Type and Content-Disposition [RFC 2045 5.1, RFC 2231], read tolerantly.

export interface Parameterized {
  /** Before the first `;`, in lower case. */
  readonly value: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /;[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/gs;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** `utf-8'en'caf%C3%A9`; other charsets keep their percent signs. */
function decodeExtended(text: string): string {
  const [, charset = 'utf-8', encoded = text] = /^([^']*)'[^']*'(.*)$/s.exec(text) ?? [];
  if (!/^(?:utf-8|us-ascii|)$/i.test(charset)) return encoded;
  return encoded.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    decoder.decode(Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16))),
  );
}

/** Of two parameters of a name the first counts, and of two forms of one the extended. */
export function parseParameterized(text: string): Parameterized {
  const semicolon = text.indexOf(';');
  const value = (semicolon === -1 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  if (semicolon === -1) return { value, parameters };
  const plain = new Map<string, string>();
  /** By name, by number of the piece [RFC 2231 3]. */
  const pieces = new Map<string, { number: number; isExtended: boolean; text: string }[]>();
  for (const [, name = '', quoted, bare = ''] of text.slice(semicolon).matchAll(PARAMETER)) {
    const content = quoted === undefined ? bare.trim() : quoted.replace(/\\(.)/gs, '$1');
    const [, base = '', number, star] = /^([^*]+)(?:\*(\d{1,3}))?(\*)?$/.exec(name.toLowerCase()) ?? [];
    if (base === '') continue;
    if (number === undefined && star === undefined) {
      if (!plain.has(base)) plain.set(base, content);
      continue;
    }
    const list = pieces.get(base) ?? [];
    list.push({ number: Number(number ?? 0), isExtended: star !== undefined, text: content });
    pieces.set(base, list);
  }
  for (const [name, content] of plain) parameters.set(name, content);
  for (const [name, list] of pieces) {
    const sorted = list.sort((a, b) => a.number - b.number);
    // Percent signs are decoded over the whole: a character may be cut in two by the pieces.
    const joined = sorted.map((piece) => piece.text).join('');
    parameters.set(name, sorted[0]?.isExtended ? decodeExtended(joined) : joined);
  }
  return { value, parameters };
}
