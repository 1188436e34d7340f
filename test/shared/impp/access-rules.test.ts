import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AccessRules,
  decide,
  EMPTY_RULES,
  explain,
  formatAccessRules,
  nextChange,
  type Permission,
  parseAccessRules,
  viewOf,
} from '../../../shared/impp/access-rules.ts';
import { arbitraryRules, naively } from './naive-rules.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseAccessRules(octets(text));
const format = (rules: AccessRules) => new TextDecoder().decode(formatAccessRules(rules));
const named = (url: string) => ({ url, isAnonymous: false });
const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });

const OWNER = 'impp://a.example/alice';
const BOB = named('impp://b.example/bob');
const ANON = { url: 'impp://b.example/anonymous-1', isAnonymous: true };
const T = Date.parse('2026-11-21T12:00:00.000Z');
const PERMISSIONS: readonly Permission[] = ['subscribe', 'fetch', 'send', 'change', 'read'];
const all = (rules: AccessRules, who: { url: string; isAnonymous: boolean }, now = T) =>
  PERMISSIONS.map((permission) => decide(rules, permission, who, OWNER, now)).join(' ');

describe('the built-in rules [IMPP 9]', () => {
  test('for everyone', () => expect(all(EMPTY_RULES, BOB)).toBe('ask deny allow deny deny'));
  test('for anonymous principals', () => expect(all(EMPTY_RULES, ANON)).toBe('deny deny deny deny deny'));
  test('for oneself, whatever the rules say', () => {
    const rules = parse(
      `<acl><rule><who>${OWNER}</who><send>deny</send><read>deny</read><view>work</view></rule></acl>`,
    );
    expect(all(rules, named(OWNER))).toBe('allow allow allow allow allow');
    expect(viewOf(rules, named(OWNER), OWNER, T)).toBe('default');
  });
  test('the view', () => expect(viewOf(EMPTY_RULES, BOB, OWNER, T)).toBe('default'));
});

describe('the most specific rule that states a permission decides', () => {
  const rules = parse(`<acl>
    <rule><who>*</who><subscribe>deny</subscribe><fetch>allow</fetch><send>deny</send><view>all</view></rule>
    <rule><who>impp://b.example/*</who><subscribe>pretend</subscribe><send>allow</send></rule>
    <rule><who>impp://b.example/bob</who><subscribe>allow</subscribe><view>work</view></rule>
  </acl>`);
  test('a principal', () => expect(all(rules, BOB)).toBe('allow allow allow deny deny'));
  test('its host', () =>
    expect(all(rules, named('impp://b.example/carol'))).toBe('pretend allow allow deny deny'));
  test('everyone', () =>
    expect(all(rules, named('impp://bb.example/carol'))).toBe('deny allow deny deny deny'));
  test('views likewise', () => {
    expect(viewOf(rules, BOB, OWNER, T)).toBe('work');
    expect(viewOf(rules, named('impp://b.example/carol'), OWNER, T)).toBe('all');
  });
  test('and says why', () => {
    expect(explain(rules, 'subscribe', BOB, OWNER, T)).toEqual({
      value: 'allow',
      by: 'principal',
      rule: rules.rules[2],
    });
    expect(explain(rules, 'send', BOB, OWNER, T)).toEqual({
      value: 'allow',
      by: 'host',
      rule: rules.rules[1],
    });
    expect(explain(rules, 'fetch', BOB, OWNER, T)).toEqual({
      value: 'allow',
      by: 'everyone',
      rule: rules.rules[0],
    });
    expect(explain(rules, 'read', BOB, OWNER, T)).toEqual({ value: 'deny', by: 'built-in' });
    expect(explain(rules, 'read', named(OWNER), OWNER, T)).toEqual({ value: 'allow', by: 'oneself' });
  });
});

describe('anonymous principals', () => {
  test('rules for hosts and for everyone do not lift the denial of subscribe, fetch and send', () => {
    const grants =
      '<subscribe>allow</subscribe><fetch>allow</fetch><send>allow</send><change>allow</change><read>allow</read>';
    const rules = parse(`<acl><rule><who>*</who><who>impp://b.example/*</who>${grants}</rule></acl>`);
    expect(all(rules, ANON)).toBe('deny deny deny allow allow');
    expect(all(rules, BOB)).toBe('allow allow allow allow allow');
  });
  test('a rule for anonymous does, one for that principal more so', () => {
    const rules =
      parse(`<acl><rule><who>anonymous</who><send>allow</send><fetch>allow</fetch><view>public</view></rule>
      <rule><who>${ANON.url}</who><send>deny</send></rule><rule><who>impp://b.example/*</who><view>b</view></rule></acl>`);
    expect(all(rules, ANON)).toBe('deny allow deny deny deny');
    expect(all(rules, { url: 'impp://c.example/anonymous-2', isAnonymous: true })).toBe(
      'deny allow allow deny deny',
    );
    expect(viewOf(rules, ANON, OWNER, T)).toBe('public');
    expect(viewOf(rules, BOB, OWNER, T)).toBe('b');
  });
});

