import { ImppError } from '../../shared/errors.ts';
import type { ResponseOf } from '../../shared/ipc.ts';
import type { Contact } from '../../shared/model.ts';
import { Backoff } from '../connection/backoff.ts';
import { chooseCards } from '../contacts/choose.ts';
import { readCards, writeCards } from '../contacts/vcard.ts';
import type { StoredContact } from '../store/contacts.ts';
import {
  CONTACTS_TYPE,
  contactsIn,
  formatContacts,
  listOf,
  parseContacts,
  withEdits,
} from './contacts-document.ts';
import type { Context } from './context.ts';
import { changeShared, documentNamed } from './documents.ts';
import type { Subscriptions } from './subscriptions.ts';

const DOCUMENT = documentNamed('contacts', CONTACTS_TYPE);

/** The contact list: kept here, equal on all devices through the account's `contacts` document [IMPP 10]. */
export class Contacts {
  readonly #context: Context;
  readonly #subscriptions: Subscriptions;
  readonly #backoff: Backoff;
  #isOnline = false;
  #isRunning = false;
  #isStale = false;
  #cancelRetry = (): void => {};

  constructor(context: Context, subscriptions: Subscriptions) {
    this.#context = context;
    this.#subscriptions = subscriptions;
    this.#backoff = new Backoff(context.random);
  }

  /** Shows what this computer has of the list. */
  async load(): Promise<void> {
    this.#show(await this.#context.store.call('listContacts', this.#context.key));
  }

  online(): void {
    this.#isOnline = true;
    this.#sync();
  }

  offline(): void {
    this.#isOnline = false;
    this.#cancelRetry();
  }

  /** Another device has changed the document. */
  changed(): void {
    this.#sync();
  }

  /**
   * Adds or changes; resolves when it is on disk here. The domain gets it now or when it can be reached.
   * Throws `message-too-large` when the list is full.
   */
  async put(contact: StoredContact): Promise<Contact> {
    const { store, key, url, mirror } = this.#context;
    // Better refused now than kept on this computer only.
    formatContacts(listOf([...(await store.call('listContacts', key)), contact]));
    await store.call('editContacts', key, { type: 'put', contact });
    this.#showOne(contact);
    this.#subscriptions.add(contact.address);
    this.#sync();
    const shown = mirror.contact(url, contact.address);
    if (shown === undefined) throw new ImppError('closed', 'the account was removed');
    return shown;
  }

  /** All contacts as vCards. */
  exported(): string {
    const { mirror, url } = this.#context;
    return writeCards(mirror.snapshot().contacts.filter(({ account }) => account === url));
  }

  /** Adds those of the vCards in `text` that are new; who is known stays as they are. */
  async importAll(text: string): Promise<ResponseOf<'contacts.import'>> {
    const { store, key, url } = this.#context;
    const here = await store.call('listContacts', key);
    const chosen = chooseCards(readCards(text), url, here);
    await Promise.all(
      chosen.contacts.map((contact) => store.call('editContacts', key, { type: 'put', contact })),
    );
    for (const contact of chosen.contacts) {
      this.#showOne(contact);
      this.#subscriptions.add(contact.address);
    }
    if (chosen.contacts.length > 0) this.#sync();
    return { added: chosen.contacts.length, known: chosen.known, refused: [...chosen.refused] };
  }

  async remove(address: string): Promise<void> {
    const { store, key, mirror, url } = this.#context;
    await store.call('editContacts', key, { type: 'remove', address });
    mirror.removeContact(url, address);
    this.#subscriptions.remove(address);
    this.#sync();
  }

  /** One synchronisation at a time; what is asked for meanwhile is one more after it. */
  #sync(): void {
    if (!this.#isOnline) return;
    this.#isStale = true;
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isStale && this.#isOnline) {
      this.#isStale = false;
      try {
        await this.#synchronise();
        this.#backoff.reset();
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#isRunning = false;
  }

  /** The edits stay in the store: they go with the next synchronisation, whatever causes it. */
  #failed(error: unknown): void {
    this.#context.log('contacts were not synchronised', { error: String(error) });
    if (!(error instanceof ImppError) || error.retry === 'never' || !this.#isOnline) return;
    this.#cancelRetry();
    this.#cancelRetry = this.#context.clock.after(this.#backoff.next(), () => this.#sync());
  }

  /** Puts this computer's edits on top of what the domain has, whoever changed it meanwhile. */
  async #synchronise(): Promise<void> {
    const { store, key } = this.#context;
    let merged: StoredContact[] = [];
    let through = 0;
    const edits = await store.call('listContactEdits', key);
    await changeShared(this.#context, DOCUMENT, (body) => {
      const changes = edits.map(({ edit }) => edit);
      const list = withEdits(parseContacts(body), changes);
      through = edits.at(-1)?.id ?? 0;
      merged = contactsIn(list);
      return edits.length === 0 ? undefined : formatContacts(list);
    });
    this.#show(await store.call('replaceContacts', key, merged, through));
  }

  #show(contacts: readonly StoredContact[]): void {
    const { mirror, url } = this.#context;
    const wanted = new Set(contacts.map((contact) => contact.address));
    for (const { account, address } of mirror.snapshot().contacts) {
      if (account !== url || wanted.has(address)) continue;
      mirror.removeContact(url, address);
      this.#subscriptions.remove(address);
    }
    for (const contact of contacts) {
      this.#showOne(contact);
      this.#subscriptions.add(contact.address);
    }
  }

  #showOne({ address, name, groups }: StoredContact): void {
    const { mirror, url } = this.#context;
    const shown = mirror.contact(url, address);
    if (shown === undefined) {
      mirror.setContact({
        account: url,
        address,
        name,
        groups,
        watch: 'none',
        presence: { state: 'unknown' },
      });
    } else if (shown.name !== name || JSON.stringify(shown.groups) !== JSON.stringify(groups)) {
      mirror.patchContact(url, address, { name, groups });
    }
  }
}
