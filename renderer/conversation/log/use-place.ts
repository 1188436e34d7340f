// Where a conversation is opened, and how one gets to another place in it.

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Conversation, Message, Place } from '../../../shared/model.ts';
import { useProgram, useView } from '../../store/hooks.ts';
import { comparePlaces, openingOf, type PageWanted } from '../../store/log.ts';
import { type Log, pairKey } from '../../store/mirror.ts';

/**
 * What is gone to once its page is here. `found`: a message, which takes the focus; `day`: what was written from then
 * on; `new`: what is unread.
 */
export type Goal =
  | { readonly kind: 'end' }
  | { readonly kind: 'found' | 'day' | 'new'; readonly place: Place };

/** What was to be read from the history on this computer and could not be; the domain is never to blame for it. */
export interface Failure {
  readonly wanted: PageWanted | undefined;
  /** Where it was to lead. */
  readonly goal: Goal | undefined;
  /** How often one after the other. */
  readonly count: number;
}

export interface Places {
  /** A new one each time, also for the same place. */
  readonly goal: Goal | undefined;
  readonly failure: Failure | undefined;
  /** Tries again what failed. */
  readonly retry: (failure: Failure) => void;
  readonly load: (wanted: PageWanted) => void;
  readonly jump: (place: Place, kind: 'found' | 'day' | 'new') => void;
  readonly toEnd: () => void;
}

interface Way {
  readonly goal: Goal;
  /** The page that it needs, where that is not here. */
  readonly wanted: PageWanted | undefined;
}

/** Loads what is shown of a conversation: keyed by it. */
export function usePlaces(account: string, peer: string): Places {
  const { loadPage, mirror, rest } = useProgram();
  const key = pairKey(account, peer);
  const page = useView((view) => view.page);
  const logNow = useCallback(() => mirror.getState().mirror?.logs.get(key), [mirror, key]);
  const opening = useCallback((): Way => {
    const isThis = page.type === 'conversation' && page.account === account && page.peer === peer;
    if (isThis && page.place !== undefined) return wayTo(page.place, 'found', logNow());
    return openingWay(mirror.getState().mirror?.conversations.get(key), logNow());
  }, [page, account, peer, mirror, key, logNow]);

  // What is here already is gone to before anything is painted.
  const [first] = useState(opening);
  const [goal, setGoal] = useState(first.wanted === undefined ? first.goal : undefined);
  const [failure, setFailure] = useState<Failure>();

  const turn = useRef(0);
  /** Loads the page, then goes; a later wish counts more than an earlier one. */
  const take = useCallback(
    (wanted: PageWanted | undefined, then?: Goal) => {
      if (then !== undefined) turn.current += 1;
      const mine = turn.current;
      const loading = wanted === undefined ? Promise.resolve() : loadPage(account, peer, wanted);
      loading.then(
        () => {
          setFailure(undefined);
          if (then !== undefined && mine === turn.current) setGoal(then);
        },
        () => setFailure((last) => ({ wanted, goal: then, count: (last?.count ?? 0) + 1 })),
      );
    },
    [loadPage, account, peer],
  );
  const retry = useCallback((failed: Failure) => take(failed.wanted, failed.goal), [take]);
  const load = useCallback((wanted: PageWanted) => take(wanted), [take]);
  const jump = useCallback(
    (place: Place, kind: 'found' | 'day' | 'new') => {
      const way = wayTo(place, kind, logNow());
      take(way.wanted, way.goal);
    },
    [logNow, take],
  );
  const toEnd = useCallback(
    () => take(logNow()?.hasNewer === true ? 'newest' : undefined, { kind: 'end' }),
    [logNow, take],
  );

  // The page is a new one each time that it is opened, also for another message of the conversation that is open.
  const opened = useRef(first.wanted === undefined ? opening : undefined);
  useEffect(() => {
    if (opened.current === opening) return;
    opened.current = opening;
    const way = opening();
    take(way.wanted, way.goal);
  }, [opening, take]);
  useEffect(() => () => rest(account, peer), [rest, account, peer]);
  return { goal, failure, retry, load, jump, toEnd };
}

const isIn = (log: Log | undefined, place: Place): boolean =>
  log?.isLoaded === true && log.messages.some((one: Message) => comparePlaces(one, place) === 0);

const wayTo = (place: Place, kind: 'found' | 'day' | 'new', log: Log | undefined): Way => ({
  goal: { kind, place },
  wanted: isIn(log, place) ? undefined : { around: place },
});

function openingWay(conversation: Conversation | undefined, log: Log | undefined): Way {
  const { unread = 0, firstUnread } = conversation ?? {};
  const isUnread = unread > 0 && firstUnread !== undefined;
  const wanted = openingOf(conversation, log);
  return {
    goal: isUnread ? { kind: 'new', place: firstUnread } : { kind: 'end' },
    wanted: log?.isLoaded === true && wanted === 'newest' && !log.hasNewer ? undefined : wanted,
  };
}
