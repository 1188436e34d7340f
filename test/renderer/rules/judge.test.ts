import { describe, expect, test } from 'vitest';
import { accessOf, isBlocked, seesSentence } from '../../../renderer/rules/person-access.ts';
import { concernedBy } from '../../../renderer/rules/Concerned.tsx';
import {
  decidingRule,
  effectOn,
  fallbackOf,
  judged,
  overlapsOf,
  principalOf,
  probeOf,
  rulesWith,
} from '../../../renderer/rules/judge.ts';
import { membersOf, sectionsOf, subjectOf } from '../../../renderer/rules/subjects.ts';
import type { Rule } from '../../../shared/model.ts';
import { ALICE, BOB, contact, VIEWS } from '../scripted-bridge.tsx';

const NOW = 1_000_000;
const CAROL = 'impp://b.example/carol';
const DAVE = 'impp://d.example/dave';
const HOST = 'impp://b.example/*';
const bob: Rule = { who: [BOB], subscribe: 'pretend', fetch: 'pretend' };
const host: Rule = { who: [HOST], subscribe: 'allow', fetch: 'allow', view: 'state', send: 'allow' };
const all: Rule = { who: ['*'], subscribe: 'ask', send: 'deny' };

describe('which rule wins', () => {
  test('a closer one is said to win, a wider one to give way, each with what is contested', () => {
    expect(overlapsOf(host, [bob, all], NOW)).toEqual([
      { rule: bob, kind: 'closer', says: { subscribe: 'pretend', fetch: 'pretend' }, both: [] },
      { rule: all, kind: 'wider', says: { subscribe: 'ask', send: 'deny' }, both: [] },
    ]);
  });

  test('rules that agree, that are over, or that are about others are no conflict', () => {
    expect(overlapsOf(host, [{ who: [BOB], send: 'allow' }], NOW)).toEqual([]);
    expect(overlapsOf(host, [{ ...bob, until: NOW }], NOW)).toEqual([]);
    expect(overlapsOf(host, [{ who: [DAVE], subscribe: 'deny' }], NOW)).toEqual([]);
  });

  test('a person in another rule moves out of it', () => {
    const group: Rule = { who: [BOB, CAROL], subscribe: 'deny' };
    expect(overlapsOf(bob, [group], NOW)[0]).toMatchObject({ kind: 'moves', both: [BOB] });
    expect(rulesWith([group], bob, undefined)).toEqual([{ who: [CAROL], subscribe: 'deny' }, bob]);
    expect(rulesWith([bob], { ...bob, who: [CAROL] }, bob)).toEqual([{ ...bob, who: [CAROL] }]);
  });

  test('permission and view may come from different rules', () => {
    const rules = judged([{ who: [BOB], subscribe: 'allow' }, host], NOW);
    const who = principalOf(BOB);
    expect(decidingRule(rules, 'subscribe', who, ALICE, NOW)?.who).toEqual([BOB]);
    expect(decidingRule(rules, 'view', who, ALICE, NOW)?.who).toEqual([HOST]);
    expect(decidingRule(rules, 'change', who, ALICE, NOW)).toBeUndefined();
    expect(effectOn(rules, who, ALICE, NOW)).toMatchObject({
      subscribe: 'allow',
      view: 'state',
      send: 'allow',
    });
  });

  test('people without an account fall under no rule for a domain or for all', () => {
    const rules = judged([host, { who: ['*'], subscribe: 'allow', send: 'allow' }], NOW);
    expect(effectOn(rules, principalOf('anonymous'), ALICE, NOW)).toMatchObject({
      subscribe: 'deny',
      send: 'deny',
    });
  });

  test('what a rule leaves open is decided for those it is about, not for closer rules', () => {
    expect(fallbackOf([bob, all], [HOST], 'subscribe', ALICE, NOW)).toMatchObject({
      value: 'ask',
      rule: all,
    });
    expect(fallbackOf([host], [BOB], 'send', ALICE, NOW)).toMatchObject({ value: 'allow', rule: host });
    expect(fallbackOf([], ['*'], 'subscribe', ALICE, NOW)).toEqual({ value: 'ask', rule: undefined });
    expect(fallbackOf([], ['anonymous'], 'send', ALICE, NOW)).toEqual({ value: 'deny', rule: undefined });
    // Not the same for both: nothing is claimed.
    expect(fallbackOf([host], [BOB, DAVE], 'subscribe', ALICE, NOW)).toBeUndefined();
    expect(probeOf('*').isAnonymous).toBe(false);
  });

  test('what a list of rules comes to is put together once, until one of them ends', () => {
    const list = [{ ...bob, until: NOW + 10 }, all];
    const rules = judged(list, NOW);
    expect(judged(list, NOW + 9)).toBe(rules);
    expect(judged(list, NOW + 10)).not.toBe(rules);
    expect(judged([...list], NOW)).not.toBe(rules);
  });

  test('a document that stands against itself judges as if it were empty', () => {
    expect(effectOn(judged([bob, bob], NOW), principalOf(BOB), ALICE, NOW).subscribe).toBe('ask');
  });
});

