// A second reading of section 9, as plain as it can be, and random sets of rules to compare the two by.

import fc from 'fast-check';
import type { Explanation, Permission, Rule } from '../../../shared/impp/access-rules.ts';

type Level = Explanation['by'];

const BUILT_IN = {
  subscribe: 'ask',
  fetch: 'deny',
  send: 'allow',
  change: 'deny',
  read: 'deny',
  view: 'default',
};

/** What decides about `url` and by which kind of rule; anonymous logins are known by their name. */
export function naively(
  rules: readonly Rule[],
  name: Permission | 'view',
  url: string,
  owner: string,
  now: number,
): { value: string; by: Level } {
  if (url === owner) return { value: name === 'view' ? 'default' : 'allow', by: 'oneself' };
  const isAnonymous = url.includes('/anonymous-');
  const isStrict = isAnonymous && ['subscribe', 'fetch', 'send'].includes(name);
  const levels: [who: string, by: Level][] = [[url, 'principal']];
  if (isAnonymous) levels.push(['anonymous', 'anonymous']);
  if (!isStrict) levels.push([url.replace(/[^\/]*$/v, '*'), 'host'], ['*', 'everyone']);
  for (const [who, by] of levels) {
    for (const rule of rules) {
      const value = rule[name];
      if (rule.who.includes(who) && value !== undefined && (rule.until === undefined || now < rule.until))
        return { value, by };
    }
  }
  return { value: isStrict ? 'deny' : BUILT_IN[name], by: 'built-in' };
}

/** Random rules about some of `whos`, each of whom stands once at most; groups among them. */
export const arbitraryRules = (
  whos: readonly string[],
  views: readonly string[],
  until: fc.Arbitrary<number>,
): fc.Arbitrary<Rule[]> => {
  const statements: fc.Arbitrary<Omit<Rule, 'who'>> = fc.record(
    {
      until,
      subscribe: fc.constantFrom('allow', 'ask', 'deny', 'pretend'),
      fetch: fc.constantFrom('allow', 'deny', 'pretend'),
      send: fc.constantFrom('allow', 'deny'),
      change: fc.constantFrom('allow', 'deny'),
      read: fc.constantFrom('allow', 'deny'),
      view: fc.constantFrom(...views),
    },
    { requiredKeys: [] },
  );
  return fc
    .tuple(fc.shuffledSubarray([...whos]), fc.array(statements, { minLength: 1, maxLength: 6 }))
    .map(([chosen, rules]) =>
      rules
        .map((rule, at) => ({ ...rule, who: chosen.filter((_, index) => index % rules.length === at) }))
        .filter((rule) => rule.who.length > 0),
    );
};
