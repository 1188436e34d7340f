import { ENGLISH, isSame, type Spoken, spokenFor } from '../shared/i18n/languages.ts';
import type { Change, Shown, Snapshot } from '../shared/ipc.ts';
import type {
  Account,
  AccountId,
  Contact,
  Conversation,
  Message,
  Profile,
  Rule,
  Settings,
  Update,
  View,
  WatchRequest,
} from '../shared/model.ts';

/** A new value for some fields; `undefined` takes an optional one away. */
export type Patch<T> = { readonly [K in keyof T]?: T[K] | undefined };

const patched = <T extends object>(value: T, patch: Patch<T>): T =>
  Object.fromEntries(
    Object.entries({ ...value, ...patch }).filter(([, field]) => field !== undefined),
  ) as unknown as T;

const keyOf = (account: AccountId, address: string): string => `${account} ${address}`;

/** What the windows mirror, and the numbered changes that keep them equal. */
export class Mirror {
  readonly #accounts = new Map<AccountId, Account>();
  readonly #contacts = new Map<string, Contact>();
  readonly #requests = new Map<string, WatchRequest>();
  readonly #conversations = new Map<string, Conversation>();
  readonly #rules = new Map<AccountId, { account: AccountId; rules: readonly Rule[] }>();
  readonly #views = new Map<AccountId, { account: AccountId; views: readonly View[] }>();
  readonly #profiles = new Map<AccountId, { account: AccountId; profile: Profile }>();
  readonly #host: Snapshot['host'];
  readonly #listeners = new Set<(event: { seq: number; change: Change }) => void>();
  #settings: Settings;
  #preferred: readonly string[] = [];
  #spoken: Spoken = ENGLISH;
  #damage: Snapshot['damage'];
  #update: Update | undefined;
  /** Where the next window begins. */
  opening: Shown | undefined;
  #seq = 0;

  constructor(host: Snapshot['host'], settings: Settings) {
    this.#host = host;
    this.#settings = settings;
  }

