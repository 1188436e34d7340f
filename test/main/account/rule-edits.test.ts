import { describe, expect, test } from 'vitest';
import { withRule } from '../../../main/account/rule-edits.ts';
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

  test('keeps what it does not understand', () => {
    const unknown = [{ name: 'x-new', children: [], text: 'kept' }];
    expect(withRule(new AccessRules([], unknown), BOB, { subscribe: 'allow' }, NOW).unknown).toEqual(unknown);
  });
});
