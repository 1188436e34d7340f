// What a file is and how large its picture is, by its own octets: what its sender says of it may be a lie, and a
// small file may hold a picture that takes gigabytes once it is decoded. Only what is asked for here is decoded.

export interface ImageFacts {
  readonly type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif';
  readonly width: number;
  readonly height: number;
}

/** Pixels of a picture that is decoded: those of a good camera. */
const MOST_PIXELS = 50_000_000;
const LONGEST_SIDE = 20_000;
/** Octets at the beginning of an AVIF file in which its properties stand. */
const AVIF_HEAD = 65_536;

const ascii = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

/** The facts of a picture that may be decoded; `undefined` for anything else, whatever it is called. */
export function imageFacts(bytes: Uint8Array): ImageFacts | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const facts = png(view, bytes) ?? gif(view, bytes) ?? webp(view, bytes) ?? jpeg(view) ?? avif(view, bytes);
  if (facts === undefined) return undefined;
  const { width, height } = facts;
  const isDrawable = width > 0 && height > 0 && width <= LONGEST_SIDE && height <= LONGEST_SIDE;
  return isDrawable && width * height <= MOST_PIXELS ? facts : undefined;
}

function png(view: DataView, bytes: Uint8Array): ImageFacts | undefined {
  if (bytes.length < 24 || ascii(bytes, 0, 8) !== '\x89PNG\r\n\x1a\n' || ascii(bytes, 12, 4) !== 'IHDR')
    return undefined;
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

function gif(view: DataView, bytes: Uint8Array): ImageFacts | undefined {
  if (bytes.length < 10 || !/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return undefined;
  return { type: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function webp(view: DataView, bytes: Uint8Array): ImageFacts | undefined {
  if (bytes.length < 30 || ascii(bytes, 0, 4) !== 'RIFF' || ascii(bytes, 8, 4) !== 'WEBP') return undefined;
  const type = 'image/webp';
  switch (ascii(bytes, 12, 4)) {
    case 'VP8 ':
      return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      const sides = view.getUint32(21, true);
      return { type, width: (sides & 0x3fff) + 1, height: ((sides >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X': {
      const sideAt = (at: number): number => 1 + view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
      return { type, width: sideAt(24), height: sideAt(27) };
    }
    default:
      return undefined;
  }
}

/** The segment that begins a frame carries its size; before it stand others, each with its length. */
function jpeg(view: DataView): ImageFacts | undefined {
  const end = view.byteLength;
  if (end < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= end) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      return { type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    // Fill octets and markers without a length.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return undefined;
}

/** The largest of the sizes that its properties name: one of them is what gets decoded. */
function avif(view: DataView, bytes: Uint8Array): ImageFacts | undefined {
  if (bytes.length < 32 || ascii(bytes, 4, 4) !== 'ftyp') return undefined;
  const brands = ascii(bytes, 8, Math.min(64, Math.max(0, view.getUint32(0) - 8)));
  if (!/avif|avis/.test(brands)) return undefined;
  let width = 0;
  let height = 0;
  const end = Math.min(bytes.length - 16, AVIF_HEAD);
  for (let at = 0; at < end; at += 1) {
    if (bytes[at] !== 0x69 || ascii(bytes, at, 4) !== 'ispe') continue;
    width = Math.max(width, view.getUint32(at + 8));
    height = Math.max(height, view.getUint32(at + 12));
  }
  return { type: 'image/avif', width, height };
}
