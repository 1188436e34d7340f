import { describe, expect, test } from 'vitest';
import { sentenceOf } from '../../../renderer/rules/sentence.ts';
import type { Rule, View } from '../../../shared/model.ts';
import { VIEWS } from '../scripted-bridge.tsx';

type Stated = Partial<Omit<Rule, 'who'>>;
const WORK: View = { id: 'work', title: 'Work', kind: 'own', own: { state: 'busy', note: '' } };
const views = [...VIEWS, WORK];
const NOW = new Date(2026, 10, 20, 12).getTime();
const one = (rule: Stated): string => sentenceOf(rule, 'one', views, NOW);
const many = (rule: Stated): string => sentenceOf(rule, 'many', views, NOW);

describe('what is said', () => {
  test.each<[Stated, string, string]>([
    [
      { subscribe: 'allow', fetch: 'allow', view: 'default', send: 'allow' },
      'sees my state and note, and may write',
      'see my state and note, and may write',
    ],
    [
      { subscribe: 'allow', fetch: 'allow', view: 'state', send: 'allow' },
      'sees only my state, without my note, and may write',
      'see only my state, without my note, and may write',
    ],
    [{ subscribe: 'allow', view: 'busy' }, 'sees only whether I am busy', 'see only whether I am busy'],
    [{ subscribe: 'allow', view: 'closed' }, 'sees me offline', 'see me offline'],
    [{ subscribe: 'allow', view: 'work' }, 'sees my Work view', 'see my Work view'],
    [{ subscribe: 'allow' }, 'sees when I am here', 'see when I am here'],
    [
      { subscribe: 'allow', view: 'work', send: 'deny' },
      'sees my Work view, but cannot write',
      'see my Work view, but cannot write',
    ],
    [
      { subscribe: 'allow', fetch: 'deny' },
      'sees when I am here, but cannot look once without watching',
      'see when I am here, but cannot look once without watching',
    ],
    [
      { subscribe: 'ask', fetch: 'deny', send: 'allow' },
      'must ask before seeing me, and may write',
      'must ask before seeing me, and may write',
    ],
    [
      { subscribe: 'ask', fetch: 'allow', view: 'state' },
      'must ask before seeing my state, without my note, and may look once without watching',
      'must ask before seeing my state, without my note, and may look once without watching',
    ],
    [
      { subscribe: 'deny', fetch: 'deny', send: 'deny' },
      'can neither see me nor write, and is told so',
      'can neither see me nor write, and are told so',
    ],
    [
      { subscribe: 'deny', send: 'allow' },
      'may write, but cannot see me, and is told so',
      'may write, but cannot see me, and are told so',
    ],
    [
      { subscribe: 'deny', fetch: 'allow' },
      'may look once without watching, but cannot watch me, and is told so',
      'may look once without watching, but cannot watch me, and are told so',
    ],
    [
      { subscribe: 'pretend', fetch: 'pretend' },
      'sees me offline and is not told',
      'see me offline and are not told',
    ],
    [
      { subscribe: 'pretend', fetch: 'pretend', send: 'deny' },
      'sees me offline and is not told, but cannot write',
      'see me offline and are not told, but cannot write',
    ],
    [
      { subscribe: 'allow', view: 'work', send: 'allow', change: 'allow', read: 'allow' },
      'sees my Work view, and may write, change my presence, and read my inbox',
      'see my Work view, and may write, change my presence, and read my inbox',
    ],
    [
      { change: 'deny', read: 'deny' },
      'can neither change my presence nor read my inbox',
      'can neither change my presence nor read my inbox',
    ],
    [
      { view: 'state' },
      'is shown my state without my note, once allowed to see me',
      'are shown my state without my note, once allowed to see me',
    ],
    [{}, 'is left to the other rules', 'are left to the other rules'],
  ])('%o', (rule, forOne, forMany) => {
    expect(one(rule)).toBe(forOne);
    expect(many(rule)).toBe(forMany);
  });

  test('until when', () => {
    const rule: Stated = { send: 'allow' };
    const at = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime();
    expect(one({ ...rule, until: at(20, 18) })).toMatch(/^may write, until \d/);
    expect(one({ ...rule, until: at(21, 18) })).toMatch(/^may write, until tomorrow \d/);
    expect(one({ ...rule, until: at(24, 18) })).toMatch(/^may write, until Tuesday \d/);
    expect(one({ ...rule, until: new Date(2026, 11, 31, 18).getTime() })).toMatch(/until 31 December at /);
    expect(one({ ...rule, until: new Date(2027, 0, 1, 18).getTime() })).toMatch(/until 1 January 2027 at /);
    expect(one({ ...rule, until: NOW })).toBe('may write');
  });

  test('a view that is gone is called by what the rule calls it', () => {
    expect(one({ subscribe: 'allow', view: 'lost' })).toBe('sees my lost view');
  });
});

describe('every combination', () => {
  const all: Stated[] = [];
  for (const subscribe of [undefined, 'allow', 'ask', 'deny', 'pretend'] as const)
    for (const fetch of [undefined, 'allow', 'deny', 'pretend'] as const)
      for (const send of [undefined, 'allow', 'deny'] as const)
        for (const change of [undefined, 'allow', 'deny'] as const)
          for (const read of [undefined, 'allow', 'deny'] as const)
            for (const view of [undefined, 'default', 'state', 'busy', 'closed', 'work'])
              all.push(
                Object.fromEntries(
                  Object.entries({ subscribe, fetch, send, change, read, view }).filter(
                    ([, value]) => value !== undefined,
                  ),
                ),
              );

  test('has a sentence that fits one, and one that fits several', () => {
    for (const rule of all) {
      expect(many(rule), JSON.stringify(rule)).not.toMatch(/\b(sees|is shown|is told|is not told|is left)\b/);
      expect(one(rule), JSON.stringify(rule)).not.toMatch(/\b(are|see my|see only)\b/);
      for (const sentence of [one(rule), many(rule)]) {
        expect(sentence, JSON.stringify(rule)).not.toMatch(/undefined|[{}]|\s\s|,,|^\s|[\s,]$/);
        // Each thing is named once: a second time would say the opposite.
        for (const thing of ['write', 'change my presence', 'read my inbox', 'offline']) {
          const times = sentence.split(thing).length - 1;
          expect(times, `${thing} in ${sentence}`).toBeLessThanOrEqual(thing === 'offline' ? 2 : 1);
        }
      }
    }
  });

  test('says another thing where another thing is ruled', () => {
    const meanings = new Map<string, string>();
    const implied = { allow: 'allow', ask: 'deny', deny: 'deny', pretend: 'pretend' } as const;
    for (const rule of all) {
      const { subscribe, fetch } = rule;
      const isSeen = subscribe === 'allow' || subscribe === 'ask' || subscribe === undefined;
      const meaning = JSON.stringify({
        subscribe,
        // Looking once goes with watching unless it is said apart, and a view matters to those who see one.
        fetch:
          subscribe !== undefined && (fetch ?? implied[subscribe]) === implied[subscribe] ? 'implied' : fetch,
        send: rule.send,
        change: rule.change,
        read: rule.read,
        view: isSeen ? rule.view : undefined,
      });
      const known = meanings.get(one(rule));
      if (known === undefined) meanings.set(one(rule), meaning);
      else expect(meaning, one(rule)).toBe(known);
    }
  });
});
