// Whom a rule is about, in words, and where it stands in the list.

import { collator } from '../../shared/i18n/formats.ts';
import type { Contact, Rule } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { nameFor } from '../store/names.ts';
import { hostOf, isHost, isPerson, type RuleName } from './judge.ts';
import type { GrammaticalNumber } from './sentence.ts';

/** The contacts of the account whose rules these are, by address. */
export interface People {
  get(address: string): Contact | undefined;
  values(): Iterable<Contact>;
}

export type Section = 'people' | 'groups' | 'domains' | 'everyone';

export interface Subject {
  /** In front of a sentence: `Ana Ferreira`, `Family, 4 people,`, `Everyone at b.example`. */
  readonly title: string;
  /** Alone: `Ana Ferreira`, `Family, 4 people`. */
  readonly name: string;
  readonly number: GrammaticalNumber;
  readonly section: Section;
}

export function whoTitle(who: string, people: People): string {
  if (who === '*') return t('rules.who.everyone');
  if (who === 'anonymous') return t('rules.who.anonymous');
  if (isHost(who)) return t('rules.who.domain', { domain: displayHost(who) });
  return nameFor(people.get(who), who);
}

/** The domain as people read it: `münchen.example`. */
export function displayHost(who: string): string {
  const address = nameFor(undefined, `impp://${hostOf(who)}/x`);
  return address.slice(address.lastIndexOf('@') + 1);
}

export function subjectOf(rule: RuleName, people: People): Subject {
  const subject = aboutWhom(rule, people);
  return { ...subject, name: subject.title.replace(/[,،、]$/u, '') };
}

function aboutWhom(rule: RuleName, people: People): Omit<Subject, 'name'> {
  if (rule.group !== undefined) {
    const count = rule.who.length;
    return {
      title:
        rule.group === ''
          ? t('rules.who.contacts', { count })
          : t('rules.who.group', { name: rule.group, count }),
      number: 'many',
      section: 'groups',
    };
  }
  const [first, second, third] = rule.who;
  if (first === undefined) return { title: t('rules.new.title'), number: 'one', section: 'people' };
  if (second === undefined) {
    return {
      title: whoTitle(first, people),
      number: first === 'anonymous' ? 'many' : 'one',
      section: isPerson(first) ? 'people' : isHost(first) ? 'domains' : 'everyone',
    };
  }
  const section = rule.who.includes('*') ? 'everyone' : 'groups';
  const names = { first: whoTitle(first, people), second: whoTitle(second, people) };
  const title =
    third === undefined
      ? t('rules.who.two', names)
      : rule.who.length === 3
        ? t('rules.who.three', { ...names, third: whoTitle(third, people) })
        : t('rules.who.more', { ...names, count: rule.who.length - 2 });
  return { title, number: 'many', section };
}

/** Who is in a group of contacts; empty: all of them. */
export function membersOf(group: string, people: People): readonly string[] {
  const members: string[] = [];
  for (const { address, groups } of people.values())
    if (group === '' || groups.includes(group)) members.push(address);
  return members;
}

const SECTIONS = ['people', 'groups', 'domains', 'everyone'] as const satisfies readonly Section[];
export interface RuleSection {
  readonly section: Section;
  readonly rules: readonly { readonly rule: Rule; readonly subject: Subject }[];
}

/** What holds for everyone where no rule of one's own says otherwise, shown in the list so that it has no gaps. */
export const BUILT_IN_RULES: readonly Rule[] = [
  { who: ['anonymous'], subscribe: 'deny', fetch: 'deny', send: 'deny' },
  { who: ['*'], subscribe: 'ask', fetch: 'deny', send: 'allow', view: 'default' },
];

/** Rules that name people come before those for groups, which stand in the order in which they win. */
const groupRank = ({ group }: Rule): number => (group === undefined ? 0 : group === '' ? 2 : 1);

/** The rules by section, each by name; `built in` ones stand in for what is not ruled. */
export function sectionsOf(rules: readonly Rule[], people: People): readonly RuleSection[] {
  const stated = new Set(rules.flatMap(({ who, group }) => (group === undefined ? who : [])));
  const all = [...rules, ...BUILT_IN_RULES.filter(({ who }) => !who.some((one) => stated.has(one)))].map(
    (rule) => ({ rule, subject: subjectOf(rule, people) }),
  );
  return SECTIONS.map((section) => ({
    section,
    rules: all
      .filter((one) => one.subject.section === section)
      .sort((a, b) =>
        section === 'everyone'
          ? Number(a.rule.who.includes('*')) - Number(b.rule.who.includes('*'))
          : groupRank(a.rule) - groupRank(b.rule) ||
            (a.rule.group === undefined ? collator().compare(a.subject.title, b.subject.title) : 0),
      ),
  })).filter((one) => one.rules.length > 0);
}
