import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Talk } from '../../../../renderer/conversation/Talk.tsx';
import type { MessagesPage } from '../../../../shared/ipc.ts';
import type { Conversation, Message, Place } from '../../../../shared/model.ts';
import {
  ALICE,
  account,
  BOB,
  conversation,
  message,
  ok,
  page,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../../scripted-bridge.tsx';

/** A conversation of the messages 1 to `count`, each at its second, answered a page at a time. */
function bridgeOf(
  count: number,
  part: Partial<Conversation> = {},
  make: (id: number) => Partial<Message> = () => ({}),
) {
  const bridge = new ScriptedBridge(snapshot({ conversations: [conversation(part)] }));
  const all = Array.from({ length: count }, (_, index) => message({ id: index + 1, ...make(index + 1) }));
  const answer = (from: number, to: number): MessagesPage =>
    page(all.slice(Math.max(0, from), to), { hasOlder: from > 0, hasNewer: to < count });
  const index = ({ at }: Place): number => all.findIndex((one) => one.at >= at);
  bridge.reply('messages.page', ({ before, after, around, limit }) => {
    if (before !== undefined) return ok(answer(index(before) - limit, index(before)));
    if (after !== undefined) return ok(answer(index(after) + 1, index(after) + 1 + limit));
    if (around === undefined) return ok(answer(count - limit, count));
    const from = Math.max(0, index(around) - limit / 2);
    return ok(answer(from, from + limit));
  });
  return bridge
    .reply('conversation.read', () => ok(null))
    .reply('conversation.draft', () => ok(null))
    .reply('message.react', () => ok(null))
    .reply('message.delete', () => ok(null))
    .reply('message.retract', () => ok(null))
    .reply('message.details', () => ok({ steps: [] }));
}

/** Everything is in sight of a window that has no layout. */
class InSight {
  readonly #tell: (entries: { isIntersecting: boolean }[]) => void;
  constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
    this.#tell = tell;
  }
  observe(): void {
    this.#tell([{ isIntersecting: true }]);
  }
  disconnect(): void {}
}
afterEach(() => vi.unstubAllGlobals());

const talk = <Talk account={ALICE} peer={BOB} name="Bob" />;
const log = () => screen.getByRole('log');
const articles = (): (string | undefined)[] =>
  within(log())
    .getAllByRole('article')
    .map((article) => article.dataset['message']);
const focused = (): string | null => document.activeElement?.getAttribute('aria-label') ?? null;
const open = async (bridge: ScriptedBridge) => {
  const shown = await show(bridge, talk);
  await screen.findAllByRole('article');
  return shown;
};

describe('where it opens', () => {
  test('at the end, with as much as fills a window', async () => {
    const bridge = bridgeOf(500);
    await open(bridge);
    expect(articles().at(-1)).toBe('500');
    expect(bridge.requests('messages.page')).toEqual([{ account: ALICE, peer: BOB, limit: 40 }]);
  });

  test('at what is unread, where that is more than the end shows; nothing is read by that', async () => {
    const firstUnread = { at: 100_000, order: 100 };
    const bridge = bridgeOf(500, { unread: 401, firstUnread });
    await open(bridge);
    expect(bridge.requests('messages.page')[0]).toMatchObject({ around: firstUnread });
    expect(screen.getByText('New')).toBeTruthy();
    expect(articles()).toContain('100');
    expect(bridge.requests('conversation.read')).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: '401 unread, to the newest' }));
    await waitFor(() => expect(articles().at(-1)).toBe('500'));
  });

  test('at a message that was asked for, which has the focus and is marked', async () => {
    const bridge = bridgeOf(500);
    const { program } = await open(bridge);
    act(() => program.view.getState().openConversation(ALICE, BOB, { at: 250_000, order: 250 }));
    await waitFor(() => expect(focused()).toContain('text 250'));
    expect(articles().at(-1)).not.toBe('500');
    // The same once more, after one has gone elsewhere.
    log().focus();
    act(() => program.view.getState().openConversation(ALICE, BOB, { at: 250_000, order: 250 }));
    await waitFor(() => expect(focused()).toContain('text 250'));
  });
});

