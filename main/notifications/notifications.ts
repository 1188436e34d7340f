// What the person is told of while they look elsewhere. Decided here, by the program, so that it does not depend
// on a window; shown by the system, or by the window in a browser.

import type { Clock } from '../../shared/clock.ts';
import type { Change, Shown } from '../../shared/ipc.ts';
import { t } from '../../shared/i18n/t.ts';
import type { Conversation, Message, Settings, WatchRequest } from '../../shared/model.ts';
import type { Absence, Notice, NoticeAct, NoticeBoard } from '../host/host.ts';
import type { Log } from '../log.ts';
import type { Mirror } from '../state.ts';
import { saidOfMessages, saidOfRequests } from './content.ts';
import { isMuted } from '../../shared/unread.ts';

/** What comes within this many milliseconds is one notice. */
const GATHER = 250;
/** After a sound this many milliseconds are without, so that a burst makes one. */
const PAUSE = 5000;
/** For how long the button of a notice mutes. */
const MUTED_FOR = 3_600_000;
const REQUESTS = 'requests';
const TEST = 'test';

export interface NotificationParts {
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly log: Log;
  readonly board: NoticeBoard;
  /** Whether a message came while the program was there to tell of it. */
  readonly isNews: (message: Message) => boolean;
  /** Shows it in the window, which comes to the front. */
  readonly open: (what: Shown) => void;
  /** Sends an answer; resolves when it is kept. */
  readonly answer: (account: string, peer: string, text: string) => Promise<unknown>;
  /** Whether the screen is locked, asked at the moment that something is to be shown; false where `absent` tells in time. */
  readonly isLocked: () => boolean;
  /** Mutes the conversation until then; resolves when that is kept. */
  readonly mute: (account: string, peer: string, until: number) => Promise<unknown>;
}

type Pair = Pick<Conversation, 'account' | 'peer'>;

/** Neither addresses nor the word before have a space. */
const tagOf = ({ account, peer }: Pair): string => `conversation ${account} ${peer}`;
const pairOf = (tag: string): Pair | undefined => {
  const [kind, account, peer] = tag.split(' ');
  return kind === 'conversation' && account && peer ? { account, peer } : undefined;
};

export class Notifications {
  readonly #parts: NotificationParts;
  readonly #offs: readonly (() => void)[];
  /** What the person does not know yet, by tag: messages that are told of, or about to be. */
  readonly #messages = new Map<string, Map<number, Message>>();
  readonly #requests = new Map<string, WatchRequest>();
  /** Tags whose notice is not as it should be. */
  readonly #changed = new Set<string>();
  readonly #shown = new Set<string>();
  /** Tags under which there is more than was told: what is only corrected or partly read makes no sound. */
  readonly #news = new Set<string>();
  /** The highest number of a message so far: what is below it is no new one. */
  #newest = 0;
  #attended: string | undefined;
  #absence: Absence | undefined;
  /** Until when nothing makes a sound. */
  #quietUntil = 0;
  #cancel: (() => void) | undefined;

