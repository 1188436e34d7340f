import { useEffect, useState } from 'react';
import { useMirror } from './hooks.ts';
import { pairKey } from './mirror.ts';

/** Whether the other party writes just now; it ends by itself, even if nothing says so. */
export function useIsWriting(account: string, peer: string): boolean {
  const until = useMirror((mirror) => mirror.typing.get(pairKey(account, peer)) ?? 0);
  const [over, setOver] = useState(0);
  useEffect(() => {
    if (until === 0) return undefined;
    const timer = setTimeout(() => setOver(until), Math.max(0, until - Date.now()));
    return () => clearTimeout(timer);
  }, [until]);
  return until !== 0 && over !== until;
}