describe('until', () => {
  const rules =
    parse(`<acl><rule><who>${BOB.url}</who><until>2026-11-21T12:00:00.000Z</until><send>deny</send></rule>
    <rule><who>impp://b.example/*</who><until>2026-11-21T13:00:00.000Z</until><subscribe>allow</subscribe></rule></acl>`);
  test('a rule is void from that moment on', () => {
    expect(all(rules, BOB, T - 1)).toBe('allow deny deny deny deny');
    expect(all(rules, BOB, T)).toBe('allow deny allow deny deny');
    expect(all(rules, BOB, T + 3_600_000)).toBe('ask deny allow deny deny');
  });
  test('the next change', () => {
    expect(nextChange(rules, 0)).toBe(T);
    expect(nextChange(rules, T - 1)).toBe(T);
    expect(nextChange(rules, T)).toBe(T + 3_600_000);
    expect(nextChange(rules, T + 3_600_000)).toBeUndefined();
    expect(nextChange(EMPTY_RULES, 0)).toBeUndefined();
  });
});

describe('documents', () => {
  test('the example of the page, written as it was read', () => {
    const text =
      '<acl><rule><who>impp://b.example/bob</who><subscribe>allow</subscribe><fetch>allow</fetch><send>allow</send><change>deny</change><read>deny</read><view>work</view></rule></acl>';
    expect(format(parse(text))).toBe(text);
    expect(parse(text).rules).toEqual([
      {
        who: ['impp://b.example/bob'],
        subscribe: 'allow',
        fetch: 'allow',
        send: 'allow',
        change: 'deny',
        read: 'deny',
        view: 'work',
      },
    ]);
  });
  test('no rules', () => {
    expect(format(EMPTY_RULES)).toBe('<acl/>');
    expect(parse('<acl>\n</acl>').rules).toEqual([]);
  });
  test('unknown elements are kept and mean nothing', () => {
    const text =
      '<acl><rule><who>*</who><send>deny</send><x-colour><name>red</name></x-colour></rule><x-note>mine</x-note></acl>';
    expect(format(parse(text))).toBe(text);
    expect(all(parse(text), BOB)).toBe('ask deny deny deny deny');
  });
  test.each([
    ['another root', '<rules/>'],
    ['no markup', 'acl'],
    ['text', '<acl>x</acl>'],
    ['text in a rule', '<acl><rule>x</rule></acl>'],
    ['nobody', '<acl><rule><send>deny</send></rule></acl>'],
    ['somebody twice in a rule', '<acl><rule><who>*</who><who>*</who></rule></acl>'],
    [
      'somebody twice in the document',
      '<acl><rule><who>anonymous</who></rule><rule><who>anonymous</who></rule></acl>',
    ],
    ['an empty who', '<acl><rule><who/></rule></acl>'],
    ['white space around who', '<acl><rule><who> * </who></rule></acl>'],
    ['elements in who', '<acl><rule><who><a/></who></rule></acl>'],
    ['a URL that is not canonical', '<acl><rule><who>impp://B.example/bob</who></rule></acl>'],
    ['a user that is not canonical', '<acl><rule><who>impp://b.example/Bob</who></rule></acl>'],
    ['an address as people write it', '<acl><rule><who>bob@b.example</who></rule></acl>'],
    ['a domain', '<acl><rule><who>impp://b.example/</who></rule></acl>'],
    ['all hosts', '<acl><rule><who>impp://*/*</who></rule></acl>'],
    ['subdomains', '<acl><rule><who>impp://*.example/*</who></rule></acl>'],
    ['part of a name', '<acl><rule><who>impp://b.example/b*</who></rule></acl>'],
    ['an unknown value', '<acl><rule><who>*</who><subscribe>maybe</subscribe></rule></acl>'],
    ['fetch: ask', '<acl><rule><who>*</who><fetch>ask</fetch></rule></acl>'],
    ['send: pretend', '<acl><rule><who>*</who><send>pretend</send></rule></acl>'],
    ['send: ask', '<acl><rule><who>*</who><send>ask</send></rule></acl>'],
    ['change: pretend', '<acl><rule><who>*</who><change>pretend</change></rule></acl>'],
    ['read: pretend', '<acl><rule><who>*</who><read>pretend</read></rule></acl>'],
    ['a capital', '<acl><rule><who>*</who><send>Deny</send></rule></acl>'],
    ['an empty value', '<acl><rule><who>*</who><send/></rule></acl>'],
    ['a permission twice', '<acl><rule><who>*</who><send>deny</send><send>deny</send></rule></acl>'],
    ['two views', '<acl><rule><who>*</who><view>a</view><view>a</view></rule></acl>'],
    ['a view that is no token', '<acl><rule><who>*</who><view>a b</view></rule></acl>'],
    ['until without milliseconds', '<acl><rule><who>*</who><until>2026-11-21T12:00:00Z</until></rule></acl>'],
    [
      'until in another zone',
      '<acl><rule><who>*</who><until>2026-11-21T12:00:00.000+01:00</until></rule></acl>',
    ],
    ['until on 30 February', '<acl><rule><who>*</who><until>2026-02-30T12:00:00.000Z</until></rule></acl>'],
    [
      'until twice',
      '<acl><rule><who>*</who><until>2026-11-21T12:00:00.000Z</until><until>2026-11-21T12:00:00.000Z</until></rule></acl>',
    ],
  ])('%s is a bad request', (_, text) => {
    expect(() => parse(text)).toThrow(badRequest);
  });
});

