import { waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { pairKey } from '../../../renderer/store/mirror.ts';
import {
  ALICE,
  BOB,
  contact,
  conversation,
  message,
  ok,
  page,
  openProgram,
  ScriptedBridge,
  snapshot,
} from '../scripted-bridge.tsx';

const KEY = pairKey(ALICE, BOB);

test('a missing event asks for a new snapshot, and later events wait for it', async () => {
  const bridge = new ScriptedBridge(snapshot({ seq: 1 }));
  const program = await openProgram(bridge);
  bridge.reply('snapshot', () =>
    ok(snapshot({ seq: 4, contacts: [contact({ name: 'From the snapshot' })] })),
  );
  bridge.emit({ type: 'contact', contact: contact({ name: 'Seen already in the snapshot' }) }, 3);
  bridge.emit({ type: 'contact', contact: contact({ name: 'Seen, too' }) }, 4);
  bridge.emit({ type: 'contact', contact: contact({ name: 'After the snapshot' }) }, 5);
  await waitFor(() => expect(program.mirror.getState().mirror?.seq).toBe(5));
  expect(program.mirror.getState().mirror?.contacts.get(KEY)?.name).toBe('After the snapshot');
  expect(bridge.requests('snapshot')).toHaveLength(2);
});

test('events that come before the first snapshot are not lost', async () => {
  const bridge = new ScriptedBridge();
  const opening = openProgram(bridge);
  bridge.emit({ type: 'contact', contact: contact() });
  const program = await opening;
  await waitFor(() => expect(program.mirror.getState().mirror?.contacts.size).toBe(1));
});

test('a snapshot that cannot be had is said, and asked for again when the way is back', async () => {
  const bridge = new ScriptedBridge();
  const program = await openProgram(bridge);
  bridge.reply('snapshot', () => ({ ok: false, code: 'closed', reason: 'gone', data: {} }));
  program.restart();
  await waitFor(() => expect(program.view.getState().link).toBe('stopped'));
  bridge.reply('snapshot', () => ok(snapshot({ seq: 9 })));
  program.restart();
  await waitFor(() => expect(program.mirror.getState().mirror?.seq).toBe(9));
});

test('pages are loaded once at a time, and a live message joins them', async () => {
  const bridge = new ScriptedBridge(snapshot({ conversations: [conversation()] }));
  bridge.reply('messages.page', ({ before }) =>
    ok(page(before === undefined ? [message({ id: 1 }), message({ id: 2 })] : [])),
  );
  const program = await openProgram(bridge);
  await Promise.all([program.loadPage(ALICE, BOB), program.loadPage(ALICE, BOB)]);
  expect(bridge.requests('messages.page')).toHaveLength(1);
  bridge.emit({ type: 'message', message: message({ id: 3 }) });
  await waitFor(() => {
    expect(
      program.mirror
        .getState()
        .mirror?.logs.get(KEY)
        ?.messages.map(({ id }) => id),
    ).toEqual([1, 2, 3]);
  });
});

test('an outcome that turned bad is announced once, a good one is not', async () => {
  const bridge = new ScriptedBridge(snapshot({ contacts: [contact()], conversations: [conversation()] }));
  const waiting = message({ id: 1, isMine: true, outcome: 'waiting' });
  bridge.reply('messages.page', () =>
    ok(page([waiting, message({ id: 2, isMine: true, outcome: 'waiting' })])),
  );
  const program = await openProgram(bridge);
  await program.loadPage(ALICE, BOB);
  const failed = { ...waiting, outcome: 'failed', problem: { code: 'mailbox-full', reason: '' } } as const;
  bridge.emit({ type: 'message', message: message({ id: 2, isMine: true, outcome: 'delivered' }) });
  bridge.emit({ type: 'message', message: failed });
  await waitFor(() => expect(program.view.getState().announcement.number).toBe(1));
  expect(program.view.getState().announcement.text).toBe('To Bob: not delivered. The inbox of Bob is full.');
  bridge.emit({ type: 'message', message: { ...failed, outcomeAt: 5 } });
  await waitFor(() => expect(program.mirror.getState().mirror?.seq).toBe(3));
  expect(program.view.getState().announcement.number).toBe(1);
});

test('the open conversation is left when its account is removed', async () => {
  const bridge = new ScriptedBridge(snapshot({ conversations: [conversation()] }));
  const program = await openProgram(bridge);
  program.view.getState().openConversation(ALICE, BOB);
  bridge.emit({ type: 'account-removed', id: ALICE });
  await waitFor(() => expect(program.view.getState().page.type).toBe('home'));
});
