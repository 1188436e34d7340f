import { useMemo } from 'react';
import { useMirror, useNow } from '../store/hooks.ts';
import type { Known } from './asking.ts';

const MINUTE = 60_000;

/** What `make` makes of those who ask; made anew when one of the parts, or the minute, changes. */
export function useAsking<T>(make: (known: Known, now: number) => T): T {
  const requests = useMirror((mirror) => mirror.requests);
  const conversations = useMirror((mirror) => mirror.conversations);
  const contacts = useMirror((mirror) => mirror.contacts);
  const rules = useMirror((mirror) => mirror.rules);
  const now = useNow(MINUTE);
  return useMemo(
    () => make({ requests, conversations, contacts, rules }, now),
    [make, requests, conversations, contacts, rules, now],
  );
}
