// What the rules come to for somebody, judged by the same code as at the server [IMPP 9].

import {
  AccessRules,
  type Decision,
  decide,
  EMPTY_RULES,
  explain,
  type Permission,
  type Principal,
  type Rule as WrittenRule,
  viewOf,
} from '../../shared/impp/access-rules.ts';
import { type CompiledRule, compiled } from '../../shared/group-rules.ts';
import type { Rule } from '../../shared/model.ts';

/** Whoever has no account: no host rule may match, so the address is of a name that no host can have. */
const ANONYMOUS = 'impp://anonymous.invalid/anonymous';

export const isHost = (who: string): boolean => who.startsWith('impp://') && who.endsWith('/*');
export const hostOf = (who: string): string =>
  who.slice('impp://'.length, who.indexOf('/', 'impp://'.length));
export const hostRule = (address: string): string => `impp://${hostOf(address)}/*`;
export const isPerson = (who: string): boolean => who !== '*' && who !== 'anonymous' && !isHost(who);

/** An address, or `anonymous`. */
export const principalOf = (address: string): Principal =>
  address === 'anonymous' ? { url: ANONYMOUS, isAnonymous: true } : { url: address, isAnonymous: false };

/** What lists of rules come to: a list is never changed, only replaced, so that this holds until one of them ends. */
const known = new WeakMap<
  readonly Rule[],
  { readonly since: number; readonly until: number; readonly rules: AccessRules }
>();

/**
 * The rules ready to be judged at `now`; the same ones for as long as they come to the same, because there may be one
 * for 100,000 contacts. A document that another program broke judges as if it were empty.
 */
export function judged(list: readonly Rule[], now: number): AccessRules {
  const before = known.get(list);
  if (before !== undefined && before.since <= now && now < before.until) return before.rules;
  let rules: AccessRules;
  try {
    rules = new AccessRules(compiled(list, now));
  } catch {
    rules = EMPTY_RULES;
  }
  known.set(list, { since: now, until: nextEnd(list, now) ?? Number.POSITIVE_INFINITY, rules });
  return rules;
}

/** When one of the rules next ends after `now`; undefined: never. */
export const nextEnd = (list: readonly Rule[], now: number): number | undefined =>
  list.reduce<number | undefined>(
    (first, { until }) =>
      until !== undefined && until > now && (first === undefined || until < first) ? until : first,
    undefined,
  );

const PERMISSIONS = ['subscribe', 'fetch', 'send', 'change', 'read'] as const satisfies readonly Permission[];

/** Everything that the rules together say of somebody. */
export interface Effect {
  readonly subscribe: Decision;
  readonly fetch: Exclude<Decision, 'ask'>;
  readonly send: 'allow' | 'deny';
  readonly change: 'allow' | 'deny';
  readonly read: 'allow' | 'deny';
  readonly view: string;
}

export function effectOn(rules: AccessRules, who: Principal, owner: string, now: number): Effect {
  const judge = (permission: Permission): Decision => decide(rules, permission, who, owner, now);
  const view = viewOf(rules, who, owner, now);
  return Object.fromEntries([
    ...PERMISSIONS.map((name) => [name, judge(name)] as const),
    ['view', view],
  ]) as unknown as Effect;
}

/** What of it a person may want to read: what is denied to everybody unless stated needs no word. */
export function toldOf(effect: Effect): Partial<Effect> {
  const { change, read, ...told } = effect;
  return {
    ...told,
    ...(change === 'allow' ? { change } : {}),
    ...(read === 'allow' ? { read } : {}),
  };
}

/** A rule as it is judged may be put together of several: the one of them that states `name`. */
export const sourceOf = (rule: WrittenRule, name: Permission | 'view'): Rule =>
  ((rule as CompiledRule<Rule>).sources?.[name] ?? rule) as Rule;

/** The rule that decides what `who` may do; undefined: built in, or oneself. */
export function decidingRule(
  rules: AccessRules,
  permission: Permission | 'view',
  who: Principal,
  owner: string,
  now: number,
): Rule | undefined {
  if (permission !== 'view') {
    const { rule } = explain(rules, permission, who, owner, now);
    return rule && sourceOf(rule, permission);
  }
  const candidates = [
    rules.inForce(who.url, now),
    who.isAnonymous ? rules.inForce('anonymous', now) : undefined,
    rules.inForceForHostOf(who.url, now),
    rules.inForce('*', now),
  ];
  const found = candidates.find((rule) => rule?.view !== undefined);
  return found && sourceOf(found, 'view');
}

/** How close a rule for `who` is to the people it is about: a person, then people without an account, a domain, all. */
export const closeness = (who: string): number =>
  who === '*' ? 0 : isHost(who) ? 1 : who === 'anonymous' ? 2 : 3;

/** Whether a rule for `wide` is about whoever a rule for `narrow` is about, and further people. */
export const covers = (wide: string, narrow: string): boolean =>
  narrow !== wide &&
  (wide === '*' ? true : isHost(wide) && isPerson(narrow) ? hostRule(narrow) === wide : false);

const VALUES = [...PERMISSIONS, 'view'] as const;

/** What both rules state, and differently: there the closer one wins. */
export const contested = (one: Rule, other: Rule): readonly (typeof VALUES)[number][] =>
  VALUES.filter((name) => one[name] !== undefined && other[name] !== undefined && one[name] !== other[name]);

