import { useEffect, useState } from 'react';
import type { DomainFacts, Problem, ServerChoice } from '../../shared/model.ts';
import { problemOf } from '../bridge.ts';
import { useProgram } from '../store/hooks.ts';

export type DomainLook =
  | { readonly type: 'none' }
  | { readonly type: 'looking'; readonly domain: string }
  | { readonly type: 'found'; readonly domain: string; readonly facts: DomainFacts }
  | { readonly type: 'failed'; readonly domain: string; readonly problem: Problem };

/** Typing pauses this many milliseconds before the network is asked. */
const PAUSE = 450;
// A domain is asked only when it looks whole: `mira@stadt` on the way to `mira@stadtwerk.example` is nobody's business.
const WHOLE = /^[^@\s]+@((?:[^@\s.]+\.)+[^@\s.]{2,}|localhost|[^@\s.]+\.localhost)$/u;

/** The domain part of an address that is typed to its end, or `undefined`. */
export function wholeDomain(typed: string): string | undefined {
  return WHOLE.exec(typed.trim().replace(/^(?:impp|im|pres):(?:\/\/)?/iu, ''))?.[1];
}

/**
 * What the domain of the address that is being typed says of itself. A later look wins over an earlier one. No `choice`:
 * the way there is not given to its end.
 */
export function useDomainLook(address: string, choice: ServerChoice | undefined): DomainLook {
  const { call } = useProgram();
  const [look, setLook] = useState<DomainLook>({ type: 'none' });
  // Without a way to go nobody is asked.
  const domain = choice === undefined ? undefined : wholeDomain(address);
  const given = JSON.stringify(choice ?? {});

  useEffect(() => {
    if (domain === undefined) return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      setLook({ type: 'looking', domain });
      call('domain.look', { domain, ...(JSON.parse(given) as ServerChoice) }).then(
        (facts) => isCurrent && setLook({ type: 'found', domain, facts }),
        (error: unknown) => isCurrent && setLook({ type: 'failed', domain, problem: problemOf(error) }),
      );
    }, PAUSE);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [call, domain, given]);

  // What was found belongs to the address as it was: while another one is being typed nothing is claimed.
  return look.type !== 'none' && look.domain !== domain ? { type: 'none' } : look;
}
