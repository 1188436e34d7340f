import { networkInterfaces } from 'node:os';
import type { Clock } from '../../shared/clock.ts';

/** How often is looked, in milliseconds: a network that is back is one to be online on within five seconds. */
const BEAT = 2_000;
/** A beat that comes this much late was not a busy moment: the machine slept. */
const SLEPT = 15_000;

/** The addresses by which this machine can be reached from outside, in one text. */
const outsideAddresses = (): string =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ');

/**
 * Calls `listener` when the machine woke from sleep, or when it has come to a network: then there is an address
 * that was not there before. Returns the off. No system tells all of this to every program, so the clock and the
 * addresses are looked at.
 */
export function watchWake(
  listener: () => void,
  clock: Clock,
  addresses: () => string = outsideAddresses,
): () => void {
  let last = clock.now();
  let known = addresses();
  let off = clock.after(BEAT, beat);
  function beat(): void {
    const now = clock.now();
    const present = addresses();
    const hasSlept = now - last > BEAT + SLEPT;
    const hasNetwork = present !== known && present !== '';
    last = now;
    known = present;
    off = clock.after(BEAT, beat);
    if (hasSlept || hasNetwork) listener();
  }
  return () => off();
}
