import type { ResponseOf } from '../../shared/ipc.ts';
import type { Bounds } from '../messages/history.ts';
import { Messages } from '../messages/messages.ts';
import type { StoredAccount } from '../store/accounts.ts';
import { Contacts } from './contacts.ts';
import type { Context } from './context.ts';
import { Directory } from './directory.ts';
import { WatchRequests } from './requests.ts';
import { Self } from './self.ts';
import { answerer } from './server-requests.ts';
import { Subscriptions } from './subscriptions.ts';
import { readWatchers, viewAs } from './watchers.ts';

/** What an account does, each part of it with the connection or without. */
export class Parts {
  /** What others get to see of the account. */
  readonly self: Self;
  readonly contacts: Contacts;
  readonly messages: Messages;
  readonly directory: Directory;
  readonly #context: Context;
  readonly #subscriptions: Subscriptions;
  readonly #requests: WatchRequests;

  constructor(context: Context, account: StoredAccount) {
    this.#context = context;
    this.messages = new Messages(context);
    this.#subscriptions = new Subscriptions(context, (peer) => this.messages.appeared(peer));
    this.contacts = new Contacts(context, this.#subscriptions, () => this.self.rules.contactsChanged());
    this.directory = new Directory(context);
    this.self = new Self(context, account, this.contacts);
    this.#requests = new WatchRequests(context, this.self.rules, this.directory);
  }

  /** Shows what is known without a connection. */
  async load(): Promise<void> {
    await this.self.load();
    await this.contacts.load();
    await this.messages.load();
    await this.#requests.load();
  }

  /** What answers the server's requests. */
  answerer(): ReturnType<typeof answerer> {
    return answerer({
      messages: this.messages,
      subscriptions: this.#subscriptions,
      requests: this.#requests,
      contacts: this.contacts,
      self: this.self,
    });
  }

  online(bulkThreshold: number, bounds: Bounds, position: number): void {
    const { log } = this.#context;
    this.self.online();
    this.#subscriptions.online();
    this.contacts.online();
    this.#requests
      .online()
      .catch((error: unknown) => log('requests did not start', { error: String(error) }));
    this.messages.online({ bulkThreshold }, bounds, position);
  }

  offline(): void {
    this.self.offline();
    this.#subscriptions.offline();
    this.contacts.offline();
    this.messages.offline();
  }

  close(): void {
    this.#subscriptions.close();
    this.#requests.close();
    this.messages.close();
    this.self.close();
  }

  watchers(): Promise<ResponseOf<'watchers.list'>> {
    return readWatchers(this.#context);
  }

  viewAs(watcher: string): Promise<ResponseOf<'presence.viewAs'>> {
    return viewAs(this.#context, watcher);
  }

  answerRequest(address: string, isAllowed: boolean): Promise<void> {
    return this.#requests.answer(address, isAllowed);
  }
}
