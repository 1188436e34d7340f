import { useEffect, useState } from 'react';
import type { Problem } from '../../shared/model.ts';
import { domainOf } from '../address.ts';
import { problemOf } from '../bridge.ts';
import { useProgram } from '../store/hooks.ts';

export interface Found {
  readonly domain: string;
  readonly query: string;
  readonly people: readonly { readonly address: string; readonly displayName: string }[];
  readonly problem?: Problem;
}

/** Milliseconds without a key after which what was typed is searched for. */
const PAUSE = 300;

/** Who is listed under what is typed; undefined while there is nothing to search for. The newest answer counts. */
export function useDirectory(account: string, typed: string): Found | undefined {
  const { call } = useProgram();
  const [found, setFound] = useState<Found & { readonly account: string }>();
  const wanted = searchFor(typed, account);
  const domain = wanted?.domain;
  const query = wanted?.query;

  useEffect(() => {
    if (domain === undefined || query === undefined) return undefined;
    let isOver = false;
    const timer = setTimeout(() => {
      call('directory.search', { account, domain, query }).then(
        (people) => {
          if (!isOver) setFound({ account, domain, query, people });
        },
        (error: unknown) => {
          if (!isOver) setFound({ account, domain, query, people: [], problem: problemOf(error) });
        },
      );
    }, PAUSE);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [call, account, domain, query]);

  // What was found for other words is not shown under these.
  return found !== undefined && found.account === account && found.domain === domain && found.query === query
    ? found
    : undefined;
}

/** Characters of a query [IMPP 10]. */
const SHORTEST = 2;
const LONGEST = 128;

/** What to search for, of what was typed: a name at one's own domain, or `name@domain` at another. */
export function searchFor(typed: string, own: string): { domain: string; query: string } | undefined {
  const at = typed.lastIndexOf('@');
  const query = (at < 0 ? typed : typed.slice(0, at)).trim();
  const domain = (at < 0 ? '' : typed.slice(at + 1).trim()) || domainOf(own);
  if (query.length < SHORTEST || query.length > LONGEST || query.includes(':')) return undefined;
  // A domain half typed is not asked for: it could be anyone's.
  return /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u.test(domain) || domain === domainOf(own)
    ? { domain, query }
    : undefined;
}
