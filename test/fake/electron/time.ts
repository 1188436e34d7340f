// Lets five minutes pass for those who wait for that long: nothing else of the program waits so long, and a test not at
// all.

import { whenAsked } from './desktop.ts';

const LONG = 5 * 60_000;

const waiting = new Map<unknown, () => void>();
const { setTimeout: begin, clearTimeout: end } = globalThis;

globalThis.setTimeout = Object.assign((run: () => void, delay?: number, ...rest: unknown[]) => {
  const timer = begin(run, delay, ...rest);
  if (delay === LONG) waiting.set(timer, run);
  return timer;
}, begin) as typeof begin;
globalThis.clearTimeout = (timer) => {
  waiting.delete(timer);
  end(timer);
};

whenAsked('five-minutes-pass', () => {
  // Those that begin anew wait anew.
  const due = [...waiting];
  for (const [timer, run] of due) {
    globalThis.clearTimeout(timer as NodeJS.Timeout);
    run();
  }
});
