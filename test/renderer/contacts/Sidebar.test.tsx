import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import {
  ALICE,
  BOB,
  contact,
  conversation,
  message,
  ok,
  page,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../scripted-bridge.tsx';

const person = (user: string, state: 'available' | 'away' | 'offline') =>
  contact({ address: `impp://x.example/${user}`, name: user, presence: { state } });

const rows = (region: string): (string | null)[] =>
  within(screen.getByRole('region', { name: region }))
    .queryAllByRole('listitem')
    .map((row) => row.textContent);

test('contacts stand by presence, then name, and move when their presence changes', async () => {
  const bridge = new ScriptedBridge(
    snapshot({
      contacts: [
        person('Zoe', 'available'),
        person('Ann', 'offline'),
        person('Ben', 'away'),
        person('Abe', 'available'),
      ],
    }),
  );
  await show(bridge, <App />);
  expect(rows('Contacts')).toEqual(['Abe', 'Zoe', 'Ben', 'Ann']);
  act(() => bridge.emit({ type: 'contact', contact: person('Ann', 'available') }));
  await waitFor(() => expect(rows('Contacts')).toEqual(['Abe', 'Ann', 'Zoe', 'Ben']));
});

test('conversations stand newest first, with unread count and last line', async () => {
  const bridge = new ScriptedBridge(
    snapshot({
      contacts: [contact()],
      conversations: [
        conversation({ peer: 'impp://x.example/old', last: message({ id: 1, text: 'long ago' }) }),
        conversation({ unread: 2, last: message({ id: 9, text: 'just now' }) }),
      ],
    }),
  );
  await show(bridge, <App />);
  const [first, second] = rows('Conversations');
  expect(first).toContain('Bob');
  expect(first).toContain('just now');
  expect(first?.endsWith('2')).toBe(true);
  expect(second).toContain('old@x.example');
  expect(document.title).toBe('(2) Parley');
});

test('a list is one stop of Tab; arrows, Home, End and letters move in it', async () => {
  await show(
    new ScriptedBridge(
      snapshot({
        contacts: [person('Ann', 'available'), person('Ben', 'available'), person('Zoe', 'available')],
      }),
    ),
    <App />,
  );
  const list = within(screen.getByRole('region', { name: 'Contacts' }));
  const [ann, ben, zoe] = list.getAllByRole('listitem').map((row) => within(row).getByRole('button'));
  expect([ann, ben, zoe].map((row) => row?.tabIndex)).toEqual([0, -1, -1]);
  act(() => ann?.focus());
  await userEvent.keyboard('{ArrowDown}');
  expect(document.activeElement).toBe(ben);
  await userEvent.keyboard('{End}');
  expect(document.activeElement).toBe(zoe);
  await userEvent.keyboard('a');
  expect(document.activeElement).toBe(ann);
  expect([ann, ben, zoe].map((row) => row?.tabIndex)).toEqual([0, -1, -1]);
});

test('a contact is added by address; trouble stands in the dialog', async () => {
  const bridge = new ScriptedBridge()
    .reply('contact.add', () => refused('target-unknown'))
    .reply('messages.page', () => ok(page([])));
  const { program } = await show(bridge, <App />);
  await userEvent.click(screen.getByRole('button', { name: 'Add contact' }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.type(dialog.getByRole('textbox', { name: 'Address' }), 'bob@b.example');
  await userEvent.type(dialog.getByRole('textbox', { name: 'Name' }), 'Bob');
  await userEvent.type(dialog.getByRole('textbox', { name: 'Groups' }), 'work, ,friends,work');
  await userEvent.click(dialog.getByRole('button', { name: 'Add contact' }));
  expect((await dialog.findByRole('alert')).textContent).toBe(
    'There is no bob@b.example. Check the spelling.',
  );
  bridge.reply('contact.add', () => ok(contact()));
  await userEvent.click(dialog.getByRole('button', { name: 'Add contact' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(bridge.requests('contact.add')[1]).toEqual({
    account: ALICE,
    address: 'bob@b.example',
    name: 'Bob',
    groups: ['work', 'friends'],
  });
  expect(program.view.getState().page).toEqual({ type: 'conversation', account: ALICE, peer: BOB });
});

test('every row says, beside its sign, since when and until when; what is unknown is not offline', async () => {
  const day = new Date(2020, 4, 17, 12).getTime();
  const bridge = new ScriptedBridge(
    snapshot({
      contacts: [
        contact({ presence: { state: 'busy', since: day, until: Date.now() + 86_400_000 } }),
        contact({ address: 'impp://x.example/eve', name: 'Eve', presence: { state: 'unknown' } }),
      ],
      conversations: [conversation({ last: message({ id: 1 }) })],
    }),
  );
  await show(bridge, <App />);
  for (const region of ['Contacts', 'Conversations']) {
    const row = within(screen.getByRole('region', { name: region })).getByRole('button', { name: /Bob/ });
    expect(row.title).toMatch(/Busy\. Since 17 May,? .+, until .+\.$/);
  }
  const eve = screen.getByRole('button', { name: 'Unknown Eve' });
  expect(eve.title).toBe('eve@x.example\nUnknown. x.example has sent nothing that says whether Eve is here.');
});
