import { describe, expect, test } from 'vitest';
import { withoutRule, withRule, withWholeRule } from '../../../main/account/rule-edits.ts';
import { AccessRules, decide, EMPTY_RULES } from '../../../shared/impp/access-rules.ts';

const NOW = Date.UTC(2026, 0, 5);
const OWNER = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';
const CAROL = 'impp://b.example/carol';

const decisionFor = (rules: AccessRules, url: string, permission: 'subscribe' | 'send' = 'subscribe') =>
  decide(rules, permission, { url, isAnonymous: false }, OWNER, NOW);

describe('an answer to a watcher', () => {
  test('becomes the rule of that principal alone', () => {
    const rules = withRule(EMPTY_RULES, BOB, { subscribe: 'allow' }, NOW);
    expect(decisionFor(rules, BOB)).toBe('allow');
    expect(decisionFor(rules, CAROL)).toBe('ask');
  });

  test('takes the principal out of its group, and leaves the group and what else its rule says', () => {
    const group = new AccessRules([{ who: [BOB, CAROL], subscribe: 'deny', send: 'deny' }]);
    const rules = withRule(group, BOB, { subscribe: 'allow' }, NOW);
    expect(decisionFor(rules, BOB)).toBe('allow');
    expect(decisionFor(rules, BOB, 'send')).toBe('deny');
    expect(decisionFor(rules, CAROL)).toBe('deny');
  });

  test('replaces what was answered before', () => {
    const allowed = withRule(EMPTY_RULES, BOB, { subscribe: 'allow' }, NOW);
    const rules = withRule(allowed, BOB, { subscribe: 'deny' }, NOW);
    expect(decisionFor(rules, BOB)).toBe('deny');
    expect(rules.rules).toHaveLength(1);
  });

  test('does not inherit from a rule that has run out', () => {
    const old = new AccessRules([{ who: [BOB], until: NOW - 1, send: 'deny' }]);
    const rules = withRule(old, BOB, { subscribe: 'allow' }, NOW);
    expect(decisionFor(rules, BOB)).toBe('allow');
    expect(decisionFor(rules, BOB, 'send')).toBe('allow');
  });

  test('refuses for good, even where a permission was for a time', () => {
    const old = new AccessRules([
      { who: [BOB], until: NOW + 1000, subscribe: 'allow', read: 'allow', send: 'deny', view: 'state' },
    ]);
    expect(withRule(old, BOB, { subscribe: 'deny' }, NOW).rules).toEqual([
      { who: [BOB], subscribe: 'deny', send: 'deny', view: 'state' },
    ]);
  });

  test('permits no longer than before', () => {
    const old = new AccessRules([{ who: [BOB], until: NOW + 1000, send: 'deny' }]);
    expect(withRule(old, BOB, { view: 'state' }, NOW).rules).toEqual([
      { who: [BOB], until: NOW + 1000, send: 'deny', view: 'state' },
    ]);
    expect(withRule(old, BOB, { send: 'deny', until: NOW + 5000 }, NOW).rules).toEqual([
      { who: [BOB], until: NOW + 5000, send: 'deny' },
    ]);
  });

  test('keeps what it does not understand', () => {
    const unknown = [{ name: 'x-new', children: [], text: 'kept' }];
    expect(withRule(new AccessRules([], unknown), BOB, { subscribe: 'allow' }, NOW).unknown).toEqual(unknown);
  });
});

describe('a whole rule', () => {
  const unknown = [{ name: 'x-new', children: [], text: 'kept' }];
  const rules = new AccessRules([
    { who: [BOB, CAROL], send: 'deny', unknown },
    { who: ['*'], subscribe: 'deny' },
  ]);

  test('stands where the former one stood, with what is not understood of it', () => {
    const changed = withWholeRule(rules, { who: [CAROL, BOB], view: 'state' }, [CAROL, BOB]);
    expect(changed.rules).toEqual([
      { who: [CAROL, BOB], view: 'state', unknown },
      { who: ['*'], subscribe: 'deny' },
    ]);
  });

  test('takes those it names out of other rules, and rules for nobody go', () => {
    expect(withWholeRule(rules, { who: [BOB], view: 'x' }, undefined).rules).toEqual([
      { who: [CAROL], send: 'deny', unknown },
      { who: ['*'], subscribe: 'deny' },
      { who: [BOB], view: 'x' },
    ]);
    expect(withWholeRule(rules, { who: ['*', BOB, CAROL], view: 'x' }, ['*']).rules).toEqual([
      { who: ['*', BOB, CAROL], view: 'x' },
    ]);
  });

  test('is written even if another device has removed the former one', () => {
    expect(withWholeRule(rules, { who: ['anonymous'], send: 'allow' }, ['anonymous']).rules).toHaveLength(3);
  });

  test('goes with all it names, and nobody else', () => {
    expect(withoutRule(rules, [BOB, '*']).rules).toEqual([{ who: [CAROL], send: 'deny', unknown }]);
  });
});
