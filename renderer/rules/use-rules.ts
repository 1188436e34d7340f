import { useEffect, useMemo, useState } from 'react';
import type { AccessRules } from '../../shared/impp/access-rules.ts';
import { useMirror, useNow, useRules } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { judged, nextEnd } from './judge.ts';
import type { People } from './subjects.ts';

const MINUTE = 60_000;
/** Timers of browsers hold no more milliseconds. */
const LONGEST = 2_147_483_647;

/** The rules of an account as they are judged, and the time, which goes on at the latest when a rule ends. */
export function useJudged(account: string): { readonly rules: AccessRules; readonly now: number } {
  const list = useRules(account);
  const minute = useNow(MINUTE);
  const [ended, setEnded] = useState(() => Date.now());
  const now = Math.max(minute, ended);
  const rules = judged(list, now);
  const next = nextEnd(list, now);
  useEffect(() => {
    if (next === undefined) return undefined;
    const timer = setTimeout(() => setEnded(Date.now()), Math.min(LONGEST, Math.max(0, next - Date.now())));
    return () => clearTimeout(timer);
  }, [next]);
  return { rules, now };
}

/** The contacts of one account. Nothing is copied: there may be 100,000, and any of them may change at any time. */
export function usePeople(account: string): People {
  const contacts = useMirror((mirror) => mirror.contacts);
  return useMemo(
    () => ({
      get: (address) => contacts.get(pairKey(account, address)),
      *values() {
        for (const contact of contacts.values()) if (contact.account === account) yield contact;
      },
    }),
    [contacts, account],
  );
}
