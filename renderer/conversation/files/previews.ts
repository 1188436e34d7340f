// Pictures as they are shown in messages: decoded here, scaled down at once, a few kept. Nothing is ever loaded from
// elsewhere, and no octet of a file becomes part of the page: what is shown are pixels.

import { decodeBase64 } from '../../../shared/base64.ts';
import { ImppError } from '../../../shared/errors.ts';
import type { FilePart } from '../../../shared/model.ts';
import type { Call } from '../../bridge.ts';
import { imageFacts } from './image-facts.ts';

/** What its sender says is a picture, and of a size that is fetched without being asked for. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);
const MOST_OCTETS = 16_000_000;
/** Scaled pictures that are kept while one scrolls, a megabyte or so each. */
const KEPT = 24;
/** Pixels of the longer side of a picture in a message: twice what it takes there, for fine screens. */
export const PREVIEW_SIDE = 640;
const MOST_SIDE = 4096;

export const isPicture = ({ type, size }: FilePart): boolean =>
  SHOWN.has(type.toLowerCase()) && size > 0 && size <= MOST_OCTETS;

export interface Content {
  readonly name: string;
  readonly type: string;
  readonly blob: Blob;
}

/** A file of a message, as it came. */
export async function contentOf(call: Call, id: number, index: number): Promise<Content> {
  const { name, type, data } = await call('message.file', { id, index });
  return { name, type, blob: new Blob([decodeBase64(data)], { type }) };
}

/** The picture in a file, its longer side `side` pixels at most. Throws ImppError `type-not-understood`. */
export async function pictureOf(blob: Blob, side: number): Promise<ImageBitmap> {
  const facts = imageFacts(new Uint8Array(await blob.arrayBuffer()));
  if (facts === undefined) throw new ImppError('type-not-understood', 'not a picture that is shown');
  const scale = Math.min(1, Math.min(side, MOST_SIDE) / Math.max(facts.width, facts.height));
  try {
    // The type is what the octets say. A turned picture is turned by the decoder, which then scales the turned one:
    // with one side given it keeps the proportions of either.
    const typed = new Blob([blob], { type: facts.type });
    if (scale === 1) return await createImageBitmap(typed);
    return await createImageBitmap(typed, { resizeQuality: 'high', ...sideFor(facts, scale) });
  } catch (cause) {
    throw new ImppError('type-not-understood', 'a broken picture', { cause });
  }
}

const sideFor = (
  { width, height }: { readonly width: number; readonly height: number },
  scale: number,
): { resizeWidth: number } | { resizeHeight: number } =>
  width >= height
    ? { resizeWidth: Math.max(1, Math.round(width * scale)) }
    : { resizeHeight: Math.max(1, Math.round(height * scale)) };

export interface Previews {
  /** The scaled picture of a file; the same one while it is kept. */
  readonly get: (id: number, index: number) => Promise<ImageBitmap>;
  /** The same at once, where it is here. */
  readonly peek: (id: number, index: number) => ImageBitmap | undefined;
}

/** Pictures of messages, decoded one after the other, so that ten of them do not take ten times the memory at once. */
export function createPreviews(call: Call): Previews {
  const kept = new Map<string, Promise<ImageBitmap>>();
  const ready = new Map<string, ImageBitmap>();
  let last: Promise<unknown> = Promise.resolve();

  const load = async (id: number, index: number): Promise<ImageBitmap> => {
    const { blob } = await contentOf(call, id, index);
    return pictureOf(blob, PREVIEW_SIDE);
  };
  return {
    peek: (id, index) => ready.get(`${id} ${index}`),
    get(id, index) {
      const key = `${id} ${index}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const next = last.then(() => load(id, index));
      last = next.catch(() => undefined);
      kept.set(key, next);
      next.then(
        (picture) => ready.set(key, picture),
        // Asked for again with the next look: the message may have come whole meanwhile.
        () => kept.delete(key),
      );
      for (const old of [...kept.keys()].slice(0, -KEPT)) {
        kept.delete(old);
        ready.delete(old);
      }
      return next;
    },
  };
}