describe('rules for groups', () => {
  const work: Rule = { group: 'Work', who: [BOB, CAROL], subscribe: 'allow', view: 'state' };
  const family: Rule = { group: 'Family', who: [BOB], subscribe: 'allow', view: 'default', send: 'allow' };
  const contacts: Rule = { group: '', who: [BOB, CAROL, DAVE], send: 'deny' };
  const named: Rule = { who: [BOB], view: 'busy' };

  test('the one by name first, the groups in their order, all contacts last', () => {
    expect(overlapsOf(work, [named, family, contacts], NOW, 1)).toMatchObject([
      { rule: named, kind: 'closer' },
      { rule: family, kind: 'wider' },
    ]);
    expect(overlapsOf(family, [work, contacts], NOW)).toMatchObject([
      { rule: work, kind: 'closer' },
      { rule: contacts, kind: 'wider' },
    ]);
    expect(overlapsOf(contacts, [family], NOW, 0)).toMatchObject([{ rule: family, kind: 'closer' }]);
  });

  test('of what is put together, each permission names the rule that states it', () => {
    const rules = judged([work, family, contacts, named, host], NOW);
    const deciding = (name: 'subscribe' | 'send' | 'view') =>
      decidingRule(rules, name, principalOf(BOB), ALICE, NOW);
    expect(deciding('view')).toBe(named);
    expect(deciding('subscribe')).toBe(work);
    expect(deciding('send')).toBe(family);
    expect(decidingRule(rules, 'send', principalOf(DAVE), ALICE, NOW)).toBe(contacts);
  });

  test('who is in a group has no rule of their own by it', () => {
    expect(accessOf(judged([work], NOW), BOB, ALICE, NOW)).toMatchObject({ rule: work, own: undefined });
    expect(accessOf(judged([work, named], NOW), BOB, ALICE, NOW).own).toMatchObject({ who: [BOB] });
  });

  test('one for the same group comes in its place, and nobody moves out of another', () => {
    const changed: Rule = { ...work, view: 'busy' };
    expect(rulesWith([named, work, family], changed, work)).toEqual([named, changed, family]);
    expect(rulesWith([named], work, undefined)).toEqual([named, work]);
    expect(rulesWith([work], named, undefined)).toEqual([work, named]);
  });
});

describe('whom it concerns', () => {
  const watchers = [
    { address: BOB, state: 'active' },
    { address: CAROL, state: 'pending' },
    { address: DAVE, state: 'active' },
    { address: 'impp://b.example/erin', state: 'fetched' },
  ] as const;

  test('those who watch and for whom the rule decides', () => {
    expect(concernedBy(host, [bob, host], watchers, ALICE, NOW).map(({ address }) => address)).toEqual([
      // The closer rule says nothing of the view, but shows none.
      BOB,
      CAROL,
    ]);
    expect(concernedBy(bob, [bob, host], watchers, ALICE, NOW).map(({ address }) => address)).toEqual([BOB]);
    expect(concernedBy(all, [all], watchers, ALICE, NOW)).toHaveLength(3);
  });
});

