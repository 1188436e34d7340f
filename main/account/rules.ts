import {
  AccessRules,
  EMPTY_RULES,
  formatAccessRules,
  parseAccessRules,
  type Rule,
} from '../../shared/impp/access-rules.ts';
import type { Context } from './context.ts';
import { changeShared, type Shared } from './documents.ts';

/**
 * The rules with `change` made for `principal` alone: taken out of its group if it is in one, where everything
 * else that the group's rule says goes on for it. A rule that has run out lends nothing.
 */
export const withRule = (
  rules: AccessRules,
  principal: string,
  change: Partial<Rule>,
  now: number,
): AccessRules => {
  const old = rules.ruleFor(principal);
  const isOver = old?.until !== undefined && old.until <= now;
  const own: Rule = { ...(old === undefined || isOver ? {} : old), ...change, who: [principal] };
  const others = rules.rules.flatMap((rule): Rule[] => {
    const who = rule.who.filter((name) => name !== principal);
    return who.length === 0 ? [] : [who.length === rule.who.length ? rule : { ...rule, who }];
  });
  return new AccessRules([...others, own], rules.unknown);
};

/** Writes what `principal` may see into the access rules at the server; in force before this resolves. */
export const answerWatcher = (context: Context, principal: string, isAllowed: boolean): Promise<void> => {
  const shared: Shared = {
    get: 'GET-ACL',
    set: 'SET-ACL',
    headers: [['Target', context.url]],
    contentType: 'application/impp-acl',
  };
  const change: Partial<Rule> = isAllowed
    ? { subscribe: 'allow', fetch: 'allow' }
    : { subscribe: 'deny', fetch: 'deny' };
  return changeShared(context, shared, (body) => {
    const rules = body === undefined ? EMPTY_RULES : parseAccessRules(body);
    return formatAccessRules(withRule(rules, principal, change, context.clock.now()));
  });
};
