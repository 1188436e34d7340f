import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EMPTY_BOOK,
  formatRules,
  type Grouped,
  type GroupRule,
  parseRules,
  type RuleBook,
  settled,
  withPeople,
} from '../../../main/account/rules-document.ts';
import { AccessRules, type Rule } from '../../../shared/impp/access-rules.ts';
import { ImppError } from '../../../shared/errors.ts';
import { arbitraryRules } from '../../shared/impp/naive-rules.ts';

const OWNER = 'impp://a.example/alice';
const [BOB, CAROL, DAVE] = ['bob', 'carol', 'dave'].map((user) => `impp://b.example/${user}`) as [
  string,
  string,
  string,
];
const NOW = Date.UTC(2026, 0, 5);
const CONTACTS: Grouped[] = [
  { address: CAROL, groups: ['friends'] },
  { address: BOB, groups: ['friends', 'work'] },
  { address: OWNER, groups: ['friends'] },
];

const octets = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const book = (own: readonly Rule[], groups: readonly GroupRule[]): RuleBook => ({
  ...EMPTY_BOOK,
  own: new AccessRules(own),
  groups,
});
const written = (rules: RuleBook, contacts = CONTACTS, now = NOW) =>
  text(formatRules(settled(rules, contacts, OWNER, now)));
const reread = (document: string) => parseRules(octets(document));
const group = (name: string, rule: Omit<Rule, 'who'>): GroupRule => ({ ...rule, who: [], group: name });

describe('rules for groups in the document', () => {
  test('stand beside the rules that servers read, and come back', () => {
    const rules = book([{ who: ['*'], send: 'deny' }], [group('', { send: 'allow' })]);
    const document = written(rules);
    expect(document).toBe(
      '<acl><rule><who>*</who><send>deny</send></rule>' +
        `<rule><who>${BOB}</who><who>${CAROL}</who><send>allow</send>` +
        '<x-inherited><send>allow</send></x-inherited></rule>' +
        '<x-rule><send>allow</send><x-group/></x-rule></acl>',
    );
    expect(reread(document)).toMatchObject({ own: rules.own, groups: rules.groups });
  });

  test('are written the same whatever the order of the contacts', () => {
    const rules = book([{ who: [BOB, DAVE], view: 'a' }], [group('friends', { send: 'deny' })]);
    expect(written(rules, CONTACTS.toReversed())).toBe(written(rules));
  });

  test('with nobody in them are kept, without a rule that servers could read', () => {
    const document = written(book([], [group('family', { view: 'all' })]));
    expect(document).toBe('<acl><x-rule><view>all</view><x-group>family</x-group></x-rule></acl>');
    expect(reread(document).groups).toEqual([group('family', { view: 'all' })]);
  });

  test('leave no trace in rules by name, which are whole again when they are read', () => {
    const own: Rule[] = [
      { who: [BOB, DAVE, CAROL], view: 'a', until: NOW + 1000 },
      { who: ['anonymous'], send: 'allow' },
    ];
    const rules = book(own, [group('work', { send: 'deny' }), group('', { read: 'allow' })]);
    const document = written(rules);
    expect(document.match(/<x-part\/>/g)).toHaveLength(2);
    const { own: back, groups } = reread(document);
    expect(back.rules.map((rule) => ({ ...rule, who: rule.who.toSorted() }))).toEqual(
      own.map((rule) => ({ ...rule, who: rule.who.toSorted() })),
    );
    expect(groups).toEqual(rules.groups);
    expect(written({ ...rules, groups: [] })).not.toContain('x-');
  });

  test('what another program says of somebody stays said', () => {
    const document = written(book([], [group('', { send: 'allow', view: 'a' })]));
    const changed = document.replace('<send>allow</send><view>', '<send>deny</send><view>');
    const back = reread(changed);
    expect(back.own.rules).toEqual([{ who: [BOB, CAROL], send: 'deny' }]);
    expect(back.groups).toEqual([group('', { send: 'allow', view: 'a' })]);
  });

  test('what is not understood is kept: of a rule by name, of one for a group, beside them', () => {
    const document =
      `<acl><rule><who>${DAVE}</who><send>deny</send><x-new>1</x-new></rule><x-other>2</x-other>` +
      '<x-rule><send>soon</send><x-group>later</x-group></x-rule>' +
      '<x-rule><send>deny</send><x-group>work</x-group><x-more>3</x-more></x-rule></acl>';
    const back = reread(document);
    expect(back.groups.map(({ group: name }) => name)).toEqual(['work']);
    const again = written(back);
    for (const kept of [
      '<x-new>1</x-new>',
      '<x-other>2</x-other>',
      '<send>soon</send>',
      '<x-more>3</x-more>',
    ])
      expect(again).toContain(kept);
  });

  test('a second rule for the same group is not taken for one', () => {
    const one = (value: string) => `<x-rule><send>${value}</send><x-group>work</x-group></x-rule>`;
    expect(reread(`<acl>${one('allow')}${one('deny')}</acl>`).groups).toEqual([
      group('work', { send: 'allow' }),
    ]);
  });

  test('too many are refused with what it is', () => {
    const many = Array.from({ length: 2000 }, (_, index) => ({
      address: `impp://b.example/somebody-${index}`,
      groups: [],
    }));
    const refusal = (): unknown => written(book([], [group('', { send: 'allow' })]), many);
    expect(refusal).toThrow(ImppError);
    expect(refusal).toThrow(expect.objectContaining({ code: 'message-too-large' }) as Error);
  });
});

test('the people of groups are the contacts but oneself', () => {
  const rules = book([], [group('friends', {}), group('', {})]);
  expect(withPeople(rules, CONTACTS, OWNER).map(({ who }) => who)).toEqual([
    [BOB, CAROL],
    [BOB, CAROL],
  ]);
});

test('read again and written again, everything stays as it is', () => {
  const people = [BOB, CAROL, DAVE];
  const until = fc.integer({ min: NOW - 3, max: NOW + 6 });
  const statements = arbitraryRules(['impp://x.example/x'], ['a', 'b'], until);
  fc.assert(
    fc.property(
      arbitraryRules(['*', 'anonymous', 'impp://b.example/*', ...people], ['a', 'b'], until),
      fc.tuple(statements, statements),
      fc.array(fc.constantFrom(...people), { maxLength: 3 }),
      fc.array(fc.constantFrom(...people), { maxLength: 3 }),
      (own, [[work], [all]], contacts, workers) => {
        const list = [...new Set(contacts)].map((address) => ({
          address,
          groups: workers.includes(address) ? ['work'] : [],
        }));
        const groups = [
          ...(work === undefined ? [] : [group('work', { ...work })]),
          ...(all === undefined ? [] : [group('', { ...all })]),
        ].map((rule): GroupRule => ({ ...rule, who: [] }));
        const once = written(book(own, groups), list);
        expect(written(reread(once), list)).toBe(once);
        // Whoever leaves all groups has nothing from them any more.
        const alone = reread(written(reread(once), []));
        expect(alone.groups).toEqual(groups);
        expect(JSON.stringify(alone.written.rules)).not.toContain('x-');
      },
    ),
    { numRuns: 500 },
  );
});