  /** Everything, as of the last change. */
  snapshot(): Snapshot {
    return {
      seq: this.#seq,
      accounts: [...this.#accounts.values()],
      contacts: [...this.#contacts.values()],
      requests: [...this.#requests.values()],
      conversations: [...this.#conversations.values()],
      rules: [...this.#rules.values()],
      views: [...this.#views.values()],
      profiles: [...this.#profiles.values()],
      settings: this.#settings,
      spoken: this.#spoken,
      ...(this.#damage === undefined ? {} : { damage: this.#damage }),
      ...(this.#update === undefined ? {} : { update: this.#update }),
      ...(this.opening === undefined ? {} : { opening: this.opening }),
      host: this.#host,
    };
  }

  on(listener: (event: { seq: number; change: Change }) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  get accounts(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  get conversations(): Iterable<Conversation> {
    return this.#conversations.values();
  }

  account(id: AccountId): Account | undefined {
    return this.#accounts.get(id);
  }

  setAccount(account: Account): void {
    this.#accounts.set(account.id, account);
    this.#emit({ type: 'account', account });
  }

  patchAccount(id: AccountId, patch: Patch<Account>): void {
    const account = this.#accounts.get(id);
    if (account !== undefined) this.setAccount(patched(account, patch));
  }

  /** Removes the account and all that is mirrored of it: the one change says so for all. */
  removeAccount(id: AccountId): void {
    if (!this.#accounts.delete(id)) return;
    for (const map of [this.#rules, this.#views, this.#profiles]) map.delete(id);
    for (const map of [this.#contacts, this.#requests, this.#conversations]) {
      for (const [key, value] of map) if (value.account === id) map.delete(key);
    }
    this.#emit({ type: 'account-removed', id });
  }

  contact(account: AccountId, address: string): Contact | undefined {
    return this.#contacts.get(keyOf(account, address));
  }

  contactsOf(account: AccountId): Contact[] {
    return [...this.#contacts.values()].filter((contact) => contact.account === account);
  }

  setContact(contact: Contact): void {
    this.#contacts.set(keyOf(contact.account, contact.address), contact);
    this.#emit({ type: 'contact', contact });
  }

  /** Does nothing for one that is no contact. */
  patchContact(account: AccountId, address: string, patch: Patch<Contact>): void {
    const contact = this.contact(account, address);
    if (contact !== undefined) this.setContact(patched(contact, patch));
  }

  removeContact(account: AccountId, address: string): void {
    if (this.#contacts.delete(keyOf(account, address))) {
      this.#emit({ type: 'contact-removed', account, address });
    }
  }

  requestsOf(account: AccountId): WatchRequest[] {
    return [...this.#requests.values()].filter((request) => request.account === account);
  }

  setRequest(request: WatchRequest): void {
    this.#requests.set(keyOf(request.account, request.address), request);
    this.#emit({ type: 'request', request });
  }

  removeRequest(account: AccountId, address: string): void {
    if (this.#requests.delete(keyOf(account, address))) {
      this.#emit({ type: 'request-removed', account, address });
    }
  }

  setRules(account: AccountId, rules: readonly Rule[]): void {
    this.#rules.set(account, { account, rules });
    this.#emit({ type: 'rules', account, rules });
  }

  rulesOf(account: AccountId): readonly Rule[] {
    return this.#rules.get(account)?.rules ?? [];
  }

  setViews(account: AccountId, views: readonly View[]): void {
    this.#views.set(account, { account, views });
    this.#emit({ type: 'views', account, views });
  }

  setProfile(account: AccountId, profile: Profile): void {
    this.#profiles.set(account, { account, profile });
    this.#emit({ type: 'profile', account, profile });
  }

  /** The list of watchers is asked for, not mirrored. */
  tellWatchers(account: AccountId): void {
    this.#emit({ type: 'watchers', account });
  }

  conversation(account: AccountId, peer: string): Conversation | undefined {
    return this.#conversations.get(keyOf(account, peer));
  }

  setConversation(conversation: Conversation): void {
    this.#conversations.set(keyOf(conversation.account, conversation.peer), conversation);
    this.#emit({ type: 'conversation', conversation });
  }

  removeConversation(account: AccountId, peer: string): void {
    if (this.#conversations.delete(keyOf(account, peer))) {
      this.#emit({ type: 'conversation-removed', account, peer });
    }
  }

  /** A message is new or has changed; messages themselves are paged, not mirrored whole. */
  tellMessage(message: Message): void {
    this.#emit({ type: 'message', message });
  }

  tellMessageRemoved({ account, peer, id }: Message): void {
    this.#emit({ type: 'message-removed', account, peer, id });
  }

  /** `until` 0: no longer. */
  tellTyping(account: AccountId, peer: string, until: number): void {
    this.#emit({ type: 'typing', account, peer, until });
  }

  tellTransfer({ account, peer, id }: Message, done: number, total: number): void {
    this.#emit({ type: 'transfer', account, peer, id, done, total });
  }

  /** How far a task is; at the end `done` is `total`. */
  tellTask(task: string, done: number, total: number): void {
    this.#emit({ type: 'task', task, done, total });
  }

  setSettings(settings: Settings): void {
    this.#settings = settings;
    this.#emit({ type: 'settings', settings });
    this.#chooseLanguage();
  }

  /** What languages the system or the browser prefers, best first. */
  prefer(languages: readonly string[]): void {
    this.#preferred = languages;
    this.#chooseLanguage();
  }

  get spoken(): Spoken {
    return this.#spoken;
  }

  /**
   * The history is damaged, and nothing else is known while it is; undefined: that is settled. A number is left
   * out, so that every window asks for everything anew.
   */
  setDamage(damage: Snapshot['damage']): void {
    this.#damage = damage;
    for (const map of [this.#accounts, this.#rules, this.#views, this.#profiles]) map.clear();
    for (const map of [this.#contacts, this.#requests, this.#conversations]) map.clear();
    this.#seq++;
    this.#emit({ type: 'settings', settings: this.#settings });
  }

  get settings(): Settings {
    return this.#settings;
  }

  setUpdate(update: Update): void {
    this.#update = update;
    this.#emit({ type: 'update', update });
  }

  get update(): Update | undefined {
    return this.#update;
  }

  #chooseLanguage(): void {
    const spoken = spokenFor(this.#settings.language, this.#preferred);
    if (isSame(spoken, this.#spoken)) return;
    this.#spoken = spoken;
    this.#emit({ type: 'spoken', spoken });
  }

  #emit(change: Change): void {
    const event = { seq: ++this.#seq, change };
    for (const listener of this.#listeners) listener(event);
  }
}
