import type { Message } from '../../shared/model.ts';
import type { Progress } from '../connection/connection.ts';
import type { Context } from '../account/context.ts';

/** Milliseconds between two reports: often enough for an eye. */
const EACH = 200;

/** Reports how much of a message of `total` octets is there, at most five times a second and at its end. */
export const reporter = ({ mirror, clock }: Context, message: Message, total: number): Progress => {
  let toldAt = Number.NEGATIVE_INFINITY;
  let told = -1;
  return (octets) => {
    const done = Math.min(octets, total);
    const now = clock.now();
    if (done <= told || (done < total && now - toldAt < EACH)) return;
    told = done;
    toldAt = now;
    mirror.tellTransfer(message, done, total);
  };
};
