import type { AccessRules } from '../../shared/impp/access-rules.ts';
import { effectOn, principalOf } from './judge.ts';
import type { People } from './subjects.ts';

/**
 * The contacts who may write now and could not any more if a rule for everyone denied it: those whom no rule names,
 * and those whom one names without a word on writing. Who was denied stays denied.
 */
export function writersOf(
  rules: AccessRules,
  people: People,
  owner: string,
  now: number,
): { readonly unnamed: string[]; readonly named: string[] } {
  const unnamed: string[] = [];
  const named: string[] = [];
  for (const { address } of people.values()) {
    const own = rules.inForce(address, now);
    if (own?.send !== undefined || address === owner) continue;
    if (rules.inForceForHostOf(address, now)?.send !== undefined) continue;
    if (effectOn(rules, principalOf(address), owner, now).send !== 'allow') continue;
    if (own === undefined) unnamed.push(address);
    else named.push(address);
  }
  return { unnamed, named };
}
