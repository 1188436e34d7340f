import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import { shownWords, stateShown } from '../../../renderer/i18n/views.ts';
import type { OwnState, Rule, View, ViewKind } from '../../../shared/model.ts';
import { ALICE, BOB, ok, refused, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

const BUILT_IN: View[] = [
  { id: 'default', title: '', kind: 'everything' },
  { id: 'state', title: '', kind: 'state' },
  { id: 'busy', title: '', kind: 'busy' },
  { id: 'closed', title: '', kind: 'nothing' },
];
const FAMILY: View = { id: 'f', title: 'Family', kind: 'own', own: { state: 'busy', note: 'call me' } };

async function open(views: View[], rules: Rule[] = []): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge(
    snapshot({ views: [{ account: ALICE, views }], rules: [{ account: ALICE, rules }] }),
  );
  bridge.reply('views.set', () => ok(null));
  const { program } = await show(bridge, <App />);
  act(() => program.view.getState().open({ type: 'settings', pane: 'views' }));
  return bridge;
}
const dialog = () => within(screen.getByRole('dialog'));

test('a new view has a token of its own and what was chosen', async () => {
  const bridge = await open(BUILT_IN);
  await userEvent.click(screen.getByRole('button', { name: 'New view…' }));
  await userEvent.type(dialog().getByRole('textbox', { name: 'Title' }), 'Family');
  await userEvent.selectOptions(dialog().getByRole('combobox', { name: 'State' }), 'Away');
  const [note] = dialog().getAllByRole('textbox', { name: 'Note' });
  if (note) await userEvent.type(note, 'call me');
  await userEvent.click(dialog().getByRole('button', { name: 'Save' }));
  const views = bridge.requests('views.set')[0]?.views ?? [];
  expect(views.slice(0, -1)).toEqual(BUILT_IN);
  expect(views.at(-1)).toEqual({
    id: expect.stringMatching(/^view-[0-9a-f]{8}$/) as unknown,
    title: 'Family',
    kind: 'own',
    own: { state: 'away', note: 'call me' },
  });
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('what a built-in view leaves behind is set; what it is, is not', async () => {
  const bridge = await open(BUILT_IN);
  await userEvent.click(screen.getByRole('button', { name: 'Edit Everything' }));
  expect(dialog().queryByRole('textbox', { name: 'Title' })).toBeNull();
  expect(dialog().queryByRole('button', { name: 'Remove' })).toBeNull();
  await userEvent.type(dialog().getByRole('textbox', { name: 'Note' }), 'Back Monday');
  await userEvent.click(dialog().getByRole('button', { name: 'Save' }));
  expect(bridge.requests('views.set')[0]?.views[0]).toEqual({
    ...BUILT_IN[0],
    away: { note: 'Back Monday' },
  });
});

test('a view that a rule shows stays; one that none shows can go', async () => {
  await open([...BUILT_IN, FAMILY], [{ who: [BOB], view: 'f' }]);
  await userEvent.click(screen.getByRole('button', { name: 'Edit Family' }));
  expect((dialog().getByRole('button', { name: 'Remove' }) as HTMLButtonElement).disabled).toBe(true);
  expect(dialog().getByText(/^1 rule shows this view/)).toBeTruthy();
});

test('removing sends what is left, and says why it could not', async () => {
  const bridge = await open([...BUILT_IN, FAMILY]);
  bridge.reply('views.set', () => refused('timeout'));
  await userEvent.click(screen.getByRole('button', { name: 'Edit Family' }));
  await userEvent.click(dialog().getByRole('button', { name: 'Remove' }));
  expect(bridge.requests('views.set')).toEqual([{ account: ALICE, views: BUILT_IN }]);
  expect((await dialog().findByRole('alert')).textContent).toBe('a.example did not answer in time.');
});

describe('what a view shows', () => {
  const view = (kind: ViewKind): View => ({ ...FAMILY, kind });
  test.each<[ViewKind, OwnState, OwnState]>([
    ['everything', 'away', 'away'],
    ['state', 'do-not-disturb', 'do-not-disturb'],
    ['busy', 'do-not-disturb', 'busy'],
    ['busy', 'busy', 'busy'],
    ['busy', 'away', 'busy'],
    ['busy', 'available', 'available'],
    ['nothing', 'available', 'offline'],
    ['own', 'available', 'busy'],
    ['own', 'offline', 'offline'],
    ['busy', 'offline', 'offline'],
  ])('%s of %s is %s', (kind, chosen, shown) => {
    expect(stateShown(view(kind), { state: chosen, note: '' })).toBe(shown);
  });
  test('being away by itself is free, not busy', () => {
    expect(stateShown(view('busy'), { state: 'away', note: '', automatic: 'idle' })).toBe('available');
  });
  test('the note of a view of its own is not shown while offline', () => {
    expect(shownWords(FAMILY, { state: 'available', note: 'x' })).toBe('Busy, call me');
    expect(shownWords(FAMILY, { state: 'offline', note: 'x' })).toBe('Offline');
  });
});