const PRINCIPALS = [
  'impp://b.example/bob',
  'impp://b.example/bobby',
  'impp://b.example/anonymous-1',
  'impp://bb.example/bob',
  'impp://c.example/carol',
  'impp://c.example/anonymous-2',
  OWNER,
];
const WHOS = [
  '*',
  'anonymous',
  'impp://b.example/*',
  'impp://c.example/*',
  'impp://a.example/*',
  ...PRINCIPALS,
];
const randomRules = arbitraryRules(WHOS, ['a', 'b', 'c'], fc.integer({ min: 0, max: 10 }));

test('both readings agree', () => {
  const decided = new Map<string, number>();
  fc.assert(
    fc.property(
      randomRules,
      fc.constantFrom(...PRINCIPALS),
      fc.integer({ min: 0, max: 11 }),
      (list, url, now) => {
        const rules = new AccessRules(list);
        const who = { url, isAnonymous: url.includes('/anonymous-') };
        for (const permission of PERMISSIONS) {
          const expected = naively(list, permission, url, OWNER, now);
          const { value, by, rule } = explain(rules, permission, who, OWNER, now);
          expect({ value, by }).toEqual(expected);
          expect(decide(rules, permission, who, OWNER, now)).toBe(expected.value);
          // The rule that is named says so, and is in force.
          const isByRule = by !== 'oneself' && by !== 'built-in';
          expect(rule?.[permission]).toBe(isByRule ? value : undefined);
          expect(rule?.until ?? Infinity).toBeGreaterThan(now);
          decided.set(by, (decided.get(by) ?? 0) + 1);
        }
        expect(viewOf(rules, who, OWNER, now)).toBe(naively(list, 'view', url, OWNER, now).value);
        const ends = list.flatMap(({ until }) => (until !== undefined && until > now ? [until] : []));
        expect(nextChange(rules, now)).toBe(ends.length > 0 ? Math.min(...ends) : undefined);
        // Between two ends nothing changes.
        const next = nextChange(rules, now) ?? now + 100;
        for (const permission of PERMISSIONS)
          expect(decide(rules, permission, who, OWNER, next - 1)).toBe(
            decide(rules, permission, who, OWNER, now),
          );
      },
    ),
    { numRuns: 2_000 },
  );
  // Each kind of rule has had its say, and often.
  for (const by of ['oneself', 'principal', 'anonymous', 'host', 'everyone', 'built-in'])
    expect(decided.get(by), by).toBeGreaterThan(100);
});

test('what was written is read as it was', () => {
  fc.assert(
    fc.property(randomRules, (list) => {
      expect(parseAccessRules(formatAccessRules(new AccessRules(list))).rules).toEqual(list);
    }),
  );
});
