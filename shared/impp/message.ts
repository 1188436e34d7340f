import type { ImppError } from '../errors.ts';
import type { Headers } from './headers.ts';

/** A body that is not in memory whole: on its way in, or read from somewhere on its way out. */
export interface BodyStream {
  /** Octets of all of it. */
  readonly length: number;
  /** The next piece, which is the caller's; undefined after the last. Rejects when no more will come. One call at a time. */
  next(): Promise<Uint8Array | undefined>;
  /** What remains is not wanted; `then` is called when it has come and gone, or will not come. */
  discard(then?: () => void): void;
}

/** A request or a response as it stands on the wire [IMPP 4]. */
interface Framed {
  /** 1-32 of `A-Z 0-9 -`, beginning with a letter. */
  readonly method: string;
  /** The REQUEST-ID. */
  readonly id: string;
  readonly headers: Headers;
  /** Absent when there was no Content-Length; of length 0 when that was 0. */
  readonly body?: Uint8Array | undefined;
  /** Instead of `body`: a large one, in pieces. */
  readonly stream?: BodyStream | undefined;
  /**
   * A fault that does not break the framing: another version, a body over the limit (it has been read away),
   * a body without Content-Type. A request is answered with it, and the connection goes on.
   */
  readonly fault?: ImppError | undefined;
}

export interface Request extends Framed {
  readonly kind: 'request';
  /** Start line and header section as they came, octet for octet, where they are to be passed on so [IMPP 12]. */
  readonly head?: Uint8Array | undefined;
}

export interface Response extends Framed {
  readonly kind: 'response';
  /** OK or ERROR. */
  readonly ok: boolean;
}

export type Message = Request | Response;