describe('by keyboard', () => {
  test('Home and End go to the ends of the conversation, not of what is here', async () => {
    await open(bridgeOf(500));
    log().focus();
    await userEvent.keyboard('{Home}');
    await waitFor(() => expect(focused()).toContain('text 1'));
    expect(articles()[0]).toBe('1');
    await userEvent.keyboard('{End}');
    await waitFor(() => expect(articles().at(-1)).toBe('500'));
  });

  test('R answers, E corrects one’s own, Esc lets go of it', async () => {
    await open(bridgeOf(2, {}, (id) => (id === 2 ? { isMine: true, outcome: 'delivered' } : {})));
    log().focus();
    await userEvent.keyboard('{ArrowUp}e');
    await screen.findByText('Correct your message');
    expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' }).value).toBe('text 2');
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByText('Correct your message')).toBeNull();
    log().focus();
    await userEvent.keyboard('{ArrowUp}{ArrowUp}e');
    expect(screen.queryByText('Correct your message')).toBeNull();
    await userEvent.keyboard('r');
    await screen.findByText('Reply to Bob');
  });

  test('Enter opens what can be done; what is asked first is done after that', async () => {
    const bridge = bridgeOf(1, {}, () => ({ isMine: true, outcome: 'delivered' }));
    await open(bridge);
    log().focus();
    await userEvent.keyboard('{ArrowUp}{Enter}');
    await userEvent.click(await screen.findByRole('menuitem', { name: /^Take back/ }));
    expect(bridge.requests('message.retract')).toEqual([]);
    await userEvent.click(await screen.findByRole('button', { name: 'Take back' }));
    expect(bridge.requests('message.retract')).toEqual([{ id: 1 }]);
  });

  test('Shift and arrows choose several, which are deleted together', async () => {
    const bridge = bridgeOf(5);
    await open(bridge);
    log().focus();
    await userEvent.keyboard('{ArrowUp}{Shift>}{ArrowUp}{ArrowUp}{/Shift}');
    await screen.findByText('3 messages selected');
    expect(focused()).toContain('Selected.');
    await userEvent.keyboard('{Delete}');
    await userEvent.click(await screen.findByRole('button', { name: 'Delete here' }));
    await waitFor(() => expect(bridge.requests('message.delete').map(({ id }) => id)).toEqual([3, 4, 5]));
    expect(screen.queryByText('3 messages selected')).toBeNull();
  });

  test('only the message that is read has stops of Tab inside', async () => {
    await open(bridgeOf(2, {}, () => ({ text: 'https://a.example/' })));
    const [first, second] = screen.getAllByRole('link');
    expect([first?.tabIndex, second?.tabIndex]).toEqual([-1, -1]);
    log().focus();
    await userEvent.keyboard('{ArrowUp}');
    expect([first?.tabIndex, second?.tabIndex]).toEqual([-1, 0]);
  });
});

describe('reactions', () => {
  test('the same sign of both is one with a count; pressing it takes one’s own back', async () => {
    const reactions = [
      { isMine: true, emoji: '👍' },
      { isMine: false, emoji: '👍' },
      { isMine: false, emoji: '🎉' },
    ];
    const bridge = bridgeOf(1, {}, () => ({ reactions }));
    await open(bridge);
    await userEvent.click(screen.getByRole('button', { name: '👍 2. Your reaction, take it back' }));
    await userEvent.click(screen.getByRole('button', { name: '🎉. Bob reacted, do the same' }));
    expect(bridge.requests('message.react')).toEqual([
      { id: 1, emoji: '' },
      { id: 1, emoji: '🎉' },
    ]);
  });
});

describe('from somebody who is not accepted', () => {
  test('nothing is live, and nothing goes back', async () => {
    const picture = { index: 0, name: 'a.png', type: 'image/png', size: 10 };
    const bridge = bridgeOf(1, { isRequest: true }, () => ({
      text: 'https://a.example/',
      files: [picture],
      reactions: [{ isMine: false, emoji: '👍' }],
    }));
    await open(bridge);
    expect(screen.queryByRole('link')).toBeNull();
    expect(screen.queryByRole('button', { name: /^Picture/ })).toBeNull();
    expect(screen.getByRole('button', { name: 'Save a.png' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: /reacted/ })).toBeNull();
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
    expect(bridge.requests('message.file')).toEqual([]);
    bridge.reply('contact.add', () => ok({} as never)).reply('rules.change', () => ok(null));
    await userEvent.click(screen.getByRole('button', { name: 'Accept' }));
    await waitFor(() =>
      expect(bridge.requests('rules.change')).toEqual([
        { account: ALICE, who: BOB, change: { send: 'allow' } },
      ]),
    );
  });
});

