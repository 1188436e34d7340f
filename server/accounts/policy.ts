// What an organisation may forbid its users, as HELLO tells them [IMPP 6]: an error says so, nothing is bent unseen.

import { ImppError } from '../../shared/errors.ts';
import { AccessRules, type Rule } from '../../shared/impp/access-rules.ts';
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

/**
 * SET-ACL under `no-invisible`: a rule does not newly deal out a view that shows nothing of one who is there.
 * @throws permission-denied
 */
export function checkViews(
  policy: Policy,
  former: AccessRules,
  next: AccessRules,
  isShown: (view: string) => boolean,
): void {
  if (!policy.includes('no-invisible')) return;
  const known = new Set(former.rules.map(({ view }) => view));
  for (const { view } of next.rules)
    if (view !== undefined && !known.has(view) && !isShown(view))
      throw new ImppError('permission-denied', `publish the view ${view} first: ${INVISIBLE}`);
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
