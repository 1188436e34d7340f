import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { PresenceMenu } from '../../../renderer/contacts/PresenceMenu.tsx';
import { MuteMenu } from '../../../renderer/contacts/MuteMenu.tsx';
import { QuietHours } from '../../../renderer/settings/QuietHours.tsx';
import type { Settings } from '../../../shared/model.ts';
import {
  ALICE,
  account,
  BOB,
  conversation,
  ok,
  ScriptedBridge,
  show,
  snapshot,
} from '../scripted-bridge.tsx';

async function open(quietHours: Settings['quietHours']) {
  const changes: Partial<Settings>[] = [];
  const bridge = new ScriptedBridge(snapshot({ settings: { ...snapshot().settings, quietHours } }));
  await show(bridge, <QuietHours knowsQuiet onChange={(part) => changes.push(part)} />);
  return changes;
}

const every = [0, 1, 2, 3, 4, 5, 6];

test('quiet hours are added with their days and times, by keyboard alone', async () => {
  const changes = await open([]);
  await userEvent.tab();
  await userEvent.tab();
  await userEvent.keyboard('{Enter}');
  await screen.findByRole('dialog', { name: 'Add quiet hours' });
  await userEvent.click(screen.getByRole('button', { name: 'Sunday' }));
  await userEvent.clear(screen.getByLabelText('From'));
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
  await userEvent.type(screen.getByLabelText('From'), '21:30');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(changes).toEqual([
    { quietHours: [{ isOn: true, days: [1, 2, 3, 4, 5, 6], from: 1290, until: 420 }] },
  ]);
});

test('each is a sentence with a switch, and can be changed and removed', async () => {
  const night = { isOn: true, days: every, from: 1320, until: 420 };
  const weekend = { isOn: false, days: [0, 6], from: 0, until: 0 };
  const changes = await open([night, weekend]);
  await userEvent.click(screen.getByRole('switch', { name: 'Weekends, all day' }));
  await userEvent.click(screen.getByRole('button', { name: /^Change: Every day, 22:00 to 07:00$/ }));
  await userEvent.click(await screen.findByRole('button', { name: 'Remove' }));
  await userEvent.click(screen.getByRole('switch', { name: 'While the system does not disturb' }));
  expect(changes).toEqual([
    { quietHours: [night, { ...weekend, isOn: true }] },
    { quietHours: [weekend] },
    { followsSystemQuiet: true },
  ]);
});

test('in quiet hours the menu says so, a note changes nothing else, and one can be heard again', async () => {
  const until = Date.now() + 3_600_000;
  const own = { state: 'do-not-disturb', note: 'Zz', quiet: { by: 'hours', until, chosen: 'busy' } } as const;
  const quiet = account({ own });
  const bridge = new ScriptedBridge(snapshot({ accounts: [quiet] })).reply('presence.set', () => ok(null));
  const button = { current: document.body.appendChild(document.createElement('button')) };
  await show(bridge, <PresenceMenu account={quiet} button={button} />);
  screen.getByText(/Quiet hours: nobody is to disturb until/);
  await userEvent.type(screen.getByLabelText('Note'), 'z{Enter}');
  await userEvent.click(screen.getByRole('button', { name: 'Be heard now' }));
  expect(bridge.requests('presence.set')).toEqual([
    { account: ALICE, state: 'busy', note: 'Zzz' },
    { account: ALICE, state: 'busy', note: 'Zz' },
  ]);
  button.current.remove();
});

test('the bell also says what notifications of the conversation show', async () => {
  const bridge = new ScriptedBridge(snapshot({ conversations: [conversation({ notifies: 'name' })] })).reply(
    'conversation.change',
    () => ok(null),
  );
  await show(bridge, <MuteMenu account={ALICE} peer={BOB} />);
  await userEvent.click(screen.getByRole('button'));
  const chosen = await screen.findByRole('menuitemradio', { name: 'Name only' });
  expect(chosen.getAttribute('aria-checked')).toBe('true');
  await userEvent.click(screen.getByRole('menuitemradio', { name: 'Nothing' }));
  await userEvent.click(screen.getByRole('button'));
  await userEvent.click(await screen.findByRole('menuitemradio', { name: 'As in general: Name and text' }));
  await waitFor(() =>
    expect(bridge.requests('conversation.change')).toEqual([
      { account: ALICE, peer: BOB, notifies: 'nothing' },
      { account: ALICE, peer: BOB, notifies: null },
    ]),
  );
});
