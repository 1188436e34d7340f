import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { comparePlaces } from '../../store/log.ts';
import { focusMessage } from './keys.ts';
import type { Row } from './rows.ts';
import type { Goal } from './use-place.ts';
import type { Scroll } from './use-scroll.ts';

/** How long a message that was gone to is marked, in milliseconds. */
const FOUND = 2500;

/** Goes to what is wanted once it is drawn; gives the message that is marked for a moment. */
export function useGoal(
  goal: Goal | undefined,
  rows: readonly Row[],
  go: Scroll['go'],
  scroller: RefObject<HTMLElement | null>,
): number | undefined {
  /** The goal whose mark has been seen for long enough. */
  const [over, setOver] = useState<Goal>();
  const reached = useRef<Goal>(undefined);
  // Before it is painted: what is gone to is the first that one sees.
  useLayoutEffect(() => {
    if (goal === undefined || goal === reached.current) return;
    if (goal.kind === 'end') {
      reached.current = goal;
      go('end');
      return;
    }
    const row = rowFor(rows, goal);
    if (row === undefined) return;
    reached.current = goal;
    go({ key: row.key, align: goal.kind === 'found' ? 'center' : 'near-start' });
    if (goal.kind !== 'new' && row.type === 'message') focusMessage(scroller.current, row.message.id);
  }, [goal, rows, go, scroller]);
  useEffect(() => {
    if (goal?.kind !== 'found') return;
    const timer = setTimeout(() => setOver(goal), FOUND);
    return () => clearTimeout(timer);
  }, [goal]);
  if (goal?.kind !== 'found' || goal === over) return undefined;
  const found = rowFor(rows, goal);
  return found?.type === 'message' ? found.message.id : undefined;
}

/** The row of a goal; where its message is gone, the next one. */
function rowFor(rows: readonly Row[], { place, kind }: Exclude<Goal, { kind: 'end' }>): Row | undefined {
  const line = kind === 'new' ? rows.find((row) => row.type === 'new') : undefined;
  if (line !== undefined) return line;
  const isMessage = (row: Row): row is Row & { type: 'message' } => row.type === 'message';
  const all = rows.filter(isMessage);
  return all.find(({ message }) => comparePlaces(message, place) >= 0) ?? all.at(-1);
}
