// Rules for groups in the document of access rules [IMPP 9, 18], beside what servers and other programs read of it:
// <acl><rule><who>..</who>..</rule>* <x-rule><x-group>..</x-group>..</x-rule>*</acl>
// An <x-rule> says what holds for a group (without a name: for all contacts); its people are in the ordinary rules.
// There <x-inherited> repeats what comes from groups and not from the rule itself, and <x-part/> stands in a rule that
// is one with the rule before it, for people who inherit something else.

import { ImppError } from '../../shared/errors.ts';
import { compiled, type CompiledRule, STATED } from '../../shared/group-rules.ts';
import {
  AccessRules,
  EMPTY_RULES,
  formatAccessRules,
  parseAccessRules,
  parseRule,
  type Rule,
  ruleElement,
} from '../../shared/impp/access-rules.ts';
import { type Element, listElement, textElement } from '../../shared/impp/markup.ts';

/** What holds for a group, whoever is in it; `group` is empty for all contacts. */
export interface GroupRule extends Rule {
  readonly group: string;
}

/** The rules as the person made them. */
export interface RuleBook {
  /** Those that name whom they are about. */
  readonly own: AccessRules;
  readonly groups: readonly GroupRule[];
  /** What is written for all of them together. */
  readonly written: AccessRules;
}

export const EMPTY_BOOK: RuleBook = { own: EMPTY_RULES, groups: [], written: EMPTY_RULES };

/** A contact, as far as groups go. */
export interface Grouped {
  readonly address: string;
  readonly groups: readonly string[];
}

const MARKS = new Set(['x-inherited', 'x-part']);

const groupRuleIn = (element: Element): GroupRule | undefined => {
  try {
    if (element.name !== 'x-rule') return undefined;
    const { who, unknown = [], ...rest } = parseRule(element);
    const [group, ...more] = unknown.filter(({ name }) => name === 'x-group');
    if (group === undefined || more.length > 0 || who.length > 0) return undefined;
    const others = unknown.filter((child) => child !== group);
    return { ...rest, who, group: group.text, ...(others.length === 0 ? {} : { unknown: others }) };
  } catch {
    // Of a later version: kept like everything unknown, and nothing is written in its name.
    return undefined;
  }
};

/** The rule without what it has from groups, unless another program has changed that; undefined: it has nothing else. */
const ownIn = (rule: Rule): Rule | undefined => {
  const { unknown = [], ...stated } = rule;
  const inherited = unknown.find(({ name }) => name === 'x-inherited');
  const others = unknown.filter(({ name }) => !MARKS.has(name));
  const kept = Object.entries(stated).filter(
    ([name, value]) => !inherited?.children.some((child) => child.name === name && child.text === value),
  );
  if (inherited !== undefined && others.length === 0 && !kept.some(([name]) => isStated(name)))
    return undefined;
  // What is left out may be left out of any rule.
  const own = Object.fromEntries(kept) as unknown as Rule;
  return others.length === 0 ? own : { ...own, unknown: others };
};

const isStated = (name: string): boolean => STATED.some((one) => one === name);

const isAlike = (one: Rule, other: Rule): boolean =>
  one.until === other.until && STATED.every((name) => one[name] === other[name]);

/** No body: nobody has ever set any. Throws `bad-request`. */
export function parseRules(body: Uint8Array | undefined): RuleBook {
  if (body === undefined) return EMPTY_BOOK;
  const written = parseAccessRules(body);
  const own: Rule[] = [];
  for (const rule of written.rules) {
    const one = ownIn(rule);
    if (one === undefined) continue;
    const last = own.at(-1);
    const isPart = rule.unknown?.some(({ name }) => name === 'x-part') === true;
    if (isPart && last !== undefined && isAlike(last, one)) {
      own[own.length - 1] = { ...last, who: [...last.who, ...one.who] };
    } else own.push(one);
  }
  const groups = new Map<string, GroupRule>();
  const unknown: Element[] = [];
  for (const element of written.unknown) {
    const rule = groupRuleIn(element);
    if (rule === undefined || groups.has(rule.group)) unknown.push(element);
    else groups.set(rule.group, rule);
  }
  return { own: new AccessRules(own, unknown), groups: [...groups.values()], written };
}

/** The rules for people to see and for {@link compiled}: those for groups with the people who are in them. */
export function withPeople({ own, groups }: RuleBook, contacts: Iterable<Grouped>, owner: string) {
  if (groups.length === 0) return own.rules;
  const all = [...contacts].filter(({ address }) => address !== owner);
  return [
    ...own.rules,
    ...groups.map((rule) => {
      const { group } = rule;
      const members = group === '' ? all : all.filter((one) => one.groups.includes(group));
      return { ...rule, who: members.map(({ address }) => address).sort() };
    }),
  ];
}

const writtenRule = ({ sources, isPart, ...rule }: CompiledRule): Rule => {
  const inherited = STATED.flatMap((name) => {
    const value = rule[name];
    return value === undefined || sources?.[name]?.group === undefined ? [] : [textElement(name, value)];
  });
  const marks = [
    ...(inherited.length === 0 ? [] : [listElement('x-inherited', inherited)]),
    ...(isPart === true ? [textElement('x-part', '')] : []),
  ];
  return marks.length === 0 ? rule : { ...rule, unknown: [...(rule.unknown ?? []), ...marks] };
};

/** The book with what is to be written of it, for `contacts` and at `now`. */
export function settled(book: RuleBook, contacts: Iterable<Grouped>, owner: string, now: number): RuleBook {
  const rules = compiled(withPeople(book, contacts, owner), now).map(writtenRule);
  const groups = book.groups.map(({ group, unknown = [], ...rule }) =>
    ruleElement({ ...rule, unknown: [textElement('x-group', group), ...unknown] }, 'x-rule'),
  );
  return { ...book, written: new AccessRules(rules, [...book.own.unknown, ...groups]) };
}

/** Throws `message-too-large` for more than can be read back. */
export function formatRules({ written }: RuleBook): Uint8Array {
  try {
    return formatAccessRules(written);
  } catch (cause) {
    throw new ImppError('message-too-large', 'there are too many rules', { cause });
  }
}
