import type { ImppError } from '../../shared/errors.ts';
import type { Message } from '../../shared/impp/message.ts';
import type { FramingFault } from '../../shared/impp/parser.ts';
import type { PeerKind } from '../metrics/tally.ts';

/** Who hears of what happens on a connection. */
export interface Listener {
  received(message: Message): void;
  /** The framing is broken: nothing more will be received. */
  broken(fault: FramingFault): void;
  /** The TLS handshake is done. */
  secured(): void;
  /** The peer sends no more, but may still read. */
  ended(): void;
  /** What was congested has drained. */
  drained(): void;
  /** The peer cannot answer just now: its answers stand behind a body, or what it is asked does, or we do not read. */
  heldUp(): void;
  /** Called once, after which nothing is. */
  closed(): void;
  /** Whether the peer has more open than it may, so that no more is to be read. */
  readonly isFull: boolean;
  readonly kind: PeerKind;
  /** How far it has come. */
  readonly state: string;
  sweep(now: number): void;
  /** The server sends the peer away. */
  dismiss(error: ImppError | undefined): void;
}