describe('access of one person', () => {
  test.each<[Rule[], string, boolean]>([
    [[], 'Bob must ask before seeing you. A watch from before goes on.', false],
    [[bob], 'Bob sees you offline, and is not told.', false],
    [[host], 'Bob sees only your state, without your note.', false],
    [[{ who: [BOB], subscribe: 'deny', send: 'deny' }], 'Bob cannot see you, and is told so.', true],
    [[{ who: [BOB], subscribe: 'allow', view: 'closed' }], 'Bob sees you offline.', false],
  ])('%j', (rules, sentence, blocked) => {
    const access = accessOf(judged(rules, NOW), BOB, ALICE, NOW);
    expect(seesSentence(access, 'Bob', VIEWS)).toBe(sentence);
    expect(isBlocked(access)).toBe(blocked);
  });
});

describe('whom a rule is about', () => {
  const people = new Map(
    [
      contact({ groups: ['Family'] }),
      contact({ address: CAROL, name: 'Carol', groups: ['Family', 'Work'] }),
      contact({ address: DAVE, name: 'Dave', groups: ['Work'] }),
    ].map((one) => [one.address, one]),
  );

  test.each<[string[], string, string]>([
    [[BOB], 'Bob', 'one'],
    [[BOB, CAROL], 'Bob and Carol', 'many'],
    [[BOB, DAVE], 'Bob and Dave', 'many'],
    [[BOB, CAROL, DAVE], 'Bob, Carol, and Dave', 'many'],
    [[BOB, CAROL, DAVE, HOST], 'Bob, Carol, and 2 more', 'many'],
    [[HOST], 'Everyone at b.example', 'one'],
    [['impp://xn--mnchen-3ya.example/*'], 'Everyone at münchen.example', 'one'],
    [['anonymous'], 'People without an account', 'many'],
    [['*'], 'Anyone', 'one'],
    [['impp://e.example/erin'], 'erin@e.example', 'one'],
  ])('%j', (who, title, number) => {
    expect(subjectOf({ who }, people)).toMatchObject({ title, number });
  });

  test('a group by its name and number, whoever else it names', () => {
    expect(subjectOf({ who: [BOB, CAROL], group: 'Family' }, people)).toMatchObject({
      title: 'Family, 2 people,',
      section: 'groups',
    });
    expect(subjectOf({ who: [BOB], group: 'Family' }, people).number).toBe('many');
    expect(subjectOf({ who: [], group: 'Family' }, people).title).toBe('Family, nobody yet,');
    expect(subjectOf({ who: [BOB, CAROL, DAVE], group: '' }, people).title).toBe('All contacts, 3 people,');
    expect(membersOf('Work', people)).toEqual([CAROL, DAVE]);
    expect(membersOf('', people)).toEqual([BOB, CAROL, DAVE]);
  });

  test('groups stand in the order in which they win', () => {
    const groups = ['', 'Work', 'Family'].map((group) => ({ who: [], group }));
    expect(
      sectionsOf([...groups, { who: [BOB, DAVE] }], people)[0]?.rules.map(({ subject }) => subject.name),
    ).toEqual(['Bob and Dave', 'Work, nobody yet', 'Family, nobody yet', 'All contacts, nobody yet']);
  });

  test('people, groups, domains, everyone else; what is built in fills the gaps', () => {
    const sections = sectionsOf([all, host, { who: [BOB, DAVE] }, bob, { who: [CAROL] }], people);
    expect(
      sections.map(({ section, rules }) => [section, rules.map(({ subject }) => subject.title)]),
    ).toEqual([
      ['people', ['Bob', 'Carol']],
      ['groups', ['Bob and Dave']],
      ['domains', ['Everyone at b.example']],
      ['everyone', ['People without an account', 'Anyone']],
    ]);
  });
});
