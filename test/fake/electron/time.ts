// Lets a wait pass at once for those who wait for exactly that long: a test then waits for none of it.

import { whenAsked } from './desktop.ts';

/** What is shorter than this is no wait that a test needs to pass, in milliseconds. */
const LONG = 30_000;

interface Wait {
  readonly delay: number;
  readonly run: () => void;
}

const waiting = new Map<unknown, Wait>();
const { setTimeout: begin, clearTimeout: end } = globalThis;

globalThis.setTimeout = Object.assign((run: () => void, delay = 0, ...rest: unknown[]) => {
  const timer = begin(run, delay, ...rest);
  if (delay >= LONG) waiting.set(timer, { delay, run });
  return timer;
}, begin) as typeof begin;
globalThis.clearTimeout = (timer) => {
  waiting.delete(timer);
  end(timer);
};

whenAsked('time-passes', ({ milliseconds }) => {
  // Those that begin anew wait anew.
  const due = [...waiting].filter(([, { delay }]) => delay === milliseconds);
  for (const [timer, { run }] of due) {
    globalThis.clearTimeout(timer as NodeJS.Timeout);
    run();
  }
});
