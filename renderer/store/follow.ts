// Follows the program: one snapshot, then numbered changes in order; a missing number asks for a new snapshot.

import type { Bridge, Shown } from '../../shared/ipc.ts';
import type { Call } from '../bridge.ts';
import { applyChanges, mirrorOf, type NumberedChange } from './apply.ts';
import type { Mirror } from './mirror.ts';

export interface FollowOptions {
  readonly bridge: Bridge;
  readonly call: Call;
  readonly read: () => Mirror | undefined;
  readonly write: (mirror: Mirror, changes: readonly NumberedChange[]) => void;
  /** Where the window begins, when something was left unfinished. */
  readonly open: (place: Shown) => void;
  /** The snapshot could not be had; it is asked for again when the carrier is back. */
  readonly failed: (error: unknown) => void;
}

export interface Follow {
  /** Asks for a new snapshot, for a carrier that was cut and is back. */
  restart(): void;
  close(): void;
}

/** A burst of events within this many milliseconds becomes one change of the window. */
const GATHER = 8;

export function follow({ bridge, call, read, write, open, failed }: FollowOptions): Follow {
  let pending: NumberedChange[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  let isWaiting = false;
  let isClosed = false;

  const flush = (): void => {
    timer = undefined;
    const mirror = read();
    if (isWaiting || mirror === undefined || pending.length === 0) return;
    const changes = pending;
    pending = [];
    const { mirror: next, isGap } = applyChanges(mirror, changes);
    if (next.seq !== mirror.seq)
      write(
        next,
        changes.filter(({ seq }) => seq > mirror.seq && seq <= next.seq),
      );
    if (!isGap) return;
    // What came after the gap may be newer than the snapshot will be.
    pending = [...changes.filter(({ seq }) => seq > next.seq), ...pending];
    ask();
  };

  const ask = (): void => {
    isWaiting = true;
    asked += 1;
    const mine = asked;
    call('snapshot', null).then(
      (snapshot) => {
        if (isClosed || mine !== asked) return;
        isWaiting = false;
        write(mirrorOf(snapshot), []);
        if (snapshot.opening !== undefined) open(snapshot.opening);
        pending = pending.filter(({ seq }) => seq > snapshot.seq);
        flush();
      },
      (error: unknown) => {
        if (isClosed || mine !== asked) return;
        failed(error);
      },
    );
  };

  const off = bridge.on('change', (event) => {
    pending.push(event);
    timer ??= setTimeout(flush, GATHER);
  });
  ask();

  return {
    restart() {
      pending = [];
      ask();
    },
    close() {
      isClosed = true;
      off();
      if (timer !== undefined) clearTimeout(timer);
    },
  };
}
