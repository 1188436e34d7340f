// What people type as text: paragraphs, code, quotes and lists. There is no HTML in it, and no heading, table or
// rule: nobody means those in a conversation. What is marked is in `inline.ts`.

import { addNode, type Inline, parseInline } from './inline.ts';

export interface ListItem {
  /** How far it is indented: 0, 1 or 2. */
  readonly level: number;
  /** As it was typed; without it the item has a bullet. */
  readonly number?: number;
  readonly children: readonly Inline[];
}

export type Block =
  /** Line ends stand in its texts, and are shown. */
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  /** `language`: the word after the opening fence. */
  | { readonly type: 'code-block'; readonly language?: string; readonly text: string }
  | { readonly type: 'quote'; readonly children: readonly Block[] }
  | { readonly type: 'list'; readonly items: readonly ListItem[] };

/** Quotes within each other; further marks are shown as they are. */
const MAX_QUOTES = 3;
/** A mark and a space, or more marks and then a space: `>.<` is a face. */
const QUOTE = /^>(?:$|[ \t]|(?=>+(?:[ \t]|$)))/;
const ITEM = /^([ \t]*)(?:[-*]|(0|[1-9]\d{0,2})[.)])[ \t]+(\S.*)$/;
const SAYING = /[\p{L}\p{N}\p{ExtPict}]/u;
const FENCE = '```';
const OPENING = /^```([^`]*)$/;
const LANGUAGE = /^[A-Za-z][\w+#.-]{0,29}$/;

const isBlank = (line: string): boolean => line.trim() === '';

/** A fence alone, or behind the last line of what it closes. */
const closes = (line: string): boolean => {
  const text = line.trimEnd();
  return text.endsWith(FENCE) && text.indexOf(FENCE) === text.length - FENCE.length;
};

/** For each line the nearest one from there on that closes a fence. */
function closingLines(lines: readonly string[]): (number | undefined)[] {
  const closing: (number | undefined)[] = Array.from({ length: lines.length });
  for (let at = lines.length - 1; at >= 0; at -= 1)
    closing[at] = closes(lines[at] ?? '') ? at : closing[at + 1];
  return closing;
}

interface Taken {
  /** Undefined for lines that are the block's own and yet nothing: they are shown as they are. */
  readonly block: Block | undefined;
  /** The first line after it. */
  readonly next: number;
}

function takeCode(
  lines: readonly string[],
  at: number,
  closing: readonly (number | undefined)[],
): Taken | undefined {
  const [, rest] = OPENING.exec(lines[at] ?? '') ?? [];
  const end = closing[at + 1];
  if (rest === undefined || end === undefined) return undefined;
  const last = (lines[end] ?? '').trimEnd().slice(0, -FENCE.length);
  const word = rest.trim();
  // Who closes behind the last line has opened before the first one.
  const isLanguage = LANGUAGE.test(word) && isBlank(last);
  const content = [
    ...(isLanguage || word === '' ? [] : [rest]),
    ...lines.slice(at + 1, end),
    ...(isBlank(last) ? [] : [last]),
  ];
  if (content.every(isBlank)) return undefined;
  const text = content.join('\n');
  return { block: { type: 'code-block', ...(isLanguage ? { language: word } : {}), text }, next: end + 1 };
}

function takeQuote(lines: readonly string[], at: number, depth: number): Taken | undefined {
  if (depth >= MAX_QUOTES) return undefined;
  let next = at;
  while (next < lines.length && QUOTE.test(lines[next] ?? '')) next += 1;
  const inner = lines.slice(at, next).map((line) => line.replace(/^>[ \t]?/, ''));
  if (inner.length === 0) return undefined;
  if (inner.every((line) => /^[>\s]*$/.test(line))) return { block: undefined, next };
  return { block: { type: 'quote', children: parseBlocks(inner, depth + 1) }, next };
}

function itemOf(line: string): ListItem | undefined {
  const [, indent = '', number, content] = ITEM.exec(line) ?? [];
  if (content === undefined) return undefined;
  // `* smiles *` is no item, nor is a line that is drawn with them.
  if ((/^\s*\*/.test(line) && content.endsWith('*')) || !SAYING.test(content)) return undefined;
  const level = Math.min(2, Math.floor(indent.replaceAll('\t', '    ').length / 2));
  return {
    level,
    ...(number === undefined ? {} : { number: Number(number) }),
    children: parseInline(content),
  };
}

function takeList(lines: readonly string[], at: number): Taken | undefined {
  const items: ListItem[] = [];
  for (let next = at; ; next += 1) {
    const item = next < lines.length ? itemOf(lines[next] ?? '') : undefined;
    if (item === undefined) return items.length === 0 ? undefined : { block: { type: 'list', items }, next };
    items.push(item);
  }
}

function paragraphOf(lines: readonly string[]): Block {
  const children: Inline[] = [];
  lines.forEach((line, index) => {
    if (index > 0) addNode(children, { type: 'text', text: '\n' });
    for (const node of parseInline(line)) addNode(children, node);
  });
  return { type: 'paragraph', children };
}

function parseBlocks(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = [];
  const closing = closingLines(lines);
  let start = 0;
  /** The lines that belong to no block; empty ones beside a block are the space around it. */
  const endParagraph = (end: number, isLast: boolean) => {
    let from = start;
    let to = end;
    while (blocks.length > 0 && from < to && isBlank(lines[from] ?? '')) from += 1;
    while (!isLast && from < to && isBlank(lines[to - 1] ?? '')) to -= 1;
    if (from < to) blocks.push(paragraphOf(lines.slice(from, to)));
  };
  let at = 0;
  while (at < lines.length) {
    const taken = takeCode(lines, at, closing) ?? takeQuote(lines, at, depth) ?? takeList(lines, at);
    if (taken?.block === undefined) {
      at = taken?.next ?? at + 1;
      continue;
    }
    endParagraph(at, false);
    blocks.push(taken.block);
    at = taken.next;
    start = at;
  }
  endParagraph(lines.length, true);
  return blocks;
}

/** Reads what somebody typed, in linear time whatever it is. Text without marks is one paragraph, as it stands. */
export const parse = (text: string): Block[] => parseBlocks(text.split(/\r\n?|\n/), 0);

/** Characters of a text that are looked at for a preview: several times what fits a line. */
const PREVIEWED = 2000;

const inlineText = (nodes: readonly Inline[]): string =>
  nodes.map((node) => ('children' in node ? inlineText(node.children) : node.text)).join('');

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return inlineText(block.children);
    case 'code-block':
      return block.text;
    case 'quote':
      return block.children.map(blockText).join(' ');
    case 'list':
      return block.items.map(({ children }) => inlineText(children)).join(' ');
  }
}

/** The text in one line without its marks, for a preview: its beginning, and of quotes only if there is no more. */
export function plain(text: string): string {
  const blocks = parse(text.slice(0, PREVIEWED).toWellFormed());
  const own = blocks.filter(({ type }) => type !== 'quote');
  const shown = own.map(blockText).join(' ').trim() === '' ? blocks : own;
  return shown.map(blockText).join(' ').replace(/\s+/gu, ' ').trim();
}
