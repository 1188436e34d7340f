// What the buttons of the composer write into its text: the marks that people would type themselves.

export type Format = 'bold' | 'italic' | 'code' | 'quote' | 'list' | 'link';

/** What takes the place of the characters from `from` to `to`, and what is marked then. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const AROUND = { bold: '**', italic: '_', code: '`' } as const;
const BEFORE = { quote: '> ', list: '- ' } as const;
const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/i;

/** The edit that gives what is marked a format, or takes it away where it has it. */
export function formatEdit(text: string, start: number, end: number, format: Format): Edit {
  if (format === 'quote' || format === 'list') return linesEdit(text, start, end, BEFORE[format]);
  if (format === 'link') return linkEdit(text, start, end);
  if (format === 'code' && text.slice(start, end).includes('\n')) return blockEdit(text, start, end);
  return aroundEdit(text, start, end, AROUND[format]);
}

function aroundEdit(text: string, start: number, end: number, mark: string): Edit {
  // A mark counts at the edge of a word only: spaces at the edges of what is marked stay outside.
  const marked = text.slice(start, end);
  const from = start + (marked.length - marked.trimStart().length);
  const to = marked.trim() === '' ? from : end - (marked.length - marked.trimEnd().length);
  const inner = text.slice(from, to);
  const size = mark.length;
  if (text.slice(from - size, from) === mark && text.slice(to, to + size) === mark)
    return { from: from - size, to: to + size, text: inner, start: from - size, end: to - size };
  if (inner.length > 2 * size && inner.startsWith(mark) && inner.endsWith(mark)) {
    const bare = inner.slice(size, -size);
    return { from, to, text: bare, start: from, end: from + bare.length };
  }
  return { from, to, text: mark + inner + mark, start: from + size, end: to + size };
}

function blockEdit(text: string, start: number, end: number): Edit {
  const inner = text.slice(start, end).replace(/\n$/, '');
  const before = start > 0 && text[start - 1] !== '\n' ? '\n' : '';
  const after = end < text.length && text[end] !== '\n' ? '\n' : '';
  const opening = `${before}\`\`\`\n`;
  const at = start + opening.length;
  return {
    from: start,
    to: end,
    text: `${opening}${inner}\n\`\`\`${after}`,
    start: at,
    end: at + inner.length,
  };
}

/** The mark before each line, or away from each where all have it. */
function linesEdit(text: string, start: number, end: number, mark: string): Edit {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', Math.max(start, end - 1));
  const to = next < 0 ? text.length : next;
  const lines = text.slice(from, to).split('\n');
  const isOn = lines.every((line) => line.startsWith(mark));
  const changed = lines.map((line) => (isOn ? line.slice(mark.length) : mark + line)).join('\n');
  const isEmpty = start === end;
  return {
    from,
    to,
    text: changed,
    start: isEmpty ? from + changed.length : from,
    end: from + changed.length,
  };
}

function linkEdit(text: string, start: number, end: number): Edit {
  const marked = text.slice(start, end);
  if (ADDRESS.test(marked)) {
    // Where it goes is known: its name is written.
    return { from: start, to: end, text: `[](${marked})`, start: start + 1, end: start + 1 };
  }
  const at = start + marked.length + 3;
  return { from: start, to: end, text: `[${marked}](https://)`, start: at, end: at + 'https://'.length };
}

/** Does an edit in a field as if it was typed: it can be undone, and the field tells of it. */
export function applyEdit(field: HTMLTextAreaElement, { from, to, text, start, end }: Edit): void {
  field.focus();
  field.setSelectionRange(from, to);
  // The only way that keeps what can be undone. Where there is none, the text is set all the same.
  // oxlint-disable-next-line typescript/no-deprecated
  const isTyped = text !== '' && document.execCommand?.('insertText', false, text) === true;
  if (!isTyped) {
    // Past the setter by which React knows what it wrote itself: this is not its own.
    const changed = field.value.slice(0, from) + text + field.value.slice(to);
    Reflect.set(HTMLTextAreaElement.prototype, 'value', changed, field);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  field.setSelectionRange(start, end);
}
