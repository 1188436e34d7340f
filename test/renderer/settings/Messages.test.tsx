import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { MessagesPane } from '../../../renderer/settings/Messages.tsx';
import type { Answer } from '../../../shared/ipc.ts';
import { decodeBase64 } from '../../../shared/base64.ts';
import { ALICE, ok, refused, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

test('what takes long says how far it is and can be stopped, which is no trouble to speak of', async () => {
  const answer = Promise.withResolvers<Answer<null>>();
  const bridge = new ScriptedBridge()
    .reply('history.export', () => answer.promise)
    .reply('task.stop', () => ok(null));
  await show(bridge, <MessagesPane />);
  await userEvent.click(screen.getByRole('button', { name: 'Export…' }));
  const [request] = bridge.requests('history.export');
  act(() => bridge.emit({ type: 'task', task: request?.task ?? '', done: 30, total: 120 }));
  const bar = await screen.findByRole<HTMLProgressElement>('progressbar', { name: 'Exporting, 25 %' });
  expect(bar.value).toBe(30);
  await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
  expect(bridge.requests('task.stop')).toEqual([{ task: request?.task }]);
  answer.resolve(refused('cancelled'));
  await waitFor(() => expect(screen.queryByRole('progressbar')).toBeNull());
  expect(screen.queryByRole('alert')).toBeNull();
});

describe('what others are told', () => {
  test('each has its switch, and a sentence that says what it means now', async () => {
    const bridge = new ScriptedBridge().reply('settings.change', (part) =>
      ok({ ...snapshot().settings, ...part }),
    );
    await show(bridge, <MessagesPane />);
    expect(screen.getByText('Contacts see it while you write to them.')).toBeTruthy();
    await userEvent.click(screen.getByRole('switch', { name: 'Say that I am writing' }));
    expect(bridge.requests('settings.change')).toEqual([{ sendsTyping: false }]);
    bridge.emit({ type: 'settings', settings: { ...snapshot().settings, sendsTyping: false } });
    expect(await screen.findByText('Nobody sees that you are writing.')).toBeTruthy();
  });

  test('trouble is said there', async () => {
    await show(
      new ScriptedBridge().reply('settings.change', () => refused('internal-error')),
      <MessagesPane />,
    );
    await userEvent.click(screen.getByRole('switch', { name: 'Say that I have read what they wrote' }));
    expect(await screen.findByRole('alert')).toBeTruthy();
  });
});

describe('export', () => {
  test('of all, in the format that is chosen; where it is, is said', async () => {
    const bridge = new ScriptedBridge().reply('history.export', () =>
      ok({ path: '/home/alice/Downloads/alice.json', messages: 2 }),
    );
    await show(bridge, <MessagesPane />);
    await userEvent.click(screen.getByRole('radio', { name: 'JSON' }));
    await userEvent.click(screen.getByRole('button', { name: 'Export…' }));
    expect(await screen.findByText('2 messages in /home/alice/Downloads/alice.json')).toBeTruthy();
    expect(bridge.requests('history.export')).toMatchObject([{ account: ALICE, format: 'json' }]);
  });

  test('says nothing when no file was chosen', async () => {
    const bridge = new ScriptedBridge().reply('history.export', () => ok(null));
    await show(bridge, <MessagesPane />);
    await userEvent.click(screen.getByRole('button', { name: 'Export…' }));
    await waitFor(() => expect(bridge.requests('history.export')).toHaveLength(1));
    expect(screen.queryByText(/messages? in |Nothing in /)).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('backup', () => {
  const open = async (bridge: ScriptedBridge) => {
    await show(bridge, <MessagesPane />);
    await userEvent.click(screen.getByRole('button', { name: 'Back up…' }));
    const dialog = within(await screen.findByRole('dialog'));
    return {
      dialog,
      type: async (first: string, second: string): Promise<void> => {
        await userEvent.type(dialog.getByLabelText(/^Passphrase/), first);
        if (second !== '') await userEvent.type(dialog.getByLabelText(/^Once more/), second);
      },
      submit: () => userEvent.click(dialog.getByRole('button', { name: 'Choose a file and back up' })),
    };
  };

  test('asks for the passphrase twice, and says how strong it is', async () => {
    const bridge = new ScriptedBridge().reply('backup.create', () => ok({ path: '/tmp/alice.parley' }));
    const { dialog, type, submit } = await open(bridge);
    await type('lamp', 'lamb');
    expect(dialog.getByText(/^Weak:/)).toBeTruthy();
    await submit();
    expect(await dialog.findByText('The two are not the same.')).toBeTruthy();
    expect(bridge.requests('backup.create')).toEqual([]);
    await userEvent.clear(dialog.getByLabelText(/^Passphrase/));
    await userEvent.clear(dialog.getByLabelText(/^Once more/));
    await type('quiet harbour paper lamp', 'quiet harbour paper lamp');
    expect(dialog.getByText(/^Strong,/)).toBeTruthy();
    await submit();
    expect(await screen.findByText('Backed up in /tmp/alice.parley')).toBeTruthy();
    expect(bridge.requests('backup.create')).toMatchObject([
      { account: ALICE, passphrase: 'quiet harbour paper lamp' },
    ]);
  });

  test('goes on when the dialog is closed, and what went wrong is said then', async () => {
    let fail: (() => void) | undefined;
    const bridge = new ScriptedBridge().reply(
      'backup.create',
      () => new Promise((resolve) => (fail = () => resolve(refused('internal-error')))),
    );
    const { dialog, type, submit } = await open(bridge);
    await type('abc', 'abc');
    await submit();
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }));
    expect(screen.getByRole('button', { name: 'Backing up' })).toBeTruthy();
    fail?.();
    expect(await screen.findByRole('alert')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Back up…' })).toBeTruthy();
  });

  test('stays open when no file was chosen', async () => {
    const bridge = new ScriptedBridge().reply('backup.create', () => ok(null));
    const { type, submit } = await open(bridge);
    await type('abc', 'abc');
    await submit();
    await waitFor(() => expect(bridge.requests('backup.create')).toHaveLength(1));
    expect(screen.getByRole('dialog')).toBeTruthy();
  });
});

describe('restore', () => {
  const BYTES = new Uint8Array(1_200_000).map((_, index) => index % 251);
  const scripted = (): ScriptedBridge =>
    new ScriptedBridge()
      .reply('upload.begin', () => ok({ upload: 'u1' }))
      .reply('upload.append', () => ok(null))
      .reply('upload.drop', () => ok(null))
      .reply('backup.restore', () => ok({ account: ALICE, messages: 12 }));

  const begin = async (bridge: ScriptedBridge): Promise<void> => {
    await show(bridge, <MessagesPane />);
    const input = screen.getByLabelText('Restore a backup', { selector: 'input' });
    await userEvent.upload(input, new File([BYTES], 'alice.parley'));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.type(dialog.getByLabelText(/^The passphrase/), 'secret words');
    await userEvent.click(dialog.getByRole('button', { name: 'Restore' }));
  };

  test('brings the file in portions, octet for octet, then gives the passphrase', async () => {
    const bridge = scripted();
    await begin(bridge);
    expect(await screen.findByText(/12 messages of alice@a.example brought back/)).toBeTruthy();
    expect(bridge.requests('upload.begin')).toEqual([{ size: BYTES.length, isBackup: true }]);
    const portions = bridge.requests('upload.append').map(({ data }) => decodeBase64(data));
    expect(portions.length).toBeGreaterThan(1);
    expect(Buffer.concat(portions).equals(Buffer.from(BYTES))).toBe(true);
    expect(bridge.requests('backup.restore')).toMatchObject([{ upload: 'u1', passphrase: 'secret words' }]);
  });

  test('another passphrase is said, and may be tried again', async () => {
    const bridge = scripted().reply('backup.restore', () => refused('authentication-failed'));
    await begin(bridge);
    expect(await screen.findByText(/does not open the file/)).toBeTruthy();
    bridge.reply('backup.restore', () => ok({ account: ALICE, messages: 1 }));
    await userEvent.click(screen.getByRole('button', { name: 'Restore' }));
    expect(await screen.findByText(/1 message of alice@a.example brought back/)).toBeTruthy();
    expect(bridge.requests('upload.begin')).toHaveLength(2);
  });

  test('who closes the dialog stops it, and what came over is dropped', async () => {
    const bridge = scripted();
    let go: (() => void) | undefined;
    bridge.reply('upload.append', () => new Promise((resolve) => (go = () => resolve(ok(null)))));
    await begin(bridge);
    await waitFor(() => expect(go).toBeDefined());
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    go?.();
    await waitFor(() => expect(bridge.requests('upload.drop')).toEqual([{ upload: 'u1' }]));
    expect(bridge.requests('backup.restore')).toEqual([]);
  });
});
