// What an organisation may forbid its users, as HELLO tells them [IMPP 6]: an error says so, nothing is bent unseen.

import { ImppError } from '../../shared/errors.ts';
import { AccessRules, type Principal, type Rule, viewOf } from '../../shared/impp/access-rules.ts';
import { isReservedUser, parseUrl } from '../../shared/impp/address.ts';
import type { PresenceDocument } from '../../shared/impp/presence.ts';
import type { Config } from '../config.ts';

type Policy = Config['policy'];

const pretends = ({ subscribe, fetch }: Rule): boolean => subscribe === 'pretend' || fetch === 'pretend';

/** SET-ACL under `no-pretend`. @throws permission-denied */
export function checkPretence(policy: Policy, { rules }: AccessRules): void {
  if (policy.includes('no-pretend') && rules.some(pretends))
    throw new ImppError(
      'permission-denied',
      'this domain does not pretend: deny instead (Policy: no-pretend)',
    );
}

/**
 * Rules from before `no-pretend` was set: they refuse what they pretended, so that nobody is deceived under a
 * policy that says nobody is. The document stays as its owner wrote it.
 */
export function underPolicy(policy: Policy, rules: AccessRules): AccessRules {
  if (!policy.includes('no-pretend') || !rules.rules.some(pretends)) return rules;
  const honest = rules.rules.map(
    (rule): Rule => ({
      ...rule,
      ...(rule.subscribe === 'pretend' ? { subscribe: 'deny' } : undefined),
      ...(rule.fetch === 'pretend' ? { fetch: 'deny' } : undefined),
    }),
  );
  return new AccessRules(honest, rules.unknown);
}

const INVISIBLE = 'this domain does not let those appear offline who are not (Policy: no-invisible)';

/** Somebody to whom a rule for `who` applies and none that is closer: no address has a space in it. */
const anyOf = (who: string): Principal => {
  if (who === '*' || who === 'anonymous')
    return { url: 'impp://nobody.invalid/ ', isAnonymous: who === 'anonymous' };
  if (who.endsWith('/*')) return { url: `${who.slice(0, -1)} `, isAnonymous: false };
  return { url: who, isAnonymous: isReservedUser(parseUrl(who).user) };
};

/**
 * SET-ACL under `no-invisible`: new rules bring nobody to a view that shows nothing of one who is there, whether
 * they name it or take away what came before it. Who was there already stays. @throws permission-denied
 */
export function checkViews(
  policy: Policy,
  { former, next }: { readonly former: AccessRules; readonly next: AccessRules },
  isShown: (view: string) => boolean,
  now: number,
): void {
  if (!policy.includes('no-invisible')) return;
  for (const who of new Set([...former.rules, ...next.rules].flatMap((rule) => rule.who))) {
    // Nobody's own address: oneself is shown what one asks for.
    const [before, view] = [former, next].map((rules) => viewOf(rules, anyOf(who), '', now));
    if (view !== undefined && view !== before && !isShown(view))
      throw new ImppError('permission-denied', `publish the view ${view} first: ${INVISIBLE}`);
  }
}

/**
 * CHANGE by which its publisher withdraws the last object of `view` under `no-invisible`, without leaving: those who
 * are shown that view would take it for absent. BYE withdraws everything. @throws permission-denied
 */
export function checkWithdrawal(policy: Policy, { rules }: AccessRules, view: string): void {
  const isShown = view === 'default' || rules.some((rule) => rule.view === view);
  if (policy.includes('no-invisible') && isShown) throw new ImppError('permission-denied', INVISIBLE);
}

/**
 * CHANGE with a lease under `no-invisible`: who is there does not say to be away. What is signed or encrypted the
 * server cannot read, and lets pass [IMPP 7]. @throws permission-denied
 */
export function checkVisible(document: PresenceDocument): void {
  if (!document.tuples.some(({ status }) => status === 'open'))
    throw new ImppError('permission-denied', INVISIBLE);
}
