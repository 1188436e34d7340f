// A bridge whose answers a test writes down, and a program rendered over it.

import { cleanup, configure, render, type RenderResult, waitFor } from '@testing-library/react';
import type { ReactElement } from 'react';
import { afterEach, expect } from 'vitest';
import { loadAll } from '../../renderer/later.tsx';
import { ProgramContext } from '../../renderer/store/hooks.ts';
import { createProgram, type Program } from '../../renderer/store/program.ts';
import type { ErrorCode, ErrorData } from '../../shared/errors.ts';
import { ENGLISH } from '../../shared/i18n/languages.ts';
import type {
  Answer,
  Bridge,
  Change,
  CommandName,
  EventName,
  Events,
  MessagesPage,
  RequestOf,
  ResponseOf,
  Snapshot,
} from '../../shared/ipc.ts';
import type { Account, Contact, Conversation, Message, View } from '../../shared/model.ts';

// On a busy machine what is shown soon may not be there within a second; only a test that is about to fail waits so long.
configure({ asyncUtilTimeout: 10_000 });

export const ALICE = 'impp://a.example/alice';
export const BOB = 'impp://b.example/bob';

export const account = (part: Partial<Account> = {}): Account => ({
  id: ALICE,
  displayName: 'Alice',
  connection: { phase: 'online', isPrivate: true },
  network: { proxy: { kind: 'system' } },
  own: { state: 'available', note: '' },
  policy: [],
  secret: 'kept',
  ...part,
});

export const contact = (part: Partial<Contact> = {}): Contact => ({
  account: ALICE,
  address: BOB,
  name: 'Bob',
  groups: [],
  watch: 'active',
  presence: { state: 'available' },
  ...part,
});

export const message = (part: Partial<Message> & { id: number }): Message => ({
  account: ALICE,
  peer: BOB,
  messageId: `<${part.id}@a.example>`,
  isMine: false,
  at: part.id * 1000,
  receivedAt: part.id * 1000,
  text: `text ${part.id}`,
  order: part.id,
  files: [],
  reactions: [],
  ...part,
});

/** An answer to `messages.page`, with all there is. */
export const page = (messages: readonly Message[], part: Partial<MessagesPage> = {}): MessagesPage => ({
  messages,
  hasOlder: false,
  hasNewer: false,
  losses: [],
  ...part,
});

export const conversation = (part: Partial<Conversation> = {}): Conversation => ({
  account: ALICE,
  peer: BOB,
  unread: 0,
  draft: '',
  isPinned: false,
  isArchived: false,
  isRequest: false,
  ...part,
});

/** Those that every account has. */
export const VIEWS: readonly View[] = [
  { id: 'default', title: '', kind: 'everything' },
  { id: 'state', title: '', kind: 'state' },
  { id: 'busy', title: '', kind: 'busy' },
  { id: 'closed', title: '', kind: 'nothing' },
];

export const snapshot = (part: Partial<Snapshot> = {}): Snapshot => ({
  seq: 0,
  accounts: [account()],
  contacts: [],
  requests: [],
  conversations: [],
  rules: [{ account: ALICE, rules: [] }],
  views: [{ account: ALICE, views: VIEWS }],
  profiles: [],
  settings: {
    language: 'system',
    theme: 'system',
    density: 'comfortable',
    textSize: 100,
    sendsReceipts: true,
    sendsTyping: true,
    notifies: 'text',
    hidesWhenLocked: true,
    hasSound: true,
    quietHours: [],
    followsSystemQuiet: false,
    checksSpelling: true,
    spellingLanguages: [],
    closesToTray: true,
    looksForUpdates: true,
  },
  spoken: ENGLISH,
  host: { kind: 'browser', platform: 'linux', version: '0' },
  ...part,
});

type Reply<C extends CommandName> = (
  request: RequestOf<C>,
) => Answer<ResponseOf<C>> | Promise<Answer<ResponseOf<C>>>;

export const ok = <T,>(value: T): Answer<T> => ({ ok: true, value });
export const refused = (code: ErrorCode, data: ErrorData = {}): Answer<never> => ({
  ok: false,
  code,
  reason: `the reason of ${code}`,
  data,
});

/** Every command that is not scripted fails the test that gave it. */
export class ScriptedBridge implements Bridge {
  readonly calls: { readonly command: CommandName; readonly request: unknown }[] = [];
  seq: number;
  readonly #replies = new Map<CommandName, Reply<never>>();
  readonly #listeners = new Map<EventName, Set<(payload: never) => void>>();

  constructor(first: Snapshot = snapshot()) {
    this.seq = first.seq;
    this.reply('snapshot', () => ok(first));
  }

  reply<C extends CommandName>(command: C, reply: Reply<C>): this {
    this.#replies.set(command, reply as unknown as Reply<never>);
    return this;
  }

  async invoke<C extends CommandName>(command: C, request: RequestOf<C>): Promise<Answer<ResponseOf<C>>> {
    this.calls.push({ command, request });
    const reply = this.#replies.get(command) as unknown as Reply<C> | undefined;
    if (reply === undefined) throw new Error(`${command} is not scripted`);
    return await reply(request);
  }

  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  /** Emits the next change; with `seq`, that very number. */
  emit(change: Change, seq = this.seq + 1): void {
    this.seq = seq;
    for (const listener of this.#listeners.get('change') ?? []) listener({ seq, change } as never);
  }

  /** Something outside leads to a place in the window. */
  lead(shown: Events['show']): void {
    for (const listener of this.#listeners.get('show') ?? []) listener(shown as never);
  }

  requests<C extends CommandName>(command: C): RequestOf<C>[] {
    return this.calls.filter((call) => call.command === command).map((call) => call.request as RequestOf<C>);
  }
}

const opened: Program[] = [];
afterEach(() => {
  cleanup();
  for (const program of opened.splice(0)) program.close();
});

/** A program over the bridge, after its first snapshot. */
export async function openProgram(bridge: ScriptedBridge): Promise<Program> {
  const program = createProgram(bridge);
  opened.push(program);
  await waitFor(() => expect(program.mirror.getState().mirror).toBeDefined());
  return program;
}

/** All parts of the window are here, as they are soon after it was opened. */
export async function show(
  bridge: ScriptedBridge,
  element: ReactElement,
): Promise<{ program: Program; result: RenderResult }> {
  await loadAll();
  const program = await openProgram(bridge);
  return { program, result: render(<ProgramContext value={program}>{element}</ProgramContext>) };
}
