import type { Clock } from '../../../shared/clock.ts';
import type { Absence } from '../host.ts';

/** Seconds without keyboard and mouse. */
const IDLE_AFTER = 600;
/** How often is looked, in milliseconds; so late is a return noticed. */
const LOOK_EVERY = 10_000;

type PowerEvent = 'lock-screen' | 'unlock-screen' | 'suspend' | 'resume';

/** What of Electron's powerMonitor is used. */
export interface Power {
  on(event: PowerEvent, listener: () => void): unknown;
  off(event: PowerEvent, listener: () => void): unknown;
  /** Seconds. */
  getSystemIdleTime(): number;
  getSystemIdleState(threshold: number): 'active' | 'idle' | 'locked' | 'unknown';
}

/** Tells when the person goes and comes back, each change once; returns the off. */
export function watchAbsence(
  listener: (reason: Absence | undefined) => void,
  power: Power,
  clock: Clock,
): () => void {
  let isLocked = false;
  let isSuspended = false;
  let told: Absence | undefined;
  const look = (): void => {
    const reason = isSuspended
      ? 'suspended'
      : // On Linux no event tells of a lock.
        isLocked || power.getSystemIdleState(IDLE_AFTER) === 'locked'
        ? 'locked'
        : power.getSystemIdleTime() >= IDLE_AFTER
          ? 'idle'
          : undefined;
    if (reason === told) return;
    told = reason;
    listener(reason);
  };
  const handlers = {
    'lock-screen': () => {
      isLocked = true;
      look();
    },
    'unlock-screen': () => {
      isLocked = false;
      look();
    },
    suspend: () => {
      isSuspended = true;
      look();
    },
    resume: () => {
      isSuspended = false;
      look();
    },
  };
  const events = Object.entries(handlers) as [PowerEvent, () => void][];
  for (const [event, handle] of events) power.on(event, handle);
  let cancel = clock.after(LOOK_EVERY, beat);
  function beat(): void {
    look();
    cancel = clock.after(LOOK_EVERY, beat);
  }
  return () => {
    cancel();
    for (const [event, handle] of events) power.off(event, handle);
  };
}
