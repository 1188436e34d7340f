import { createEvent, fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { Composer, LONGEST } from '../../../../renderer/conversation/composer/Composer.tsx';
import type { Message } from '../../../../shared/model.ts';
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

const bridgeThatSaves = (): ScriptedBridge =>
  new ScriptedBridge()
    .reply('message.send', ({ text }) => ok(message({ id: 1, isMine: true, outcome: 'waiting', text })))
    .reply('conversation.draft', () => ok(null));

const composer = (draft = '') => (
  <Composer
    account={ALICE}
    peer={BOB}
    name="Bob"
    draft={draft}
    target={undefined}
    onTarget={() => undefined}
    onCorrectLast={() => undefined}
    onLeave={() => undefined}
  />
);
const field = (): HTMLTextAreaElement =>
  screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' });

describe('keys', () => {
  test('Enter sends and empties the field once the message is on disk', async () => {
    const bridge = bridgeThatSaves();
    let save: (answer: ReturnType<typeof ok<Message>>) => void = () => undefined;
    bridge.reply('message.send', () => new Promise((resolve) => (save = resolve)));
    await show(bridge, composer());
    await userEvent.type(field(), 'Hello{Enter}');
    expect(bridge.requests('message.send')).toEqual([{ account: ALICE, peer: BOB, text: 'Hello' }]);
    expect(field().value).toBe('Hello');
    save(ok(message({ id: 1, isMine: true })));
    await waitFor(() => expect(field().value).toBe(''));
  });

  test('Shift+Enter breaks the line', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, composer());
    await userEvent.type(field(), 'one{Shift>}{Enter}{/Shift}two');
    expect(field().value).toBe('one\ntwo');
    expect(bridge.requests('message.send')).toEqual([]);
  });

  test('Enter that chooses a word of an input method does not send', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, composer('にほん'));
    const composing = createEvent.keyDown(field(), { key: 'Enter' });
    Object.defineProperty(composing, 'isComposing', { value: true });
    fireEvent(field(), composing);
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 229 });
    expect(bridge.requests('message.send')).toEqual([]);
    fireEvent.keyDown(field(), { key: 'Enter' });
    await waitFor(() => expect(bridge.requests('message.send')).toHaveLength(1));
  });

  test('blank text is not sent, and the button says so', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, composer());
    await userEvent.type(field(), '  {Enter}');
    expect(bridge.requests('message.send')).toEqual([]);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send' }).disabled).toBe(true);
  });

  test('the button sends, too', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, composer('From the draft'));
    await userEvent.click(screen.getByRole('button', { name: 'Send' }));
    await waitFor(() => expect(field().value).toBe(''));
    expect(bridge.requests('message.send')[0]?.text).toBe('From the draft');
  });

  test('a message typed while the one before is being saved goes next, in order', async () => {
    const bridge = bridgeThatSaves();
    const saves: (() => void)[] = [];
    bridge.reply(
      'message.send',
      ({ text }) => new Promise((resolve) => saves.push(() => resolve(ok(message({ id: 1, text }))))),
    );
    await show(bridge, composer());
    await userEvent.type(field(), 'one{Enter}');
    await userEvent.type(field(), 'two{Enter}');
    expect(bridge.requests('message.send').map(({ text }) => text)).toEqual(['one']);
    saves[0]?.();
    await waitFor(() =>
      expect(bridge.requests('message.send').map(({ text }) => text)).toEqual(['one', 'two']),
    );
    saves[1]?.();
    await waitFor(() => expect(field().value).toBe(''));
  });
});

describe('what cannot be sent', () => {
  test('stays in the field with the reason under it', async () => {
    const bridge = bridgeThatSaves().reply('message.send', () => refused('internal-error'));
    await show(bridge, composer());
    await userEvent.type(field(), 'Hello{Enter}');
    expect(await screen.findByText('b.example has a fault. Try again later.')).toBeTruthy();
    expect(field().value).toBe('Hello');
  });

  test.each([
    [LONGEST, 1],
    [LONGEST + 1, 0],
  ])('a text of %i characters is sent %i times', async (length, times) => {
    const bridge = bridgeThatSaves();
    await show(bridge, composer('x'.repeat(length)));
    fireEvent.keyDown(field(), { key: 'Enter' });
    await waitFor(() => expect(bridge.requests('message.send')).toHaveLength(times));
  });
});

describe('the draft', () => {
  const texts = (bridge: ScriptedBridge): string[] =>
    bridge.requests('conversation.draft').map(({ text }) => text);

  test('is kept when the field is left', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, composer());
    await userEvent.type(field(), 'Half a thought');
    fireEvent.blur(field());
    await waitFor(() => expect(texts(bridge).at(-1)).toBe('Half a thought'));
  });

  test('is kept after a pause in typing', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, composer());
    for (const value of ['a', 'ab', 'abc']) fireEvent.change(field(), { target: { value } });
    expect(texts(bridge)).toEqual([]);
    await waitFor(() => expect(texts(bridge)).toEqual(['abc']));
  });

  test('is kept when another conversation is opened', async () => {
    const bridge = bridgeThatSaves();
    const { result } = await show(bridge, composer('before'));
    await userEvent.type(field(), ' after');
    result.unmount();
    expect(texts(bridge).at(-1)).toBe('before after');
  });

  test('is not written again when nothing changed', async () => {
    const bridge = bridgeThatSaves();
    const { result } = await show(bridge, composer('as it was'));
    fireEvent.blur(field());
    result.unmount();
    expect(texts(bridge)).toEqual([]);
  });

  test('is gone when it was sent', async () => {
    const bridge = bridgeThatSaves();
    await show(bridge, composer('to be sent'));
    fireEvent.keyDown(field(), { key: 'Enter' });
    await waitFor(() => expect(texts(bridge)).toEqual(['']));
  });
});

test.each([
  [account(), 'Write to Bob'],
  [account({ connection: { phase: 'waiting' } }), 'Write. It is sent when you are connected again.'],
  [
    account({ connection: { phase: 'waiting', passwordNeeded: true } }),
    'Write. It is sent once you are signed in.',
  ],
  [account({ connection: { phase: 'signed-out' } }), 'Write. It is sent once you are signed in.'],
])('the field says what happens to what is written', async (own, words) => {
  await show(new ScriptedBridge(snapshot({ accounts: [own] })), composer());
  expect(field().placeholder).toBe(words);
});
