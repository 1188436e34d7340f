import { useCallback, useMemo, useRef, useState } from 'react';
import type { Message } from '../../../shared/model.ts';

export interface Selection {
  readonly ids: ReadonlySet<number>;
  /** Those that are chosen and still here, in order. */
  readonly messages: readonly Message[];
  /** Chooses one more, or one less; from there a range is drawn. */
  readonly toggle: (id: number) => void;
  /** Chooses all from where it began to this one. */
  readonly extend: (from: number, to: number) => void;
  readonly clear: () => void;
}

const NONE: ReadonlySet<number> = new Set();

/** Messages of the log that are chosen together. */
export function useSelection(messages: readonly Message[]): Selection {
  const [ids, setIds] = useState(NONE);
  const anchor = useRef<number>(undefined);

  const toggle = useCallback((id: number) => {
    anchor.current = id;
    setIds((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const extend = useCallback(
    (from: number, to: number) => {
      const places = new Map(messages.map(({ id }, index) => [id, index]));
      const start = places.get(anchor.current ?? from) ?? places.get(from);
      const end = places.get(to);
      if (start === undefined || end === undefined) return;
      anchor.current = messages[start]?.id;
      const [first, last] = start < end ? [start, end] : [end, start];
      setIds(new Set(messages.slice(first, last + 1).map(({ id }) => id)));
    },
    [messages],
  );
  const clear = useCallback(() => {
    anchor.current = undefined;
    setIds(NONE);
  }, []);
  const chosen = useMemo(
    () => (ids.size === 0 ? [] : messages.filter(({ id }) => ids.has(id))),
    [ids, messages],
  );
  return useMemo(
    () => ({ ids, messages: chosen, toggle, extend, clear }),
    [ids, chosen, toggle, extend, clear],
  );
}
