import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { parseQuery } from '../../../renderer/search/filters.ts';
import { marksIn, wordsOf } from '../../../renderer/search/fold.ts';
import { Marked } from '../../../renderer/search/lines.tsx';
import { Palette } from '../../../renderer/search/Palette.tsx';
import { worked } from '../cpu.ts';
import { contact, message, ok, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

const BAD = '<img src=x onerror=alert(1)>';

test('names, texts and file names of others are text, wherever they stand', async () => {
  const file = { index: 0, name: `${BAD}.pdf`, type: 'image/svg+xml', size: 1 };
  const bridge = new ScriptedBridge(snapshot({ contacts: [contact({ name: BAD, groups: [BAD] })] })).reply(
    'messages.search',
    ({ hasFile }) =>
      ok({
        hits: [
          hasFile === true
            ? { message: message({ id: 2, files: [file] }), excerpt: { text: BAD, marks: [0, 3] }, file: 0 }
            : { message: message({ id: 1, text: BAD }), excerpt: { text: BAD, marks: [1, 4] } },
        ],
        hasMore: false,
        took: 1,
      }),
  );
  const { program } = await show(bridge, <Palette />);
  act(() => program.view.getState().openSearch());
  fireEvent.change(await screen.findByRole('combobox', { name: 'Search' }), { target: { value: 'img' } });
  await waitFor(() => expect(screen.getAllByRole('option').length).toBeGreaterThan(3));
  expect(document.querySelector('img')).toBeNull();
  expect(screen.getAllByRole('option').filter((one) => one.textContent?.includes(BAD))).toHaveLength(3);
});

test.each([[[5, 2]], [[0]], [[0, 99]], [[-3, 2]], [[0, 2, 1, 3]]])(
  'marks that are none (%j) break nothing',
  (marks) => {
    const { container } = render(<Marked text="page" marks={marks} />);
    expect(container.textContent?.length).toBeGreaterThanOrEqual('page'.length);
  },
);

test.each([
  ['quotes', 'from:"'.repeat(20_000)],
  ['filters', 'in:a '.repeat(20_000)],
  ['colons', ':'.repeat(100_000)],
  ['spaces', ' '.repeat(100_000)],
])('twice as many %s cost about twice as much', (_, typed) => {
  parseQuery(typed, 0);
  const cost = (text: string): number => {
    const begun = worked();
    for (let round = 0; round < 5; round += 1) parseQuery(text, 0);
    return worked() - begun;
  };
  const half = cost(typed.slice(0, typed.length / 2));
  // Twenty milliseconds are what the clock of the thread may be wrong by.
  expect(cost(typed)).toBeLessThan(3 * half + 20);
});

test('a name of nothing but what was typed is marked in the time of its length', () => {
  const name = 'ab'.repeat(50_000);
  const begun = worked();
  expect(marksIn(name, wordsOf('ab a b'))).toEqual([0, 2]);
  expect(worked() - begun).toBeLessThan(2000);
});
