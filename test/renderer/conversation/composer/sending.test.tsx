import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, test } from 'vitest';
import { Composer } from '../../../../renderer/conversation/composer/Composer.tsx';
import type { Target } from '../../../../renderer/conversation/composer/TargetBar.tsx';
import {
  ALICE,
  account,
  BOB,
  message,
  ok,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../../scripted-bridge.tsx';

function bridgeThatSaves(): ScriptedBridge {
  let uploads = 0;
  return new ScriptedBridge(snapshot({ accounts: [account({ maxMessageSize: 1_000_000 })] }))
    .reply('message.send', ({ text }) => ok(message({ id: 1, isMine: true, outcome: 'waiting', text })))
    .reply('message.correct', ({ text }) => ok(message({ id: 1, isMine: true, text })))
    .reply('conversation.draft', () => ok(null))
    .reply('conversation.typing', () => ok(null))
    .reply('upload.begin', () => ok({ upload: `u${(uploads += 1)}` }))
    .reply('upload.append', () => ok(null))
    .reply('upload.drop', () => ok(null));
}

function Stage({ first }: { readonly first?: Target }) {
  const [target, setTarget] = useState<Target | undefined>(first);
  return (
    <Composer
      account={ALICE}
      peer={BOB}
      name="Bob"
      draft=""
      target={target}
      onTarget={setTarget}
      onCorrectLast={() =>
        setTarget({ type: 'correct', message: message({ id: 7, isMine: true, text: 'gray' }) })
      }
      onLeave={() => undefined}
    />
  );
}
const field = (): HTMLTextAreaElement =>
  screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' });
const choose = (...files: File[]): Promise<void> =>
  userEvent.upload(document.querySelector<HTMLInputElement>('input[type=file]') as HTMLInputElement, files);
const file = (name: string, size = 3): File =>
  new File([new Uint8Array(size).fill(65)], name, { type: 'text/plain' });
const base = { account: ALICE, peer: BOB };

describe('files', () => {
  test('go to the program in portions, then with the message that names them', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, <Stage />);
    await choose(file('a.txt'));
    await userEvent.type(field(), 'Here{Enter}');
    await waitFor(() => expect(bridge.requests('message.send')).toHaveLength(1));
    expect(bridge.requests('upload.begin')).toEqual([{ size: 3 }]);
    expect(bridge.requests('upload.append')).toEqual([{ upload: 'u1', data: 'QUFB' }]);
    expect(bridge.requests('message.send')).toEqual([
      { ...base, text: 'Here', files: [{ upload: 'u1', name: 'a.txt', type: 'text/plain' }] },
    ]);
    await waitFor(() => expect(screen.queryByRole('list', { name: 'Attached files' })).toBeNull());
  });

  test('go without a word, too, and in as many messages as they need', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, <Stage />);
    await choose(file('a.txt', 500_000), file('b.txt', 500_000));
    await userEvent.click(screen.getByRole('button', { name: 'Send' }));
    await waitFor(() => expect(bridge.requests('message.send')).toHaveLength(2));
    expect(bridge.requests('message.send').map(({ files }) => files?.map(({ name }) => name))).toEqual([
      ['a.txt'],
      ['b.txt'],
    ]);
  });

  test('that are too large, or empty, are refused at once with the limit', async () => {
    await show(bridgeThatSaves(), <Stage />);
    await choose(file('large.bin', 900_000), file('empty.txt', 0), file('good.txt'));
    const list = screen.getByRole('list', { name: 'Attached files' });
    expect(within(list).getAllByRole('listitem')).toHaveLength(1);
    expect(
      screen.getByText(/a\.example takes files up to 723 kB\. large\.bin is 900 kB\. empty\.txt is empty\./),
    ).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Remove good.txt' }));
    expect(screen.queryByRole('list', { name: 'Attached files' })).toBeNull();
  });

  test('are still there when one comes back to the conversation', async () => {
    const { result } = await show(bridgeThatSaves(), <Stage />);
    await choose(file('a.txt'));
    result.unmount();
    await show(bridgeThatSaves(), <Stage />);
    await userEvent.click(screen.getByRole('button', { name: 'Remove a.txt' }));
    expect(screen.queryByRole('list', { name: 'Attached files' })).toBeNull();
  });

  test('of a message that was refused are dropped there and kept here', async () => {
    const bridge = bridgeThatSaves().reply('message.send', () =>
      refused('message-too-large', { maxMessageSize: 10, domain: 'a.example' }),
    );
    await show(bridge, <Stage />);
    await choose(file('a.txt'));
    await userEvent.type(field(), 'Here{Enter}');
    await screen.findByText(/a\.example takes messages up to 10 B\./);
    expect(bridge.requests('upload.drop')).toEqual([{ upload: 'u1' }]);
    expect(field().value).toBe('Here');
    await userEvent.click(screen.getByRole('button', { name: 'Remove a.txt' }));
  });
});

