import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { Me } from '../../../renderer/contacts/Me.tsx';
import { nextHour, tomorrow } from '../../../renderer/contacts/until.ts';
import { useAccount } from '../../../renderer/store/hooks.ts';
import type { Account, Rule, View } from '../../../shared/model.ts';
import { ALICE, account, ok, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

async function open(own: Account, views: View[] = [], rules: Rule[] = []): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge(
    snapshot({
      accounts: [own],
      views: [{ account: ALICE, views }],
      rules: [{ account: ALICE, rules }],
    }),
  ).reply('presence.set', () => ok(null));
  await show(bridge, <Me account={own} />);
  await userEvent.click(screen.getByRole('button', { name: /^Presence/ }));
  await screen.findByRole('menu');
  return bridge;
}

test('the button says the state, the menu names all five', async () => {
  const bridge = new ScriptedBridge();
  await show(bridge, <Me account={account({ own: { state: 'offline', note: '' } })} />);
  const button = screen.getByRole('button', { name: /^Presence: Appear offline/ });
  await userEvent.click(button);
  await screen.findByRole('menu');
  expect(
    screen.getAllByRole('menuitem').map((item) => item.getAttribute('aria-labelledby') && nameOf(item)),
  ).toEqual(['Available', 'Away', 'Busy', 'Do not disturb', 'Appear offline']);
});