  constructor(parts: NotificationParts) {
    this.#parts = parts;
    this.#offs = [
      parts.mirror.on(({ change }) => this.#take(change)),
      parts.board.on((act) => this.#acted(act)),
    ];
  }

  close(): void {
    this.#cancel?.();
    for (const off of this.#offs) off();
    for (const tag of this.#shown) this.#parts.board.withdraw(tag);
  }

  /** The conversation that is open where the person looks; undefined: none is. */
  attend(pair: Pair | undefined): void {
    this.#attended = pair === undefined ? undefined : tagOf(pair);
    if (this.#attended !== undefined) this.#forget(this.#attended);
  }

  /** The person went away from the machine, or is back. What stands on a locked screen says no more than it may. */
  absent(absence: Absence | undefined): void {
    const wasLocked = this.#isAwayLocked;
    this.#absence = absence;
    if (wasLocked || !this.#isAwayLocked) return;
    for (const tag of this.#shown) this.#touch(tag);
  }

  /** Shows a notice in any case; gives how long the system took. Throws `notification-refused`. */
  async test(): Promise<{ readonly took: number }> {
    const { board, clock } = this.#parts;
    const begun = clock.now();
    await board.show({
      tag: TEST,
      title: t('notice.test'),
      body: t('notice.test.text'),
      isSilent: !this.#hasSound,
    });
    return { took: clock.now() - begun };
  }

  get #isAwayLocked(): boolean {
    return this.#absence === 'locked' || this.#absence === 'suspended';
  }

  get #isLocked(): boolean {
    return this.#isAwayLocked || this.#parts.isLocked();
  }

  get #hasSound(): boolean {
    return this.#parts.mirror.settings.hasSound;
  }

  /** As set for the one conversation, else in general; on a locked screen no more than that allows. */
  #showsOf(pair: Pair | undefined): Settings['notifies'] {
    const { mirror } = this.#parts;
    const { notifies, hidesWhenLocked } = mirror.settings;
    if (this.#isLocked && hidesWhenLocked) return 'nothing';
    return (pair && mirror.conversation(pair.account, pair.peer)?.notifies) ?? notifies;
  }

  #take(change: Change): void {
    if (change.type === 'message') this.#takeMessage(change.message);
    else if (change.type === 'message-removed') {
      const tag = tagOf(change);
      if (this.#messages.get(tag)?.delete(change.id)) this.#touch(tag);
    } else if (change.type === 'conversation') this.#takeConversation(change.conversation);
    else if (change.type === 'conversation-removed') this.#forget(tagOf(change));
    else if (change.type === 'request') this.#takeRequest(change.request);
    else if (change.type === 'request-removed') {
      if (this.#requests.delete(tagOf({ account: change.account, peer: change.address })))
        this.#touch(REQUESTS);
    } else if (change.type === 'account-removed') this.#forgetAccount(change.id);
  }

  #takeMessage(message: Message): void {
    const tag = tagOf(message);
    const told = this.#messages.get(tag);
    if (told?.has(message.id)) {
      // Corrected or taken back: what is shown of it is, too.
      if (message.isRetracted === true) told.delete(message.id);
      else told.set(message.id, message);
      this.#touch(tag);
      return;
    }
    const isNew = message.id > this.#newest;
    this.#newest = Math.max(this.#newest, message.id);
    if (!isNew || message.isRetracted === true || !this.#parts.isNews(message)) return;
    // What came when one did not want to be disturbed is not told of when one does again.
    if (this.#isDisturbing(message.account)) return;
    if (told === undefined) this.#messages.set(tag, new Map([[message.id, message]]));
    else told.set(message.id, message);
    this.#news.add(tag);
    this.#touch(tag);
  }

  /** What has been read is no longer told of: here all of it, on another device perhaps only what came first. */
  #takeConversation(conversation: Conversation): void {
    const { unread, firstUnread } = conversation;
    const tag = tagOf(conversation);
    if (unread === 0) return this.#forget(tag);
    const told = this.#messages.get(tag);
    if (told === undefined || firstUnread === undefined) return;
    const read = [...told.values()].filter(({ order }) => order < firstUnread.order);
    for (const { id } of read) told.delete(id);
    if (read.length > 0) this.#touch(tag);
  }

  #takeRequest(request: WatchRequest): void {
    const key = tagOf({ account: request.account, peer: request.address });
    // Once: one whose name is found later is no new one.
    if (!request.isNew || this.#requests.has(key)) return;
    this.#requests.set(key, request);
    this.#news.add(REQUESTS);
    this.#touch(REQUESTS);
  }

  #touch(tag: string): void {
    this.#changed.add(tag);
    this.#cancel ??= this.#parts.clock.after(GATHER, () => {
      this.#cancel = undefined;
      const tags = [...this.#changed];
      this.#changed.clear();
      for (const each of tags) this.#renew(each);
    });
  }

  /** Makes the notice of a tag what it should be now. */
  #renew(tag: string): void {
    const pair = pairOf(tag);
    if (pair === undefined) return this.#renewRequests();
    const { mirror } = this.#parts;
    const messages = [...(this.#messages.get(tag)?.values() ?? [])];
    if (messages.length === 0 || tag === this.#attended || this.#isKeptQuiet(pair)) return this.#forget(tag);
    const said = saidOfMessages(pair, mirror.contact(pair.account, pair.peer), messages, this.#showsOf(pair));
    this.#show({ tag, ...said, isSilent: this.#isSilent(pair.account) });
  }

  #renewRequests(): void {
    const requests = [...this.#requests.values()].filter(({ account }) => !this.#isDisturbing(account));
    if (requests.length === 0) return this.#withdraw(REQUESTS);
    const said = saidOfRequests(requests, this.#showsOf(undefined));
    this.#show({
      tag: REQUESTS,
      ...said,
      isSilent: requests.every(({ account }) => this.#isSilent(account)),
    });
  }

  /** Of strangers there is a number in the sidebar; muted is muted; and who wants no disturbance gets none. */
  #isKeptQuiet({ account, peer }: Pair): boolean {
    const { mirror, clock } = this.#parts;
    const conversation = mirror.conversation(account, peer);
    if (conversation === undefined || conversation.unread === 0 || conversation.isRequest) return true;
    return isMuted(conversation, clock.now()) || this.#isDisturbing(account);
  }

  #isDisturbing(account: string): boolean {
    const own = this.#parts.mirror.account(account)?.own;
    return own?.state === 'do-not-disturb' || own?.quiet !== undefined;
  }

  /** Who is busy is told without a sound. */
  #isSilent(account: string): boolean {
    const { mirror, clock } = this.#parts;
    return !this.#hasSound || mirror.account(account)?.own.state === 'busy' || clock.now() < this.#quietUntil;
  }

  #show(notice: Notice): void {
    const { board, clock, log } = this.#parts;
    const isSilent = !this.#news.delete(notice.tag) || notice.isSilent;
    if (!isSilent) this.#quietUntil = clock.now() + PAUSE;
    this.#shown.add(notice.tag);
    board
      .show({ ...notice, isSilent })
      .catch((error: unknown) => log('a notification was not shown', { error: String(error) }));
  }

  #withdraw(tag: string): void {
    this.#news.delete(tag);
    if (this.#shown.delete(tag)) this.#parts.board.withdraw(tag);
  }

  /** The person knows, or is not to be told. */
  #forget(tag: string): void {
    this.#messages.delete(tag);
    this.#changed.delete(tag);
    this.#withdraw(tag);
  }