test('an answer names what it answers, once', async () => {
  const bridge = bridgeThatSaves();
  await show(
    bridge,
    <Stage first={{ type: 'reply', message: message({ id: 3, text: '**What** time?' }) }} />,
  );
  expect(screen.getByText('What time?')).toBeTruthy();
  await userEvent.type(field(), 'Five{Enter}');
  await waitFor(() => expect(screen.queryByText('Reply to Bob')).toBeNull());
  await userEvent.type(field(), 'Or six{Enter}');
  await waitFor(() => expect(bridge.requests('message.send')).toHaveLength(2));
  expect(bridge.requests('message.send')).toEqual([
    { ...base, text: 'Five', quote: 3 },
    { ...base, text: 'Or six' },
  ]);
});

describe('a correction', () => {
  test('takes the place of the last message, and leaves what was begun', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, <Stage />);
    await userEvent.type(field(), '{ArrowUp}');
    expect(field().value).toBe('gray');
    await userEvent.clear(field());
    await userEvent.type(field(), 'grey{Enter}');
    await waitFor(() => expect(bridge.requests('message.correct')).toEqual([{ id: 7, text: 'grey' }]));
    await waitFor(() => expect(field().value).toBe(''));
    expect(bridge.requests('conversation.draft')).toEqual([]);
    expect(bridge.requests('conversation.typing')).toEqual([]);
  });

  test('to nothing is none, and one that changes nothing is not sent', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, <Stage />);
    await userEvent.type(field(), '{ArrowUp}');
    await userEvent.clear(field());
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
    await userEvent.type(field(), 'gray{Enter}');
    await waitFor(() => expect(screen.queryByText('Correct your message')).toBeNull());
    expect(bridge.requests('message.correct')).toEqual([]);
  });
});

describe('how long the other domain keeps it', () => {
  test('is chosen from a menu and seen until it is changed', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, <Stage />);
    await userEvent.click(screen.getByRole('button', { name: /^How long|^Keep/ }));
    await userEvent.click(await screen.findByRole('menuitemradio', { name: '7 days' }));
    const before = Date.now();
    await userEvent.type(field(), 'soon{Enter}');
    await waitFor(() => expect(bridge.requests('message.send')).toHaveLength(1));
    const [sent] = bridge.requests('message.send');
    expect(sent?.expires).toBeGreaterThanOrEqual(before + 7 * 86_400_000);
    expect(sent?.expires).toBeLessThanOrEqual(Date.now() + 7 * 86_400_000);
    await userEvent.click(screen.getByRole('button', { name: /7 days/ }));
    await userEvent.click(await screen.findByRole('menuitemradio', { name: 'Not at all, only now' }));
    await userEvent.type(field(), 'now{Enter}');
    await waitFor(() => expect(bridge.requests('message.send')).toHaveLength(2));
    expect(bridge.requests('message.send')[1]).toEqual({ ...base, text: 'now', isOnlyNow: true });
  });
});

test('that one writes is told with the first letter and taken back with the message', async () => {
  const bridge = bridgeThatSaves();
  await show(bridge, <Stage />);
  await userEvent.type(field(), 'Hello');
  expect(bridge.requests('conversation.typing')).toEqual([{ ...base, isTyping: true }]);
  await userEvent.type(field(), '{Enter}');
  await waitFor(() =>
    expect(bridge.requests('conversation.typing')).toEqual([
      { ...base, isTyping: true },
      { ...base, isTyping: false },
    ]),
  );
});

test('an emoji is chosen by its name', async () => {
  await show(bridgeThatSaves(), <Stage />);
  await userEvent.type(field(), 'done :tad');
  const list = await screen.findByRole('listbox', { name: 'Emoji that fit' });
  expect(within(list).getAllByRole('option')[0]?.textContent).toContain(':tada:');
  await userEvent.keyboard('{Enter}');
  expect(field().value).toBe('done 🎉 ');
});

test('Esc leaves a name as it was typed, and leaves only that', async () => {
  await show(bridgeThatSaves(), <Stage first={{ type: 'reply', message: message({ id: 3 }) }} />);
  await userEvent.type(field(), ':smil');
  await screen.findByRole('listbox', { name: 'Emoji that fit' });
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('listbox')).toBeNull();
  expect(field().value).toBe(':smil');
  expect(screen.getByText('Reply to Bob')).toBeTruthy();
});
