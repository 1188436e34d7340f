// Changes of access rules that leave what is said of others as it is. Pure.

import { AccessRules, type Rule } from '../../shared/impp/access-rules.ts';
import type { GroupableRule } from '../../shared/group-rules.ts';
import type { Rule as ShownRule } from '../../shared/model.ts';
import type { GroupRule } from './rules-document.ts';

export const isRefusal = (value: unknown): boolean => value === 'deny' || value === 'pretend';

/**
 * What goes on from `old` under a change that names no end of its own. A rule that has run out lends nothing. Where
 * `old` is for a time and the change refuses something, the refusal is for good: so the end goes, and what was
 * granted for that time goes with it.
 */
const inherited = (old: Rule | undefined, change: Partial<Rule>, now: number): Partial<Rule> => {
  if (old === undefined || (old.until !== undefined && old.until <= now)) return {};
  if (old.until === undefined || change.until !== undefined || !Object.values(change).some(isRefusal))
    return old;
  const { until: _, ...rest } = old;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== 'allow'));
};

const isNamed = (rule: Rule, who: readonly string[]): boolean =>
  rule.who.length === who.length && who.every((name) => rule.who.includes(name));

/** The rules without anything about those in `who`; the rest of their groups stays. */
export const withoutRule = (rules: AccessRules, who: readonly string[]): AccessRules => {
  const left = rules.rules.flatMap((rule): Rule[] => {
    const others = rule.who.filter((name) => !who.includes(name));
    return others.length === 0 ? [] : [others.length === rule.who.length ? rule : { ...rule, who: others }];
  });
  return new AccessRules(left, rules.unknown);
};

/**
 * The rules with `change` made for `principal` (or a host, `anonymous`, `*`) alone: taken out of its group if it is
 * in one, where everything else that the group's rule says goes on for it.
 */
export const withRule = (
  rules: AccessRules,
  principal: string,
  change: Partial<Rule>,
  now: number,
): AccessRules => {
  const own: Rule = { ...inherited(rules.ruleFor(principal), change, now), ...change, who: [principal] };
  return new AccessRules([...withoutRule(rules, [principal]).rules, own], rules.unknown);
};

/** The rules with `rule` in the place of the one whose `who` was `former`, or at the end. */
export const withWholeRule = (
  rules: AccessRules,
  rule: ShownRule,
  former: readonly string[] | undefined,
): AccessRules => {
  const index = former === undefined ? -1 : rules.rules.findIndex((other) => isNamed(other, former));
  const old = rules.rules[index];
  const unknown = old?.unknown;
  const put: Rule = unknown === undefined ? rule : { ...rule, unknown };
  const list = old === undefined ? [...rules.rules, put] : rules.rules.with(index, put);
  const moved = list.flatMap((other): Rule[] => {
    if (other === put) return [other];
    const who = other.who.filter((name) => !rule.who.includes(name));
    return who.length === 0 ? [] : [who.length === other.who.length ? other : { ...other, who }];
  });
  return new AccessRules(moved, rules.unknown);
};

/** The rules for groups with `rule` in the place of the one for the same group, or at the end. */
export const withGroupRule = (groups: readonly GroupRule[], rule: GroupRule): readonly GroupRule[] => {
  const index = groups.findIndex(({ group }) => group === rule.group);
  const unknown = groups[index]?.unknown;
  const put: GroupRule = unknown === undefined ? rule : { ...rule, unknown };
  return index < 0 ? [...groups, put] : groups.with(index, put);
};

/** For the windows: without what this version does not understand. */
export const shownRules = (rules: readonly GroupableRule[]): ShownRule[] =>
  rules.map(
    (rule) =>
      Object.fromEntries(
        Object.entries(rule).filter(([name, value]) => name !== 'unknown' && value !== undefined),
      ) as unknown as ShownRule,
  );
