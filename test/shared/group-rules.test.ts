import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compiled, type GroupableRule, STATED } from '../../shared/group-rules.ts';
import { AccessRules, decide, viewOf } from '../../shared/impp/access-rules.ts';
import { arbitraryRules, naively } from './impp/naive-rules.ts';

const OWNER = 'impp://a.example/alice';
const [BOB, CAROL, DAVE] = ['bob', 'carol', 'dave'].map((user) => `impp://b.example/${user}`) as [
  string,
  string,
  string,
];
const NOW = 100;

const judge = (rules: readonly GroupableRule[], name: (typeof STATED)[number], url: string, now: number) => {
  const written = new AccessRules(compiled(rules, now));
  return judgeWritten(written, name, url, now);
};
const judgeWritten = (
  written: AccessRules,
  name: (typeof STATED)[number],
  url: string,
  now: number,
): string => {
  const who = { url, isAnonymous: url.includes('/anonymous-') };
  return name === 'view' ? viewOf(written, who, OWNER, now) : decide(written, name, who, OWNER, now);
};

const inForce = ({ until }: GroupableRule, now: number): boolean => until === undefined || until > now;

/** The rules about a person, closest first, as one would say it: by name, by group in the order made, all contacts. */
const about = (rules: readonly GroupableRule[], url: string, now: number): GroupableRule[] => {
  const found = rules.filter((rule) => rule.who.includes(url) && inForce(rule, now));
  const rank = ({ group }: GroupableRule) => (group === undefined ? 0 : group === '' ? 2 : 1);
  return found.toSorted((one, other) => rank(one) - rank(other));
};

/** The second, naive reading: the closest rule that states it, whatever its end. */
const expected = (
  rules: readonly GroupableRule[],
  name: (typeof STATED)[number],
  url: string,
  now: number,
): { value: string; rule?: GroupableRule } => {
  const rule = about(rules, url, now).find((one) => one[name] !== undefined);
  if (rule !== undefined) return { value: String(rule[name]), rule };
  const others = rules.filter(({ group, who }) => group === undefined && !who.includes(url));
  return { value: naively(others, name, url, OWNER, now).value };
};

describe('rules for groups', () => {
  test('are written for their people by name', () => {
    const rules: GroupableRule[] = [
      { who: [BOB, CAROL], group: 'friends', view: 'state' },
      { who: ['*'], send: 'deny' },
    ];
    expect(compiled(rules, NOW)).toMatchObject([
      { who: ['*'], send: 'deny' },
      { who: [BOB, CAROL], view: 'state' },
    ]);
  });

  test('give way to what is said of somebody by name, and hold for the rest', () => {
    const rules: GroupableRule[] = [
      { who: [BOB], subscribe: 'deny' },
      { who: [BOB, CAROL], group: 'friends', subscribe: 'allow', view: 'state' },
    ];
    expect(judge(rules, 'subscribe', BOB, NOW)).toBe('deny');
    expect(judge(rules, 'view', BOB, NOW)).toBe('state');
    expect(judge(rules, 'subscribe', CAROL, NOW)).toBe('allow');
  });

  test('count in their order, and that for all contacts last wherever it stands', () => {
    const rules: GroupableRule[] = [
      { who: [BOB, CAROL, DAVE], group: '', view: 'c', send: 'allow' },
      { who: [BOB, CAROL], group: 'friends', view: 'a' },
      { who: [BOB, DAVE], group: 'work', view: 'b', send: 'deny' },
    ];
    const told = [BOB, CAROL, DAVE].map((url) => [
      judge(rules, 'view', url, NOW),
      judge(rules, 'send', url, NOW),
    ]);
    expect(told).toEqual([
      ['a', 'deny'],
      ['a', 'allow'],
      ['b', 'deny'],
    ]);
  });

  test('of people in different groups a rule by name is written in parts', () => {
    const rules: GroupableRule[] = [
      { who: [BOB, CAROL], view: 'work' },
      { who: [CAROL], group: '', send: 'allow' },
    ];
    const own = rules[0];
    expect(compiled(rules, NOW)).toEqual([
      { who: [BOB], view: 'work', sources: { view: own } },
      {
        who: [CAROL],
        view: 'work',
        send: 'allow',
        sources: { view: own, send: rules[1] },
        isPart: true,
      },
    ]);
  });

  test('with nobody in them are not written, and rules by name are left as they are', () => {
    const own: GroupableRule[] = [{ who: [BOB, 'impp://b.example/*'], send: 'deny', until: NOW - 1 }];
    expect(compiled([...own, { who: [], group: 'friends', send: 'allow' }], NOW)).toEqual(own);
  });

  test('a rule by name that has run out gives way to them', () => {
    const rules: GroupableRule[] = [
      { who: [BOB, 'anonymous'], view: 'work', until: NOW },
      { who: [BOB], group: 'friends', view: 'state' },
    ];
    expect(judge(rules, 'view', BOB, NOW - 1)).toBe('work');
    expect(judge(rules, 'view', BOB, NOW)).toBe('state');
    expect(compiled(rules, NOW)[0]?.who).toEqual(['anonymous']);
  });

  test('that end sooner lend no permissions, but all that may be less than what else holds', () => {
    const friends = { who: [BOB], group: 'friends', until: NOW + 10 } as const;
    const own: GroupableRule = { who: [BOB], view: 'work' };
    expect(judge([own, { ...friends, subscribe: 'allow' }], 'subscribe', BOB, NOW)).toBe('ask');
    expect(judge([own, { ...friends, subscribe: 'deny' }], 'subscribe', BOB, NOW)).toBe('deny');
    const all: GroupableRule = { who: [BOB], group: '', subscribe: 'allow' };
    expect(judge([own, { ...friends, subscribe: 'ask' }, all], 'subscribe', BOB, NOW)).toBe('ask');
    const open: GroupableRule = { who: [BOB], send: 'allow' };
    expect(judge([open, { ...friends, view: 'closed' }], 'view', BOB, NOW)).toBe('closed');
    const alike: GroupableRule = { ...own, until: NOW + 10 };
    expect(judge([alike, { ...friends, subscribe: 'allow' }], 'subscribe', BOB, NOW)).toBe('allow');
  });
});

