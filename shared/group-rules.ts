// Rules for groups of contacts [IMPP 9 knows none]: on the wire a principal stands in one rule only, so what several
// rules say of somebody is put together here, and written for them by name. Pure.

import type { Rule as WireRule } from './impp/access-rules.ts';

/** A rule as people make it; of one for a group, `who` are the people in it now. See `Rule` in model.ts. */
export interface GroupableRule extends WireRule {
  readonly group?: string | undefined;
}

export const STATED = ['subscribe', 'fetch', 'send', 'change', 'read', 'view'] as const;
type Stated = (typeof STATED)[number];

/** A rule as it is written. */
export interface CompiledRule<R extends GroupableRule = GroupableRule> extends WireRule {
  /** By what it states: the rule that says so. Absent where nothing was put together. */
  readonly sources?: { readonly [Name in Stated]?: R };
  /** A rule of several whose people are in different groups is written in parts; this is not the first. */
  readonly isPart?: true;
}

const isOver = ({ until }: WireRule, now: number): boolean => until !== undefined && until <= now;

/**
 * Whether a value of `rule` may be said for as long as `first` is in force: there is only one `until`. What would be
 * allowed for too long is left out. A refusal, a question or another view is better for too long than not at all:
 * what a wider rule says instead may be more.
 */
const mayBeSaid = (rule: WireRule, name: Stated, first: WireRule): boolean =>
  rule.until === undefined ||
  (first.until !== undefined && rule.until >= first.until) ||
  rule[name] !== 'allow';

/** What `layers` come to together, where the first that states something decides it. */
function sourcesIn<R extends GroupableRule>(layers: readonly R[]): { readonly [Name in Stated]?: R } {
  const [first] = layers;
  if (first === undefined) return {};
  return Object.fromEntries(
    STATED.flatMap((name) => {
      const source = layers.find((rule) => rule[name] !== undefined && mayBeSaid(rule, name, first));
      return source === undefined ? [] : [[name, source]];
    }),
  );
}

/** One rule for those of `first` for whom all `layers` say the same. */
const together = <R extends GroupableRule>(
  first: R,
  who: readonly string[],
  sources: { readonly [Name in Stated]?: R },
): CompiledRule<R> => ({
  ...Object.fromEntries(
    STATED.flatMap((name) => {
      const value = sources[name]?.[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ),
  ...(first.until === undefined ? {} : { until: first.until }),
  ...(first.group !== undefined || first.unknown === undefined ? {} : { unknown: first.unknown }),
  who,
  sources,
});

/** `people` by what is said of them, in the order of each one's first. */
const partition = <R extends GroupableRule>(
  people: readonly string[],
  layersOf: (person: string) => readonly R[],
  index: ReadonlyMap<R, number>,
): { readonly people: string[]; readonly layers: readonly R[] }[] => {
  const parts = new Map<string, { people: string[]; layers: readonly R[] }>();
  for (const person of people) {
    const layers = layersOf(person);
    const key = layers.map((rule) => index.get(rule) ?? -1).join();
    const part = parts.get(key);
    if (part === undefined) parts.set(key, { people: [person], layers });
    else part.people.push(person);
  }
  return [...parts.values()];
};

/**
 * The rules of `rules` in force at `now` as they are written: each principal in one rule, the same from every device.
 * A rule that names somebody comes before those for groups; these in the order of `rules`, but all contacts last. A
 * rule by name that has run out gives way to groups, but else stays.
 */
export function compiled<R extends GroupableRule>(
  rules: readonly R[],
  now: number,
): readonly CompiledRule<R>[] {
  const all = rules.filter(({ group }) => group !== undefined);
  const own = rules.filter(({ group }) => group === undefined);
  if (all.length === 0) return own;
  const groups = [...all.filter(({ group }) => group !== ''), ...all.filter(({ group }) => group === '')];
  const index = new Map(groups.map((rule, position) => [rule, position]));
  const byPerson = new Map<string, R[]>();
  for (const rule of groups) {
    if (isOver(rule, now)) continue;
    for (const person of rule.who) {
      const layers = byPerson.get(person);
      if (layers === undefined) byPerson.set(person, [rule]);
      else layers.push(rule);
    }
  }

  const written = own.flatMap((rule): CompiledRule<R>[] => {
    if (isOver(rule, now)) {
      const who = rule.who.filter((one) => !byPerson.has(one));
      return who.length === 0 ? [] : [who.length === rule.who.length ? rule : { ...rule, who }];
    }
    const parts = partition(rule.who, (one) => byPerson.get(one) ?? [], index);
    for (const one of rule.who) byPerson.delete(one);
    return parts.map(({ people, layers }, position) => {
      if (layers.length === 0 && parts.length === 1) return rule;
      const part = together(rule, people, sourcesIn([rule, ...layers]));
      return position === 0 ? part : { ...part, isPart: true };
    });
  });
  const people = [...byPerson.keys()].sort();
  for (const { people: who, layers } of partition(people, (one) => byPerson.get(one) ?? [], index)) {
    const [first] = layers;
    if (first !== undefined) written.push(together(first, who, sourcesIn(layers)));
  }
  return written;
}
