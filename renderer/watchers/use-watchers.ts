import { useCallback, useEffect, useState } from 'react';
import type { Problem, Watcher } from '../../shared/model.ts';
import { problemOf } from '../bridge.ts';
import { useAccount, useMirror, useProgram } from '../store/hooks.ts';

export interface WatcherList {
  /** Undefined until the domain has answered once. */
  readonly watchers: readonly Watcher[] | undefined;
  /** How many further ones the domain left out. */
  readonly more: number;
  /** When it was asked. */
  readonly at: number | undefined;
  readonly problem: Problem | undefined;
  readonly isOnline: boolean;
  readonly ask: () => void;
}

/** A burst of changes within this many milliseconds is one question. */
const GATHER = 150;

/** The watchers of an account, asked for while this is shown and again when the domain says that they changed. */
export function useWatchers(account: string): WatcherList {
  const { call } = useProgram();
  const turn = useMirror((mirror) => mirror.watcherTurns.get(account));
  const isOnline = useAccount(account)?.connection.phase === 'online';
  const [asked, setAsked] = useState(0);
  const [list, setList] = useState<{
    account: string;
    at: number;
    watchers: readonly Watcher[];
    more: number;
  }>();
  const [problem, setProblem] = useState<Problem>();
  const isHere = list?.account === account;

  useEffect(() => {
    if (!isOnline) return undefined;
    let isOver = false;
    const timer = setTimeout(
      () => {
        call('watchers.list', { account }).then(
          (answer) => {
            if (isOver) return;
            setProblem(undefined);
            setList({ account, at: Date.now(), ...answer });
          },
          (error: unknown) => {
            if (!isOver) setProblem(problemOf(error));
          },
        );
      },
      isHere ? GATHER : 0,
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
    // Once there is a list, that is no reason to ask for it.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [account, asked, call, isOnline, turn]);

  const ask = useCallback(() => setAsked((count) => count + 1), []);
  return {
    watchers: isHere ? list.watchers : undefined,
    more: isHere ? list.more : 0,
    at: isHere ? list.at : undefined,
    problem,
    isOnline,
    ask,
  };
}
