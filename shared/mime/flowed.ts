/**
 * Text of `format=flowed` with its soft line breaks taken out [RFC 3676]. Lines end in LF. Quoted lines keep
 * their marks, and flow only into lines of the same depth.
 */
export function unflow(text: string, deletesSpace: boolean): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  let depth = 0;
  const endParagraph = () => {
    if (paragraph.length > 0) out.push('>'.repeat(depth) + (depth > 0 ? ' ' : '') + paragraph.join(''));
    paragraph = [];
  };
  for (const line of text.split('\n')) {
    const marks = /^>*/.exec(line)?.[0].length ?? 0;
    const content = line.slice(marks).replace(/^ /, '');
    if (paragraph.length > 0 && marks !== depth) endParagraph();
    depth = marks;
    // The separator before a signature ends in a space and does not flow.
    const isSoft = content.endsWith(' ') && content !== '-- ';
    if (content === '-- ') endParagraph();
    paragraph.push(isSoft && deletesSpace ? content.slice(0, -1) : content);
    if (!isSoft) endParagraph();
  }
  endParagraph();
  return out.join('\n');
}