  #forgetAccount(account: string): void {
    for (const tag of this.#messages.keys()) if (pairOf(tag)?.account === account) this.#forget(tag);
    for (const [key, request] of this.#requests) if (request.account === account) this.#requests.delete(key);
    this.#touch(REQUESTS);
  }

  #acted(act: NoticeAct): void {
    const pair = pairOf(act.tag);
    // Not every system takes away what was chosen.
    this.#parts.board.withdraw(act.tag);
    if (act.type === 'answered') {
      if (pair !== undefined) this.#answer(pair, act.text);
      return;
    }
    if (act.type === 'muted') {
      if (pair !== undefined) this.#mute(pair);
      return;
    }
    if (pair !== undefined) {
      this.#forget(act.tag);
      this.#parts.open({ type: 'conversation', ...pair });
    } else this.#parts.open({ type: act.tag === REQUESTS ? 'requests' : 'settings' });
  }

  #mute({ account, peer }: Pair): void {
    const { mute, clock, log } = this.#parts;
    this.#forget(tagOf({ account, peer }));
    mute(account, peer, clock.now() + MUTED_FOR).catch((error: unknown) =>
      log('a conversation was not muted from its notification', { error: String(error) }),
    );
  }

  #answer(pair: Pair, text: string): void {
    const { answer, board, log } = this.#parts;
    const tag = tagOf(pair);
    this.#forget(tag);
    if (text.trim() === '') return;
    answer(pair.account, pair.peer, text).catch((error: unknown) => {
      log('an answer from a notification was not kept', { error: String(error) });
      this.#shown.add(tag);
      return board
        .show({ tag, title: t('notice.answer.failed'), body: '', isSilent: true })
        .catch(() => undefined);
    });
  }
}