describe('what cannot be had now', () => {
  test('a page that cannot be read is this computer’s fault, not the domain’s, and is read again on demand', async () => {
    const bridge = bridgeOf(3);
    bridge.reply('messages.page', () => refused('internal-error'));
    const { result } = await show(bridge, talk);
    const fault = 'This part of the history on this computer could not be read.';
    expect((await screen.findByRole('alert')).textContent).toBe(fault);
    expect(result.container.textContent).not.toContain('a.example');
    // It fails once more: that is said again, where one is.
    const again = screen.getByRole('button', { name: 'Try again' });
    const said = screen.getByRole('alert');
    await userEvent.click(again);
    await waitFor(() => expect(screen.getByRole('alert')).not.toBe(said));
    expect(document.activeElement).toBe(again);
    bridge.reply('messages.page', () => ok(page([message({ id: 1 })])));
    await userEvent.click(again);
    await waitFor(() => expect(articles()).toEqual(['1']));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('an older page that fails is not asked for in a circle; others are, and it is when one says so', async () => {
    const bridge = bridgeOf(500);
    await open(bridge);
    const first = articles()[0];
    bridge.reply('messages.page', () => refused('internal-error'));
    // All of it is near the beginning of a log that is so high.
    vi.spyOn(log(), 'clientHeight', 'get').mockReturnValue(1000);
    fireEvent.scroll(log());
    await screen.findByRole('alert');
    const asked = bridge.requests('messages.page').length;
    fireEvent.scroll(log());
    fireEvent.scroll(log());
    await act(async () => undefined);
    expect(bridge.requests('messages.page')).toHaveLength(asked);
    expect(asked).toBeLessThan(5);
    const older = page([message({ id: 1 })]);
    bridge.reply('messages.page', () => ok(older));
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(articles().slice(0, 2)).toEqual(['1', first]));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('is said, and asked for when the domain is there again', async () => {
    const bridge = new ScriptedBridge(
      snapshot({
        accounts: [account({ connection: { phase: 'waiting' } })],
        conversations: [conversation()],
      }),
    );
    bridge.reply('messages.page', ({ before }) =>
      ok(
        page(before === undefined ? [message({ id: 9 })] : [message({ id: 8 })], {
          isWaiting: before === undefined,
        }),
      ),
    );
    bridge.reply('conversation.draft', () => ok(null));
    await open(bridge);
    expect(screen.getByText('Older messages are at a.example, which cannot be reached now.')).toBeTruthy();
    bridge.emit({ type: 'account', account: account() });
    await waitFor(() => expect(articles()).toEqual(['8', '9']));
    expect(screen.queryByText(/cannot be reached now/)).toBeNull();
  });

  test('a file that turns out to be no picture is a file', async () => {
    vi.stubGlobal('IntersectionObserver', InSight);
    const bridge = bridgeOf(1, {}, () => ({
      files: [{ index: 0, name: 'lying.png', type: 'image/png', size: 10 }],
    }));
    bridge.reply('message.file', () => ok({ name: 'lying.png', type: 'image/png', data: btoa('<svg/>') }));
    await open(bridge);
    expect(await screen.findByRole('button', { name: 'Save lying.png' })).toBeTruthy();
  });
});

test('the one who writes is told of for as long as that holds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], shouldAdvanceTime: true });
  try {
    const bridge = bridgeOf(1);
    await open(bridge);
    bridge.emit({ type: 'typing', account: ALICE, peer: BOB, until: Date.now() + 20_000 });
    await screen.findByText('Bob is writing');
    await act(() => vi.advanceTimersByTimeAsync(20_100));
    expect(screen.queryByText('Bob is writing')).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

test('files are dropped on the conversation', async () => {
  await open(bridgeOf(1));
  const file = new File(['x'], 'a.pdf', { type: 'application/pdf' });
  const dataTransfer = { types: ['Files'], items: [{ kind: 'file', getAsFile: () => file }] };
  fireEvent.dragOver(log(), { dataTransfer });
  expect(screen.getByText('Drop files to attach them')).toBeTruthy();
  fireEvent.drop(log(), { dataTransfer });
  expect(within(screen.getByRole('list', { name: 'Attached files' })).getByText('a.pdf')).toBeTruthy();
  expect(screen.queryByText('Drop files to attach them')).toBeNull();
});
