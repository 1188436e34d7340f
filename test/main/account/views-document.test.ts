import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BUILT_IN,
  formatViews,
  parseViews,
  viewsIn,
  withViews,
} from '../../../main/account/views-document.ts';
import type { View } from '../../../shared/model.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
const WORK: View = { id: 'work', title: 'At <work>', kind: 'own', own: { state: 'busy', note: 'no calls' } };
const NONE = parseViews(undefined);

describe('the views document', () => {
  test('is without one the views that are built in', () => {
    expect(viewsIn(NONE)).toEqual(BUILT_IN);
  });

  test('comes back as it was written', () => {
    const away = { note: 'On leave\nuntil Monday', until: Date.UTC(2026, 5, 1) };
    const views = [{ ...(BUILT_IN[0] as View), away }, ...BUILT_IN.slice(1), WORK];
    expect(viewsIn(parseViews(formatViews(withViews(NONE, BUILT_IN, views))))).toEqual(views);
  });

  test('keeps what it does not understand, and shows none of it', () => {
    const document =
      '<views><view><id>work</id><title>Work</title><kind>state</kind><x-colour>red</x-colour></view>' +
      '<view><id>new</id><kind>holographic</kind></view><view><id>not a token</id><kind>state</kind></view>' +
      '<x-order>name</x-order></views>';
    const list = parseViews(bytes(document));
    expect(viewsIn(list).map(({ id }) => id)).toEqual([...BUILT_IN.map(({ id }) => id), 'work']);
    expect(text(formatViews(list))).toBe(document);
    const before = viewsIn(list);
    const renamed = before.map((view) => (view.id === 'work' ? { ...view, title: 'Office' } : view));
    expect(text(formatViews(withViews(list, before, renamed)))).toBe(document.replace('Work', 'Office'));
  });

  test('cannot make something else of a view that is built in', () => {
    const list = parseViews(bytes('<views><view><id>closed</id><kind>everything</kind></view></views>'));
    expect(viewsIn(list)).toEqual(BUILT_IN);
    const opened = BUILT_IN.map((view): View => ({ ...view, kind: 'everything' }));
    expect(viewsIn(withViews(NONE, BUILT_IN, opened))).toEqual(BUILT_IN);
    const pretend: View = { id: 'pretend', title: 'x', kind: 'everything', away: { note: 'gone' } };
    expect(viewsIn(withViews(NONE, BUILT_IN, [...BUILT_IN, pretend])).at(-1)).toEqual({
      ...pretend,
      title: '',
      kind: 'nothing',
    });
  });

  test('has the change of one device put on what another has made of it', () => {
    const mine = [...BUILT_IN, WORK];
    const theirs = withViews(NONE, BUILT_IN, [...BUILT_IN, { id: 'home', title: 'Home', kind: 'state' }]);
    expect(viewsIn(withViews(theirs, BUILT_IN, mine)).map(({ id }) => id)).toEqual([
      ...BUILT_IN.map(({ id }) => id),
      'home',
      'work',
    ]);
    const both = withViews(theirs, BUILT_IN, mine);
    expect(viewsIn(withViews(both, mine, BUILT_IN)).map(({ id }) => id)).not.toContain('work');
  });

  test('that is none is refused, and so is more than can be kept', () => {
    expect(() => parseViews(bytes('<contacts/>'))).toThrow(expect.objectContaining({ code: 'bad-request' }));
    const many = Array.from(
      { length: 50 },
      (_, n): View => ({ id: `v${n}`, title: '', kind: 'everything', away: { note: '漢'.repeat(1000) } }),
    );
    expect(() => formatViews(withViews(NONE, BUILT_IN, [...BUILT_IN, ...many]))).toThrow(
      expect.objectContaining({ code: 'message-too-large' }),
    );
  });

  test('any views come back', () => {
    const note = fc.string({ unit: 'grapheme', maxLength: 30 });
    const time = fc.integer({ min: 0, max: Date.UTC(9999, 0) });
    const view = fc.record(
      {
        id: fc.stringMatching(/^[a-z0-9._-]{1,20}$/),
        title: note,
        kind: fc.constantFrom('everything', 'state', 'busy', 'nothing') as fc.Arbitrary<View['kind']>,
        away: fc.record({ note, until: time }, { requiredKeys: ['note'] }),
      },
      { requiredKeys: ['id', 'title', 'kind'] },
    ) as fc.Arbitrary<View>;
    const views = fc.uniqueArray(view, { selector: ({ id }) => id, maxLength: 8 });
    const isBuiltIn = ({ id }: View) => [...BUILT_IN, { id: 'pretend' }].some((one) => one.id === id);
    fc.assert(
      fc.property(views, (all) => {
        const own = all.filter((one) => !isBuiltIn(one));
        const list = withViews(NONE, BUILT_IN, [...BUILT_IN, ...own]);
        expect(viewsIn(parseViews(formatViews(list)))).toEqual([...BUILT_IN, ...own]);
      }),
    );
  });
});