const nameOf = (item: HTMLElement): string =>
  (item.getAttribute('aria-labelledby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '')
    .join(' ');

test('a choice is set with the note and closes the menu', async () => {
  const bridge = await open(account({ own: { state: 'available', note: 'On layout' } }));
  await userEvent.click(screen.getByRole('menuitem', { name: 'Do not disturb' }));
  await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
  expect(bridge.requests('presence.set')).toEqual([
    { account: ALICE, state: 'do-not-disturb', note: 'On layout' },
  ]);
});

test('a note that is heard of while the menu is open is kept by what is chosen then', async () => {
  const own = account({ own: { state: 'available', note: '' } });
  const bridge = new ScriptedBridge(snapshot({ accounts: [own] })).reply('presence.set', () => ok(null));
  function Present() {
    return <Me account={useAccount(ALICE) ?? own} />;
  }
  await show(bridge, <Present />);
  await userEvent.click(screen.getByRole('button', { name: /^Presence/ }));
  await screen.findByRole('menu');
  act(() =>
    bridge.emit({ type: 'account', account: { ...own, own: { state: 'available', note: 'On layout' } } }),
  );
  await screen.findByDisplayValue('On layout');
  await userEvent.click(screen.getByRole('menuitem', { name: 'Busy' }));
  await waitFor(() =>
    expect(bridge.requests('presence.set')).toEqual([{ account: ALICE, state: 'busy', note: 'On layout' }]),
  );
});

test('digits choose', async () => {
  const bridge = await open(account());
  await userEvent.keyboard('2');
  await waitFor(() =>
    expect(bridge.requests('presence.set')).toEqual([{ account: ALICE, state: 'away', note: '' }]),
  );
});

test('a note is written without changing the state, and digits in it are text', async () => {
  const bridge = await open(account({ own: { state: 'busy', note: '' } }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Note' }), 'until 3{Enter}');
  await waitFor(() =>
    expect(bridge.requests('presence.set')).toEqual([{ account: ALICE, state: 'busy', note: 'until 3' }]),
  );
});

test('what the domain forbids cannot be chosen and says why', async () => {
  const bridge = await open(account({ policy: ['no-invisible'] }));
  const item = screen.getByRole('menuitem', { name: 'Appear offline' });
  expect(item.getAttribute('aria-disabled')).toBe('true');
  expect(item.textContent).toContain('a.example does not allow this');
  await userEvent.keyboard('5');
  await userEvent.click(item);
  expect(bridge.requests('presence.set')).toEqual([]);
});

const chip = (name: string): HTMLElement =>
  within(screen.getByRole('radiogroup', { name: 'Until' })).getByRole('radio', { name });

test('an hour from now is one press, and can be taken back', async () => {
  const bridge = await open(account({ own: { state: 'busy', note: 'Layout' } }));
  expect(chip('No end').getAttribute('aria-checked')).toBe('true');
  await userEvent.click(chip('1 hour'));
  const until = bridge.requests('presence.set')[0]?.until ?? 0;
  expect(Math.abs(until - Date.now() - 3_600_000)).toBeLessThan(60_000);
  expect(bridge.requests('presence.set')).toEqual([{ account: ALICE, state: 'busy', note: 'Layout', until }]);
  await userEvent.click(chip('No end'));
  expect(bridge.requests('presence.set')[1]).toEqual({ account: ALICE, state: 'busy', note: 'Layout' });
});

test('a state that is chosen next ends then, too', async () => {
  const until = Date.now() + 7_200_000;
  const bridge = await open(account({ own: { state: 'available', note: '', until } }));
  await userEvent.click(screen.getByRole('menuitem', { name: 'Busy' }));
  await waitFor(() =>
    expect(bridge.requests('presence.set')).toEqual([{ account: ALICE, state: 'busy', note: '', until }]),
  );
});

test('an end that has passed is not set again', async () => {
  const bridge = await open(account({ own: { state: 'busy', note: '', until: 1000 } }));
  expect(chip('No end').getAttribute('aria-checked')).toBe('true');
  await userEvent.keyboard('3');
  await waitFor(() =>
    expect(bridge.requests('presence.set')).toEqual([{ account: ALICE, state: 'busy', note: '' }]),
  );
});

test('an activity brings the state that goes with it', async () => {
  const bridge = await open(account());
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Doing' }), 'In a meeting');
  await waitFor(() =>
    expect(bridge.requests('presence.set')).toEqual([
      { account: ALICE, state: 'busy', note: '', activity: 'meeting' },
    ]),
  );
});

test('who is away by itself is told why and may stay so', async () => {
  const bridge = await open(account({ own: { state: 'away', note: '', automatic: 'locked' } }));
  expect(screen.getByText(/the screen is locked/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Stay away' }));
  await waitFor(() =>
    expect(bridge.requests('presence.set')).toEqual([{ account: ALICE, state: 'away', note: '' }]),
  );
});

test('the views in use are told with what they show, and what is left when nobody is signed in', async () => {
  await open(
    account({ own: { state: 'do-not-disturb', note: 'On layout' } }),
    [
      { id: 'default', title: '', kind: 'everything', away: { note: 'Back Monday' } },
      { id: 'busy', title: '', kind: 'busy' },
      { id: 'closed', title: '', kind: 'nothing' },
      { id: 'f', title: 'Family', kind: 'own', own: { state: 'available', note: 'call me' } },
    ],
    [
      { who: ['impp://b.example/bob', 'impp://b.example/ben'], view: 'f' },
      { who: ['impp://c.example/*'], view: 'busy' },
    ],
  );
  const rows = within(screen.getByRole('region', { name: 'Who sees what' }))
    .getAllByRole('button')
    .map((row) => row.textContent);
  expect(rows).toEqual([
    'Edit views',
    'Everything, everyone you allow: as above',
    'Busy or free, 1 domain: Busy',
    'Family, 2 people: Available, call me',
  ]);
  expect(screen.getByRole('region', { name: 'When you are not signed in' }).textContent).toContain(
    'Back Monday',
  );
});

test('the next hour is at least half an hour away; tomorrow begins at nine', () => {
  const at = (hour: number, minute: number): number => new Date(2026, 10, 21, hour, minute).getTime();
  expect(nextHour(at(16, 10))).toBe(at(17, 0));
  expect(nextHour(at(16, 40))).toBe(at(18, 0));
  expect(tomorrow(at(23, 59))).toBe(new Date(2026, 10, 22, 9).getTime());
});
