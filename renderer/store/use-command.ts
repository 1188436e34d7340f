import { useCallback, useEffect, useRef, useState } from 'react';
import type { Problem } from '../../shared/model.ts';
import { problemOf } from '../bridge.ts';

export interface Doing {
  readonly isBusy: boolean;
  /** What went wrong the last time; cleared when it is tried again. */
  readonly problem: Problem | undefined;
  /** Runs one command at a time; a second press while one runs is ignored. `after` runs only after success. */
  readonly run: <T>(work: () => Promise<T>, after?: (value: T) => void) => void;
  readonly clear: () => void;
}

/** A command and its trouble, kept where the button stands. */
export function useCommand(): Doing {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const isRunning = useRef(false);
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);

  const run = useCallback(<T>(work: () => Promise<T>, after?: (value: T) => void): void => {
    if (isRunning.current) return;
    isRunning.current = true;
    setBusy(true);
    setProblem(undefined);
    // An async wrapper, so that what `work` throws at once is shown like what it rejects with.
    (async () => work())()
      .then(
        (value) => after?.(value),
        (error: unknown) => {
          if (isMounted.current) setProblem(problemOf(error));
        },
      )
      .finally(() => {
        isRunning.current = false;
        if (isMounted.current) setBusy(false);
      });
  }, []);
  const clear = useCallback(() => setProblem(undefined), []);
  return { isBusy, problem, run, clear };
}
