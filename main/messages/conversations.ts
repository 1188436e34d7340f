import { parseUrl } from '../../shared/impp/address.ts';
import type { Rule } from '../../shared/model.ts';
import type { StoredConversation } from '../store/conversations/conversations.ts';
import type { Context } from '../account/context.ts';
import {
  CONVERSATIONS_TYPE,
  formatSettings,
  NOTHING_SET,
  parseSettings,
  type SettingsChange,
  withChanges,
} from './conversations-document.ts';
import { changeShared, documentNamed } from '../account/documents.ts';
import { Synchronisation } from '../account/synchronisation.ts';

const DOCUMENT = documentNamed('x-conversations', CONVERSATIONS_TYPE);

/** Rows that only hold a mark or a setting are no conversation to show. */
const isShown = ({ last, draft, isPinned }: StoredConversation): boolean =>
  last !== undefined || draft !== '' || isPinned;

/** The conversations of one account as windows see them, with settings that are the same on all devices. */
export class Conversations {
  readonly #context: Context;
  readonly #accepted: (peer: string) => void;
  readonly #synchronisation: Synchronisation;
  readonly #stored = new Map<string, StoredConversation>();
  readonly #off: () => void;
  /** Whom the rules let write, principals and hosts. */
  #allowed: ReadonlySet<string> = new Set();

  /** `accepted` is told of each that is no request any more. */
  constructor(context: Context, accepted: (peer: string) => void) {
    this.#context = context;
    this.#accepted = accepted;
    this.#synchronisation = new Synchronisation(context, 'settings of conversations', () =>
      this.#synchronise(),
    );
    const { mirror, url } = context;
    this.#off = mirror.on(({ change }) => {
      if (change.type === 'contact' && change.contact.account === url) this.#judge(change.contact.address);
      else if (change.type === 'contact-removed' && change.account === url) this.#judge(change.address);
      else if (change.type === 'rules' && change.account === url) this.#rulesChanged(change.rules);
    });
  }

  /** Shows what is kept of them. Contacts and rules have to be shown before. */
  async load(): Promise<void> {
    const { store, mirror, url } = this.#context;
    this.#rulesChanged(mirror.rulesOf(url));
    for (const stored of await store.call('listConversations')) {
      if (stored.account === url) this.#show(stored);
    }
  }

  /** Resolves when the settings are those of the domain, or could not be. */
  online(): Promise<void> {
    return this.#synchronisation.online();
  }

  offline(): void {
    this.#synchronisation.offline();
  }

  close(): void {
    this.#off();
  }

  /** Another device has changed the document. */
  changed(): void {
    this.#synchronisation.want();
  }

  /** Shows a conversation as it is now; one that has nothing left to show is gone. */
  show(stored: StoredConversation): void {
    // A message has brought it out of the archive: the other computers are to know before it is archived again.
    if (this.#stored.get(stored.peer)?.isArchived === true && !stored.isArchived)
      this.#synchronisation.want();
    this.#show(stored);
  }

  #show(stored: StoredConversation): void {
    const { mirror, url } = this.#context;
    const { hasOwn: _, readSequence: __, ...conversation } = stored;
    this.#stored.set(stored.peer, stored);
    if (isShown(stored)) {
      mirror.setConversation({ ...conversation, isRequest: this.isRequest(stored.peer) });
    } else mirror.removeConversation(url, stored.peer);
  }

  /** The conversation is no longer there. */
  forget(peer: string): void {
    this.#stored.delete(peer);
    this.#context.mirror.removeConversation(this.#context.url, peer);
  }

  /** Whether `peer` is a stranger: no contact, nobody whom a rule lets write, and nobody was written to. */
  isRequest(peer: string): boolean {
    const { mirror, url } = this.#context;
    if (peer === url || this.#stored.get(peer)?.hasOwn === true) return false;
    if (mirror.contact(url, peer) !== undefined || this.#allowed.has(peer)) return false;
    return !this.#allowed.has(`impp://${parseUrl(peer).host}/*`);
  }

  /** Keeps what is typed but not sent. */
  async keepDraft(peer: string, text: string): Promise<void> {
    const { store, key } = this.#context;
    const stored = await store.call('keepDraft', key, peer, text);
    if (stored !== undefined) this.show(stored);
  }

  /** Changes the settings; resolves when they are on disk here. The domain gets them now or when it can be reached. */
  async change(peer: string, change: SettingsChange): Promise<void> {
    const { store, key } = this.#context;
    // Better refused now than kept on this computer only.
    const here = await store.call('listConversationSettings', key);
    const all = here.map(({ address, ...settings }) => [address, settings] as const);
    const list = withChanges(parseSettings(undefined), [...all, [peer, change]]);
    if (list !== undefined) formatSettings(list);
    this.show(await store.call('editConversation', key, peer, change));
    this.#synchronisation.want();
  }

  #rulesChanged(rules: readonly Rule[]): void {
    const now = this.#context.clock.now();
    const inForce = rules.filter(({ send, until }) => send === 'allow' && (until ?? Infinity) > now);
    this.#allowed = new Set(inForce.flatMap(({ who }) => who));
    for (const peer of this.#stored.keys()) this.#judge(peer);
  }

  #judge(peer: string): void {
    const { mirror, url } = this.#context;
    const shown = mirror.conversation(url, peer);
    if (shown === undefined) return;
    const isRequest = this.isRequest(peer);
    if (isRequest === shown.isRequest) return;
    mirror.setConversation({ ...shown, isRequest });
    if (!isRequest) this.#accepted(peer);
  }

  /** Puts this computer's edits on top of what the domain has, whoever changed it meanwhile. */
  async #synchronise(): Promise<void> {
    const { store, key } = this.#context;
    const edits = await store.call('listConversationEdits', key);
    const changes = edits.map(({ edit }) => [edit.address, edit.change] as const);
    let list = parseSettings(undefined);
    await changeShared(this.#context, DOCUMENT, (body) => {
      const theirs = parseSettings(body);
      const edited = withChanges(theirs, changes);
      list = edited ?? theirs;
      return edited === undefined ? undefined : formatSettings(edited);
    });
    const settings = [...list.entries].map(([address, entry]) => ({
      address,
      ...NOTHING_SET,
      ...entry.value,
    }));
    const through = edits.at(-1)?.id ?? 0;
    const touched = await store.call('replaceConversationSettings', key, settings, through);
    for (const stored of touched) this.#show(stored);
  }
}
