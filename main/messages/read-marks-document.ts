import { ImppError } from '../../shared/errors.ts';
import {
  type Element,
  formatMarkup,
  listElement,
  parseMarkup,
  textElement,
} from '../../shared/impp/markup.ts';
import { addressIn, MAX_DOCUMENT, textOf } from '../account/addressed-document.ts';

// The account's `read-marks` document [IMPP 10], application/impp-read-marks:
// <read-marks><all>N</all><mark><address>URL</address><sequence>N</sequence></mark>*</read-marks>
// What is at or below a mark, or below `all`, in the account's inbox log has been read.

export const READ_MARKS_TYPE = 'application/impp-read-marks';

/** Octets of those that this program writes: another one may still add a few. */
const MAX_WRITTEN = 250_000;
const encoder = new TextEncoder();

/** How far has been read: everywhere, and in conversations beyond that. Inbox-Sequences. */
export interface ReadMarks {
  readonly all: number;
  readonly marks: ReadonlyMap<string, number>;
  readonly unknown: readonly Element[];
}

export const NOTHING_READ: ReadMarks = { all: 0, marks: new Map(), unknown: [] };

const sequenceIn = (text: string | undefined): number | undefined => {
  const number = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
};

const markIn = (element: Element): readonly [address: string, sequence: number] | undefined => {
  const sequence = element.name === 'mark' ? sequenceIn(textOf(element, 'sequence')) : undefined;
  const address = addressIn(element);
  return sequence === undefined || address === undefined ? undefined : [address, sequence];
};

/** Throws `bad-request` for what is not such a document. No document: nothing has been read. */
export const parseReadMarks = (bytes: Uint8Array | undefined): ReadMarks => {
  if (bytes === undefined) return NOTHING_READ;
  const root = parseMarkup(bytes, MAX_DOCUMENT);
  if (root.name !== 'read-marks') throw new ImppError('bad-request', 'not read marks');
  const marks = new Map<string, number>();
  const unknown: Element[] = [];
  let all = 0;
  for (const element of root.children) {
    const everywhere = element.name === 'all' ? sequenceIn(element.text) : undefined;
    const mark = markIn(element);
    if (everywhere !== undefined) all = Math.max(all, everywhere);
    else if (mark !== undefined) marks.set(mark[0], Math.max(marks.get(mark[0]) ?? 0, mark[1]));
    else unknown.push(element);
  }
  return settled(all, marks, unknown);
};

/** Without the marks that say no more than `all`. */
const settled = (
  all: number,
  marks: ReadonlyMap<string, number>,
  unknown: readonly Element[],
): ReadMarks => ({
  all,
  marks: new Map([...marks].filter(([, sequence]) => sequence > all)),
  unknown,
});

/** How far has been read in the conversation with `address`. */
export const markOf = ({ all, marks }: ReadMarks, address: string): number =>
  Math.max(all, marks.get(address) ?? 0);

/** Both together: what has been read stays read. Undefined where `more` adds nothing to `list`. */
export const withMarks = (list: ReadMarks, more: Omit<ReadMarks, 'unknown'>): ReadMarks | undefined => {
  const all = Math.max(list.all, more.all);
  const marks = new Map(list.marks);
  let isMore = all > list.all;
  for (const [address, sequence] of more.marks) {
    if (sequence <= markOf({ ...list, all }, address)) continue;
    marks.set(address, sequence);
    isMore = true;
  }
  return isMore ? settled(all, marks, list.unknown) : undefined;
};

const elementOf = ([address, sequence]: readonly [string, number]): Element =>
  listElement('mark', [textElement('address', address), textElement('sequence', String(sequence))]);

/** The octets that one mark takes. */
const sizeOf = ([address, sequence]: readonly [string, number]): number =>
  encoder.encode(`<mark><address></address><sequence></sequence></mark>${address}${sequence}`).length +
  // What markup may have to write otherwise.
  4 * (address.match(/[&<>]/g)?.length ?? 0);

/**
 * The document. What grows too large is folded into `all` up to `through`, up to which nothing is unread anywhere;
 * if that is not enough, the marks that lie furthest back are left out: what they marked counts as unread again on
 * devices that come new.
 */
export const formatReadMarks = (list: ReadMarks, through: number): Uint8Array => {
  const write = ({ all, marks, unknown }: ReadMarks): Uint8Array =>
    formatMarkup(
      listElement('read-marks', [
        ...(all > 0 ? [textElement('all', String(all))] : []),
        ...[...marks].map(elementOf),
        ...unknown,
      ]),
      MAX_DOCUMENT,
    );
  const room = MAX_WRITTEN - encoder.encode(JSON.stringify(list.unknown)).length;
  const fits = ({ marks }: ReadMarks): boolean =>
    [...marks].reduce((sum, mark) => sum + sizeOf(mark), 0) <= room;
  if (fits(list)) return write(list);
  const folded = settled(Math.max(list.all, through), list.marks, list.unknown);
  if (fits(folded)) return write(folded);
  const newest = [...folded.marks].sort(([, one], [, other]) => other - one);
  let size = 0;
  const kept = newest.filter((mark) => (size += sizeOf(mark)) <= room);
  return write({ ...folded, marks: new Map(kept) });
};
