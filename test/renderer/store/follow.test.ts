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
  await Promise.all([program.loadPage(ALICE, BOB, 'newest'), program.loadPage(ALICE, BOB, 'newest')]);
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

test('what comes while a page is on its way is not lost with what the page replaces', async () => {
  const bridge = new ScriptedBridge(snapshot({ conversations: [conversation()] }));
  bridge.reply('messages.page', () => ok(page([message({ id: 5 })], { hasOlder: true, hasNewer: true })));
  const program = await openProgram(bridge);
  await program.loadPage(ALICE, BOB, { around: { at: 5000, order: 5 } });
  let answer: () => void = () => undefined;
  bridge.reply(
    'messages.page',
    () => new Promise((resolve) => (answer = () => resolve(ok(page([message({ id: 8 })]))))),
  );
  const loading = program.loadPage(ALICE, BOB, 'newest');
  await waitFor(() => expect(bridge.requests('messages.page')).toHaveLength(2));
  bridge.emit({ type: 'message', message: message({ id: 9 }) });
  await waitFor(() => expect(program.mirror.getState().mirror?.seq).toBe(1));
  answer();
  await loading;
  expect(
    program.mirror
      .getState()
      .mirror?.logs.get(KEY)
      ?.messages.map(({ id }) => id),
  ).toEqual([8, 9]);
});

test('a page asked for before a new snapshot is not put into the logs after it', async () => {
  const bridge = new ScriptedBridge(snapshot({ conversations: [conversation()] }));
  let answer: () => void = () => undefined;
  bridge.reply(
    'messages.page',
    () => new Promise((resolve) => (answer = () => resolve(ok(page([message({ id: 1 })]))))),
  );
  const program = await openProgram(bridge);
  const old = program.loadPage(ALICE, BOB, 'newest');
  await waitFor(() => expect(bridge.requests('messages.page')).toHaveLength(1));
  const answerOld = answer;
  bridge.reply('snapshot', () => ok(snapshot({ seq: 7, conversations: [conversation()] })));
  program.restart();
  await waitFor(() => expect(program.mirror.getState().mirror?.seq).toBe(7));
  const fresh = program.loadPage(ALICE, BOB, 'newest');
  await waitFor(() => expect(bridge.requests('messages.page')).toHaveLength(2));
  answerOld();
  await old;
  expect(program.mirror.getState().mirror?.logs.get(KEY)?.isLoaded).toBe(false);
  answer();
  await fresh;
  expect(program.mirror.getState().mirror?.logs.get(KEY)?.messages).toHaveLength(1);
});

test('only some conversations are kept that nobody looks at, and only their ends', async () => {
  const bridge = new ScriptedBridge();
  const many = Array.from({ length: 60 }, (_, index) => message({ id: index + 100 }));
  bridge.reply('messages.page', ({ before }) =>
    ok(
      page(before === undefined ? many : many.map((one) => message({ id: one.id - 60 })), { hasOlder: true }),
    ),
  );
  const program = await openProgram(bridge);
  await program.loadPage(ALICE, BOB, 'newest');
  await program.loadPage(ALICE, BOB, 'older');
  expect(program.mirror.getState().mirror?.logs.get(KEY)?.messages).toHaveLength(120);
  program.rest(ALICE, BOB);
  expect(program.mirror.getState().mirror?.logs.get(KEY)?.messages[0]?.id).toBe(100);
  for (let number = 0; number < 30; number += 1)
    await program.loadPage(ALICE, `impp://b.example/bob${number}`, 'newest');
  expect(program.mirror.getState().mirror?.logs.size).toBe(12);
});

test('an outcome that turned bad is announced once, a good one is not', async () => {
  const bridge = new ScriptedBridge(snapshot({ contacts: [contact()], conversations: [conversation()] }));
  const waiting = message({ id: 1, isMine: true, outcome: 'waiting' });
  bridge.reply('messages.page', () =>
    ok(page([waiting, message({ id: 2, isMine: true, outcome: 'waiting' })])),
  );
  const program = await openProgram(bridge);
  await program.loadPage(ALICE, BOB, 'newest');
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