export type Statement = Omit<Rule, 'who' | 'group'>;

/** Of a rule: only what is named. */
export const partOf = (rule: Rule, names: readonly (keyof Statement)[]): Partial<Statement> =>
  Object.fromEntries(names.flatMap((name) => (rule[name] === undefined ? [] : [[name, rule[name]]])));

export interface Overlap {
  readonly rule: Rule;
  /** `closer` wins over the rule it is compared with; `wider` gives way; `moves`: about the same people by name. */
  readonly kind: 'closer' | 'wider' | 'moves';
  /** What is contested, as the other rule says it. */
  readonly says: Partial<Statement>;
  /** By `moves`: who stands in both. */
  readonly both: readonly string[];
}

/**
 * The other rules in force that speak of the same people and say something else, the closest first. Of rules for
 * groups the earlier one wins: `place` is how many of the others stand before this one.
 */
export function overlapsOf(
  rule: Rule,
  others: readonly Rule[],
  now: number,
  place = others.length,
): readonly Overlap[] {
  const overlaps: Overlap[] = [];
  for (const [index, other] of others.entries()) {
    const both = other.who.filter((who) => rule.who.includes(who));
    const isOfGroup = rule.group !== undefined || other.group !== undefined;
    if (both.length > 0 && !isOfGroup) overlaps.push({ rule: other, kind: 'moves', says: {}, both });
    if (other.until !== undefined && other.until <= now) continue;
    const names = contested(rule, other);
    if (names.length === 0) continue;
    const isFirst = groupRank(other, index) < groupRank(rule, place - 0.5);
    const isCloser =
      (both.length > 0 && isOfGroup && isFirst) ||
      other.who.some((narrow) => rule.who.some((wide) => covers(wide, narrow)));
    const isWider =
      (both.length > 0 && isOfGroup && !isFirst) ||
      other.who.some((wide) => rule.who.some((narrow) => covers(wide, narrow)));
    // Whether something is shown and what it is are one sentence.
    const isOfSight = names.includes('view') || names.includes('subscribe');
    const says = partOf(other, isOfSight ? [...names, 'subscribe', 'view'] : names);
    if (isCloser) overlaps.push({ rule: other, kind: 'closer', says, both: [] });
    else if (isWider) overlaps.push({ rule: other, kind: 'wider', says, both: [] });
  }
  return overlaps.sort((a, b) => closest(b.rule) - closest(a.rule));
}

const closest = (rule: Rule): number => Math.max(...rule.who.map(closeness));

/** Rules by name come before those for groups, these in their order, the one for all contacts last. */
const groupRank = ({ group }: Rule, index: number): number =>
  group === undefined ? -1 : group === '' ? Number.POSITIVE_INFINITY : index;

/** The rules without the one that `former` names. */
export const rulesWithout = (rules: readonly Rule[], former: RuleName | undefined): readonly Rule[] =>
  former === undefined ? rules : rules.filter((one) => !isSameRule(one, former));

/** The rules with `rule` in the place of the one that `former` names, whoever it names taken out of other rules. */
export function rulesWith(rules: readonly Rule[], rule: Rule, former: RuleName | undefined): readonly Rule[] {
  if (rule.group !== undefined) {
    const isThere = rules.some((one) => one.group === rule.group);
    return isThere ? rules.map((one) => (one.group === rule.group ? rule : one)) : [...rules, rule];
  }
  const rest = rulesWithout(rules, former).flatMap((one): Rule[] => {
    if (one.group !== undefined) return [one];
    const who = one.who.filter((name) => !rule.who.includes(name));
    return who.length === 0 ? [] : [who.length === one.who.length ? one : { ...one, who }];
  });
  return rule.who.length === 0 ? rest : [...rest, rule];
}

/** What tells a rule from the others: its group, or whom it names. */
export type RuleName = Pick<Rule, 'who' | 'group'>;

export const isSameRule = (a: RuleName, b: RuleName): boolean =>
  a.group === b.group && (a.group !== undefined || sameWho(a.who, b.who));

/** No address begins with a space. */
export const ruleKey = ({ who, group }: RuleName): string =>
  group === undefined ? who.join(' ') : ` ${group}`;

/** Whether a rule names somebody, and not a group that they happen to be in. */
export const isFor = ({ who, group }: RuleName, address: string): boolean =>
  group === undefined && who.includes(address);

const sameWho = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((who) => b.includes(who));

/** What holds for all that a rule names where it says nothing of `name` itself; undefined: not the same for each. */
export function fallbackOf(
  others: readonly Rule[],
  who: readonly string[],
  name: Permission,
  owner: string,
  now: number,
): { readonly value: Decision; readonly rule: Rule | undefined } | undefined {
  const rules = judged(others, now);
  const found = who.map((one) => explain(rules, name, probeOf(one), owner, now));
  const [first] = found;
  return first === undefined || found.some(({ value }) => value !== first.value)
    ? undefined
    : { value: first.value, rule: first.rule && sourceOf(first.rule, name) };
}

/** Somebody whom `who` is about and no closer rule: no canonical address has a space. */
export const probeOf = (who: string): Principal =>
  who === 'anonymous' || isPerson(who)
    ? principalOf(who)
    : { url: who === '*' ? 'impp://nobody.invalid/ ' : `${who.slice(0, -1)} `, isAnonymous: false };
