// What people type within a line: bold, italic, code, links. Whoever does not know of it sees what was typed:
// a mark counts only at the edge of a word, with its other half in the same line and something to mark between.
// There are no escapes: a backslash is a backslash.

import { findLinks, type LinkSpan, LONGEST_LINK, linkTarget } from './links.ts';

export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'bold' | 'italic'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string }
  /**
   * `url` is what opens: http, https, mailto, or the canonical impp URL of a person. A named link says something
   * else than where it goes, and is shown together with that.
   */
  | { readonly type: 'link'; readonly text: string; readonly url: string; readonly isNamed: boolean };

/** `*italic*`, `_italic_`, `**bold**`. Two low lines are the names of programs (`__init__`). */
type Mark = '*' | '**' | '_';

/** A mark is plain text until its other half is found. */
interface MarkToken {
  readonly mark: Mark;
  /** Where it stands. */
  readonly at: number;
  role: 'none' | 'open' | 'close';
}

type Token = { readonly node: Inline } | MarkToken;

// Scripts that write without spaces have edges of words everywhere.
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/u;
const BEFORE_OPENING = /[\s([{<"'«“‘„‚‹¿¡–—…\p{ExtPict}]/u;
const AFTER_CLOSING = /[\s)\]}>"'»”’›.,;:!?–—…\-\p{ExtPict}]/u;
const SPACE = /\s/u;
const WORD = /[\p{L}\p{N}]/u;
/** Without one of these there is nothing to mark: `*.*` is what it is. */
const MARKABLE = /[\p{L}\p{N}\p{ExtPict}]/u;
const SPECIAL = /[`[*_]/g;
const RUN = /[*_]+/y;
const TICKS = /`+/y;
const ALL_TICKS = /`+/g;
/** What is the name of a link: short, without brackets. Bounded, so that many open brackets cost little. */
const NAMED = new RegExp(`\\[([^\\[\\]]{1,200})\\]\\(([^\\s\\[\\]<>"]{1,${LONGEST_LINK}})`, 'y');
/** What could be read as an address, and so as another one than where the link goes. */
const LIKE_ADDRESS = /:\/\/|@|www|[\p{L}\p{N}-]\s?\.\s?\p{L}{2,}/iu;
/** What is not seen, or turns what is seen around; the joiners of scripts and emoji do neither. */
const UNSEEN = /(?![\u200c\u200d])[\p{C}\u2028\u2029\u115f\u1160\u3164\uffa0]/u;

const codePointBefore = (text: string, at: number): string => {
  const unit = text.charAt(at - 1);
  return /[\udc00-\udfff]/.test(unit) ? text.slice(at - 2, at) : unit;
};
const codePointAt = (text: string, at: number): string =>
  at < text.length ? String.fromCodePoint(text.codePointAt(at) ?? 0) : '';

/** Of a word that has edges: "it`s" opens nothing, nor does it close anything. */
const isWord = (character: string): boolean => WORD.test(character) && !UNSPACED.test(character);

/** Where runs of backticks begin that open code, with where it ends. One pass, from the end. */
function findCode(line: string): Map<number, { readonly start: number; readonly end: number }> {
  const found = new Map<number, { readonly start: number; readonly end: number }>();
  const next = new Map<number, number>();
  const runs = line.includes('`') ? [...line.matchAll(ALL_TICKS)].reverse() : [];
  for (const { 0: ticks, index } of runs) {
    const length = ticks.length;
    if (length > 3) continue;
    const start = index + length;
    const before = codePointBefore(line, index);
    const after = codePointAt(line, start);
    const closing = next.get(length);
    if (closing !== undefined && !isWord(before) && !SPACE.test(after))
      found.set(index, { start, end: closing });
    if (!isWord(after) && !SPACE.test(before)) next.set(length, index);
  }
  return found;
}

class Line {
  readonly #line: string;
  readonly #tokens: Token[] = [];
  /** Marks that wait for their other half; of each kind the last one only. */
  #open: MarkToken[] = [];

  constructor(line: string) {
    this.#line = line;
  }

  parse(): Inline[] {
    const line = this.#line;
    const links = findLinks(line);
    const code = findCode(line);
    let nextLink = 0;
    let special = -1;
    let at = 0;
    while (at < line.length) {
      while ((links[nextLink]?.start ?? line.length) < at) nextLink += 1;
      const link = links[nextLink];
      if (special < at) {
        SPECIAL.lastIndex = at;
        special = SPECIAL.exec(line)?.index ?? line.length;
      }
      const stop = Math.min(special, link?.start ?? line.length);
      this.#addText(at, stop);
      at = stop;
      if (at === line.length) break;
      at = at === link?.start ? this.#addLink(link) : this.#addSpecial(at, code);
    }
    return this.#tree();
  }

  /** Adds what stands at `at`, and gives where it ends. */
  #addSpecial(at: number, code: ReturnType<typeof findCode>): number {
    const sign = this.#line.charAt(at);
    if (sign === '[') return this.#addNamed(at);
    if (sign !== '`') return this.#addRun(at);
    TICKS.lastIndex = at;
    const length = TICKS.exec(this.#line)?.[0].length ?? 1;
    const span = code.get(at);
    if (span === undefined) {
      this.#addText(at, at + length);
      return at + length;
    }
    this.#tokens.push({ node: { type: 'code', text: this.#line.slice(span.start, span.end) } });
    return span.end + length;
  }

  #addText(start: number, end: number): void {
    if (start < end) this.#tokens.push({ node: { type: 'text', text: this.#line.slice(start, end) } });
  }

  #addLink({ start, end, url }: LinkSpan): number {
    const text = this.#line.slice(start, end);
    // Marks at its end belong to the text around it, if they were opened there.
    const marks = /[*_]+$/.exec(text)?.[0] ?? '';
    const isOpen = marks !== '' && this.#open.some(({ mark }) => marks.startsWith(mark));
    const shown = isOpen ? text.slice(0, -marks.length) : text;
    const target = isOpen ? linkTarget(shown) : url;
    if (target === undefined) this.#addText(start, start + shown.length);
    else this.#tokens.push({ node: { type: 'link', text: shown, url: target, isNamed: false } });
    return start + shown.length;
  }

  /** `[text](url)`; the bracket alone if it is no such thing, and what follows is looked at for itself. */
  #addNamed(at: number): number {
    NAMED.lastIndex = at;
    const [, text = '', rest = ''] = NAMED.exec(this.#line) ?? [];
    const target = rest.slice(0, closingBracket(rest));
    const url = target.length < rest.length && isName(text) ? linkTarget(target) : undefined;
    if (url === undefined) {
      this.#addText(at, at + 1);
      return at + 1;
    }
    this.#tokens.push({ node: { type: 'link', text, url, isNamed: true } });
    return at + 1 + text.length + 2 + target.length + 1;
  }

  /** All marks that stand together; they open or close by what is around them. */
  #addRun(at: number): number {
    const line = this.#line;
    RUN.lastIndex = at;
    const run = RUN.exec(line)?.[0] ?? '';
    const end = at + run.length;
    const before = codePointBefore(line, at);
    const after = codePointAt(line, end);
    const isSpaceBefore = before === '' || SPACE.test(before);
    const isSpaceAfter = after === '' || SPACE.test(after);
    const isUnspaced = UNSPACED.test(before) || UNSPACED.test(after);
    const canOpen = !isSpaceAfter && (before === '' || BEFORE_OPENING.test(before) || isUnspaced);
    const canClose = !isSpaceBefore && (after === '' || AFTER_CLOSING.test(after) || isUnspaced);
    // Between two punctuation marks nobody can say which it is.
    const isUnclear = canOpen && canClose && !isUnspaced;
    const marks = isUnclear || (!canOpen && !canClose) ? undefined : this.#marksOf(run);
    if (marks === undefined) {
      this.#addText(at, end);
      return end;
    }
    let start = at;
    for (const mark of marks) {
      const token: MarkToken = { mark, at: start, role: 'none' };
      this.#tokens.push(token);
      if (!(canClose && this.#close(token)) && canOpen) this.#opened(token);
      start += mark.length;
    }
    return end;
  }

  /** Undefined for a run that people draw lines with. */
  #marksOf(run: string): Mark[] | undefined {
    if (!/^(?:_?\*{1,3}|\*{1,3}_|_)$/.test(run)) return undefined;
    // Of three stars the ones that were opened last close first.
    const isItalicLast = this.#open.findLast(({ mark }) => mark !== '_')?.mark === '*';
    return (run.replace('***', isItalicLast ? '* **' : '** *').match(/\*\*|\*|_/g) ?? []) as Mark[];
  }

  #opened(token: MarkToken): void {
    this.#open = this.#open.filter(({ mark }) => mark !== token.mark);
    this.#open.push(token);
  }

  /** Whether it is the other half of one that waits. */
  #close(token: MarkToken): boolean {
    const index = this.#open.findIndex(({ mark }) => mark === token.mark);
    const opening = this.#open[index];
    if (opening === undefined) return false;
    this.#open.length = index;
    if (!MARKABLE.test(this.#line.slice(opening.at, token.at))) return false;
    opening.role = 'open';
    token.role = 'close';
    return true;
  }

  #tree(): Inline[] {
    const root: Inline[] = [];
    const stack = [root];
    for (const token of this.#tokens) {
      const siblings = stack.at(-1) ?? root;
      if ('node' in token) addNode(siblings, token.node);
      else if (token.role === 'none') addNode(siblings, { type: 'text', text: token.mark });
      else if (token.role === 'close') stack.pop();
      else {
        const children: Inline[] = [];
        siblings.push({ type: token.mark === '**' ? 'bold' : 'italic', children });
        stack.push(children);
      }
    }
    return root;
  }
}

/** Where the bracket closes that was open before; the length if it does not. */
function closingBracket(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')' && --depth < 0) return at;
  }
  return text.length;
}

const isName = (text: string): boolean =>
  MARKABLE.test(text) && !UNSEEN.test(text) && !LIKE_ADDRESS.test(text.normalize('NFKC'));

/** Adds a node; texts that meet become one. */
export function addNode(nodes: Inline[], node: Inline): void {
  const last = nodes.at(-1);
  if (node.type === 'text' && last?.type === 'text')
    nodes[nodes.length - 1] = { type: 'text', text: last.text + node.text };
  else nodes.push(node);
}

/** Most of what people write has none of these. */
const MARKED = /[`[*_:]/;

/** One line, as what it consists of. Linear in its length. */
export function parseInline(line: string): Inline[] {
  if (MARKED.test(line)) return new Line(line).parse();
  return line === '' ? [] : [{ type: 'text', text: line }];
}
