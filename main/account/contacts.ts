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
  readonly #changed: () => void;
  readonly #backoff: Backoff;
  #isOnline = false;
  #isRunning = false;
  #isStale = false;
  #isFresh = false;
  #cancelRetry = (): void => {};

  /** `changed` is called when the list, or whether it is fresh, is different. */
  constructor(context: Context, subscriptions: Subscriptions, changed: () => void) {
    this.#context = context;
    this.#subscriptions = subscriptions;
    this.#changed = changed;
    this.#backoff = new Backoff(context.random);
  }

  /** Whether the list is as the domain has it. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  all(): Iterable<Contact> {
    return this.#context.mirror.contactsOf(this.#context.url);
  }

  /** Shows what this computer has of the list. */
  async load(): Promise<void> {
    this.#show(await this.#context.store.call('listContacts', this.#context.key));
    this.#changed();
  }

  online(): void {
    this.#isOnline = true;
    this.#sync();
  }

  offline(): void {
    this.#isOnline = false;
    this.#isFresh = false;
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
    this.#changed();
    const shown = mirror.contact(url, contact.address);
    if (shown === undefined) throw new ImppError('closed', 'the account was removed');
    return shown;
  }

  /** As {@link put}; somebody whose watch has come to nothing is asked once more. */
  async add(contact: StoredContact): Promise<Contact> {
    const shown = await this.put(contact);
    this.#subscriptions.again(contact.address);
    return shown;
  }

  /** All contacts as vCards. */
  exported(): string {
    const { mirror, url } = this.#context;
    return writeCards(mirror.contactsOf(url));
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
    if (chosen.contacts.length > 0) {
      this.#sync();
      this.#changed();
    }
    return { added: chosen.contacts.length, known: chosen.known, refused: [...chosen.refused] };
  }

  async remove(address: string): Promise<void> {
    const { store, key, mirror, url } = this.#context;
    await store.call('editContacts', key, { type: 'remove', address });
    mirror.removeContact(url, address);
    this.#subscriptions.remove(address);
    this.#sync();
    this.#changed();
  }

  /** One synchronisation at a time; what is asked for meanwhile is one more after it. */
  #sync(): void {
    if (!this.#isOnline) return;
    this.#isStale = true;
    this.#isFresh = false;
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isStale && this.#isOnline) {
      this.#isStale = false;
      try {
        await this.#synchronise();
        this.#backoff.reset();
        this.#isFresh = this.#isOnline && !this.#isStale;
        this.#changed();
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
    for (const { address } of mirror.contactsOf(url)) {
      if (wanted.has(address)) continue;
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
