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
import { sectionsOf, subjectOf } from '../../../renderer/rules/subjects.ts';
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
    expect(rulesWith([bob], { ...bob, who: [CAROL] }, [BOB])).toEqual([{ ...bob, who: [CAROL] }]);
  });

  test('permission and view may come from different rules', () => {
    const rules = judged([{ who: [BOB], subscribe: 'allow' }, host]);
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
    const rules = judged([host, { who: ['*'], subscribe: 'allow', send: 'allow' }]);
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

  test('a document that stands against itself judges as if it were empty', () => {
    expect(effectOn(judged([bob, bob]), principalOf(BOB), ALICE, NOW).subscribe).toBe('ask');
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
    const access = accessOf(judged(rules), BOB, ALICE, NOW);
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
    [[BOB, CAROL], 'Family, 2 people,', 'many'],
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
