import { expect, test } from 'vitest';
import { found, rowsOf } from '../../../renderer/watchers/watcher-rows.ts';
import { AccessRules } from '../../../shared/impp/access-rules.ts';
import type { Rule, View, Watcher } from '../../../shared/model.ts';
import { ALICE, BOB, contact } from '../scripted-bridge.tsx';

const DAVE = 'impp://d.example/dave';
const NOW = Date.UTC(2026, 10, 21);

const views: readonly View[] = [{ id: 'w', title: 'Work', kind: 'own' }];

const row = (watcher: Watcher, ...rules: Rule[]) =>
  rowsOf([watcher], {
    account: ALICE,
    contacts: new Map([[`${ALICE} ${BOB}` as const, contact()]]),
    rules: new AccessRules(rules),
    views,
    now: NOW,
  })[0];

test.each<[string, Watcher, Rule[], string, string]>([
  [
    'nobody has ruled',
    { address: BOB, state: 'pending' },
    [],
    'Nothing yet',
    'no rule: people are asked about',
  ],
  [
    'a rule of one',
    { address: BOB, state: 'active' },
    [{ who: [BOB], subscribe: 'allow', view: 'w' }],
    'Work',
    'a rule of their own',
  ],
  [
    'a rule of many',
    { address: BOB, state: 'active' },
    [{ who: [BOB, DAVE], subscribe: 'allow' }],
    'Everything',
    'a rule for 2 people',
  ],
  [
    'a rule of the domain',
    { address: DAVE, state: 'active' },
    [{ who: ['impp://d.example/*'], subscribe: 'allow', view: 'state' }],
    'State only',
    'rule: everyone at d.example',
  ],
  [
    'a rule of all',
    { address: DAVE, state: 'active' },
    [{ who: ['*'], subscribe: 'allow', view: 'busy' }],
    'Busy or free',
    'rule: everyone',
  ],
  [
    'polite blocking',
    { address: DAVE, state: 'pretended' },
    [{ who: [DAVE], subscribe: 'pretend' }],
    'Offline, always',
    'a rule of their own',
  ],
  [
    'one look',
    { address: DAVE, state: 'fetched' },
    [{ who: ['*'], fetch: 'allow' }],
    'Everything',
    'rule: everyone',
  ],
  [
    'one look that is refused since',
    { address: DAVE, state: 'fetched' },
    [{ who: ['*'], fetch: 'deny' }],
    'Nothing',
    'rule: everyone',
  ],
  [
    'nobody known',
    { address: 'anonymous', state: 'active' },
    [{ who: ['anonymous'], subscribe: 'allow', view: 'closed' }],
    'Nothing',
    'a rule of their own',
  ],
  [
    'a rule that is over',
    { address: BOB, state: 'active' },
    [{ who: [BOB], subscribe: 'allow', view: 'w', until: NOW }],
    'Everything',
    'no rule: people are asked about',
  ],
  [
    'a view that is gone',
    { address: BOB, state: 'active' },
    [{ who: [BOB], subscribe: 'allow', view: 'lost' }],
    'lost',
    'a rule of their own',
  ],
])('%s', (_, watcher, rules, sees, because) => {
  expect(row(watcher, ...rules)).toMatchObject({ sees, because });
});

test('those who ask come first, then by name', () => {
  const rows = rowsOf(
    [
      { address: 'impp://x.example/zoe', state: 'active' },
      { address: 'impp://x.example/ann', state: 'fetched' },
      { address: 'impp://x.example/ben', state: 'active' },
      { address: 'impp://x.example/yan', state: 'pending' },
    ],
    { account: ALICE, contacts: new Map(), rules: new AccessRules([]), views, now: NOW },
  );
  expect(rows.map(({ name }) => name)).toEqual([
    'yan@x.example',
    'ben@x.example',
    'zoe@x.example',
    'ann@x.example',
  ]);
});

test('words are looked for in name and address, in any order', () => {
  const rows = rowsOf(
    [
      { address: BOB, state: 'active' },
      { address: DAVE, state: 'pending' },
    ],
    {
      account: ALICE,
      contacts: new Map([[`${ALICE} ${BOB}` as const, contact({ name: 'Bob Builder' })]]),
      rules: new AccessRules([]),
      views,
      now: NOW,
    },
  );
  const names = (filter: Parameters<typeof found>[1], query: string) =>
    found(rows, filter, query).map(({ name }) => name);
  expect(names('all', '')).toEqual(['dave@d.example', 'Bob Builder']);
  expect(names('all', ' b.example BUILD')).toEqual(['Bob Builder']);
  expect(names('pending', '')).toEqual(['dave@d.example']);
  expect(names('pending', 'bob')).toEqual([]);
});

test('who asks is called as they say, with the address beside it; a contact as one calls them oneself', () => {
  const ask = { account: ALICE, since: 1, isNew: false };
  const rows = rowsOf(
    [
      { address: BOB, state: 'pending' },
      { address: DAVE, state: 'pending' },
    ],
    {
      account: ALICE,
      contacts: new Map([[`${ALICE} ${BOB}` as const, contact()]]),
      requests: [
        { ...ask, address: BOB, name: 'Robert' },
        { ...ask, address: DAVE, name: 'Dave D.' },
      ],
      rules: new AccessRules([]),
      views,
      now: NOW,
    },
  );
  expect(rows.map(({ name, address }) => [name, address])).toEqual([
    ['Bob', 'bob@b.example'],
    ['Dave D.', 'dave@d.example'],
  ]);
});
