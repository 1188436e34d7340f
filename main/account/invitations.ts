import { ImppError } from '../../shared/errors.ts';
import { parseAddress, parseUrl } from '../../shared/impp/address.ts';
import { formatInvitation } from '../../shared/impp/invitation.ts';
import type { AccountId } from '../../shared/model.ts';
import type { Accounts, SignIn } from './accounts.ts';
import type { Surroundings } from './context.ts';

/** Where the store keeps what is under way. */
const NAME = 'invitation';

/** An invitation that somebody has accepted, until all that comes of it is done. */
interface Accepted {
  /** Of the account that is being made. */
  readonly url: string;
  readonly invite: string;
  /** Whom to talk to first: canonical URL. */
  readonly contact?: string | undefined;
}

/**
 * Account, contact and first conversation out of one invitation. What is under way is kept before the first step, so that
 * the next start goes on wherever the program ended: from the form, if there is no account here yet, else with the contact.
 */
export class Invitations {
  readonly #accounts: Accounts;
  readonly #surroundings: Pick<Surroundings, 'store' | 'mirror' | 'log'>;

  constructor(accounts: Accounts, surroundings: Pick<Surroundings, 'store' | 'mirror' | 'log'>) {
    this.#accounts = accounts;
    this.#surroundings = surroundings;
  }

  /**
   * Creates the account, signs in and adds the contact, who is asked to show their presence. What fails leaves nothing
   * behind here. Throws as `Accounts.signIn`, and `invalid-address` for a contact of another domain.
   */
  async accept(wanted: SignIn, invite: string, typed: string | undefined): Promise<AccountId> {
    const { url, host } = parseAddress(wanted.address);
    const contact = typed === undefined ? undefined : parseAddress(typed);
    if (contact !== undefined && (contact.host !== host || contact.user === '' || contact.url === url))
      throw new ImppError('invalid-address', 'the contact of an invitation is somebody else of its domain');
    const accepted = { url, invite, contact: contact?.url };
    await this.#keep(accepted);
    let id: AccountId;
    try {
      id = await this.#accounts.signIn(wanted, { invite });
    } catch (error) {
      await this.#keep(undefined);
      throw error;
    }
    await this.#finish(accepted);
    return id;
  }

  /** Goes on with what the last run did not finish. */
  async resume(): Promise<void> {
    const accepted = await this.#kept();
    if (accepted === undefined) return;
    const { url, invite, contact } = accepted;
    const { mirror } = this.#surroundings;
    if (mirror.account(url) === undefined) {
      const { host, user } = parseUrl(url);
      const link = formatInvitation({
        host,
        token: invite,
        contact: contact === undefined ? undefined : parseUrl(contact),
      });
      mirror.opening = { type: 'invitation', link, user };
      return;
    }
    await this.#finish(accepted);
    if (contact !== undefined) mirror.opening = { type: 'conversation', account: url, peer: contact };
  }

  /** A window has what it was to begin with: it is up to the person from here on. */
  async opened(): Promise<void> {
    const { mirror } = this.#surroundings;
    if (mirror.opening === undefined) return;
    mirror.opening = undefined;
    await this.#keep(undefined);
  }

  async #finish({ url, contact }: Accepted): Promise<void> {
    const { mirror, log } = this.#surroundings;
    try {
      if (contact !== undefined && mirror.contact(url, contact) === undefined)
        await this.#accounts.session(url).parts.contacts.add({ address: contact, name: '', groups: [] });
      await this.#keep(undefined);
    } catch (error) {
      // The account is there; the next start tries once more.
      log('who invited was not added', { error: String(error) });
    }
  }

  async #keep(accepted: Accepted | undefined): Promise<void> {
    const value = accepted === undefined ? '' : JSON.stringify(accepted);
    await this.#surroundings.store.call('setSetting', NAME, value);
  }

  async #kept(): Promise<Accepted | undefined> {
    const value = (await this.#surroundings.store.call('getSetting', NAME)) ?? '';
    return value === '' ? undefined : (JSON.parse(value) as Accepted);
  }
}