const PEOPLE = [BOB, CAROL, DAVE, 'impp://b.example/anonymous-1', 'impp://c.example/eve'];
const WHOS = ['*', 'anonymous', 'impp://b.example/*', ...PEOPLE];

const groupRules = (until: fc.Arbitrary<number>) =>
  fc
    .tuple(
      fc.shuffledSubarray(['friends', 'work', '']),
      fc.array(arbitraryRules(PEOPLE, ['a', 'b', 'c'], until), { minLength: 3, maxLength: 3 }),
    )
    .map(([groups, lists]) =>
      groups.map(
        (group, index): GroupableRule => ({
          ...(lists[index]?.[0] ?? { send: 'allow' }),
          group,
          who: lists[index]?.[0]?.who ?? [],
        }),
      ),
    );

const randomRules = (until: fc.Arbitrary<number>): fc.Arbitrary<GroupableRule[]> =>
  fc
    .tuple(arbitraryRules(WHOS, ['a', 'b', 'c'], until), groupRules(until))
    .map(([own, groups]) => [...own, ...groups]);

test('what is written means the same as the rules one by one', () => {
  const endless = randomRules(fc.constant(0)).map((rules) =>
    rules.map((rule) => ({ ...rule, until: undefined })),
  );
  let byGroup = 0;
  fc.assert(
    fc.property(endless, fc.constantFrom(...PEOPLE), (rules, url) => {
      for (const name of STATED) {
        const { value, rule } = expected(rules, name, url, NOW);
        expect(judge(rules, name, url, NOW), name).toBe(value);
        if (rule?.group !== undefined) byGroup += 1;
      }
    }),
    { numRuns: 1000 },
  );
  expect(byGroup).toBeGreaterThan(300);
});

test('with ends, it differs only where one end would have to be two', () => {
  const until = fc.integer({ min: NOW - 3, max: NOW + 6 });
  let differing = 0;
  fc.assert(
    fc.property(randomRules(until), fc.constantFrom(...PEOPLE), (rules, url) => {
      const first = about(rules, url, NOW)[0];
      for (const name of STATED) {
        const { value, rule } = expected(rules, name, url, NOW);
        if (judge(rules, name, url, NOW) === value) continue;
        differing += 1;
        expect(rule?.group).toBeDefined();
        expect(rule?.until).toBeLessThan(first?.until ?? Number.POSITIVE_INFINITY);
        expect(value).toBe('allow');
      }
    }),
    { numRuns: 3000 },
  );
  expect(differing).toBeGreaterThan(0);
});

test('left alone, it never allows anybody by name what no rule allows any more', () => {
  const until = fc.integer({ min: NOW - 3, max: NOW + 6 });
  fc.assert(
    fc.property(randomRules(until), fc.integer({ min: NOW, max: NOW + 7 }), (rules, later) => {
      const written = new AccessRules(compiled(rules, NOW));
      for (const url of PEOPLE) {
        const rule = written.inForce(url, later);
        if (rule === undefined) continue;
        for (const name of STATED) {
          if (rule[name] !== 'allow') continue;
          expect(about(rules, url, later).some((one) => one[name] === 'allow')).toBe(true);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
