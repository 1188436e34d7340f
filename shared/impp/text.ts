import { ImppError } from '../errors.ts';

/** How text becomes octets and octets text. The codec takes one, because hosts have faster ways than the portable one. */
export interface Text {
  /** The octets from `start` to `end` (exclusive), all known to be below 0x80. */
  ascii(bytes: Uint8Array, start: number, end: number): string;
  /** Strict UTF-8, a byte order mark kept as a character. Throws `bad-request` for anything else. */
  decode(bytes: Uint8Array, start: number, end: number): string;
  encode(text: string): Uint8Array;
  /** The octets of `text` and those of `tail` behind them, in one array. */
  join(text: string, tail: Uint8Array): Uint8Array;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

const decode = (bytes: Uint8Array, start: number, end: number): string => {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch (cause) {
    throw new ImppError('bad-request', 'not valid UTF-8', { cause });
  }
};

/** Runs wherever TextEncoder and TextDecoder do. */
export const portableText: Text = {
  ascii: decode,
  decode,
  encode: (text) => encoder.encode(text),
  join(text, tail) {
    const head = encoder.encode(text);
    const whole = new Uint8Array(head.length + tail.length);
    whole.set(head);
    whole.set(tail, head.length);
    return whole;
  },
};

/** Node's Buffer as its types show it: shared code cannot name it. */
export interface BufferLike {
  from(text: string, encoding: 'utf8'): Uint8Array;
  byteLength(text: string, encoding: 'utf8'): number;
  allocUnsafe(size: number): Uint8Array;
}

/** Two methods that Node has beside those it describes: `toString` and `write` without the choice of an encoding. */
interface DirectMethods {
  readonly latin1Slice: (this: Uint8Array, start: number, end: number) => string;
  readonly utf8Write: (this: Uint8Array, text: string, offset: number, length: number) => number;
}

/** The fast one of programs on Node: `textOver(Buffer)`. Its results are Buffers, some of them slices of Node's pool. */
export const textOver = (buffer: BufferLike): Text => {
  const { latin1Slice, utf8Write } = buffer.allocUnsafe(0) as Uint8Array & DirectMethods;
  return {
    ascii: (bytes, start, end) => latin1Slice.call(bytes, start, end),
    decode,
    encode: (text) => buffer.from(text, 'utf8'),
    join(text, tail) {
      const length = buffer.byteLength(text, 'utf8');
      const whole = buffer.allocUnsafe(length + tail.length);
      utf8Write.call(whole, text, 0, length);
      whole.set(tail, length);
      return whole;
    },
  };
};
