import { ImppError } from '../shared/errors.ts';
import type { CommandName, RequestOf, ResponseOf } from '../shared/ipc.ts';
import { parseAddress } from '../shared/impp/address.ts';
import type { Conversation, Settings } from '../shared/model.ts';
import type { Accounts } from './account/accounts.ts';
import type { Host } from './host/host.ts';
import type { Mirror } from './state.ts';
import type { Store } from './store/store.ts';

export interface Parts {
  readonly accounts: Accounts;
  readonly mirror: Mirror;
  readonly store: Store;
  readonly host: Host;
}

export type Handlers = {
  readonly [C in CommandName]: (request: RequestOf<C>) => ResponseOf<C> | Promise<ResponseOf<C>>;
};

/** What links may open: nothing that runs a program or reads a file. */
const OPENED_OUTSIDE = new Set(['http:', 'https:', 'mailto:']);

const peerIn = (text: string): string => {
  const { url, user } = parseAddress(text);
  if (user === '') throw new ImppError('invalid-address', 'the name before the @ is missing');
  return url;
};

const linkIn = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !OPENED_OUTSIDE.has(url.protocol)) {
    throw new ImppError('invalid-argument', 'only http, https and mailto links are opened');
  }
  return url.href;
};

const tellConversation = (mirror: Mirror, conversation: Conversation | undefined): void => {
  if (conversation !== undefined) mirror.setConversation(conversation);
};

const later = (): never => {
  throw new ImppError('operation-not-supported', 'not built yet');
};

/** The windows' whole reach, one line or two for each command. */
export const handlers = ({ accounts, mirror, store, host }: Parts): Handlers => ({
  snapshot: () => mirror.snapshot(),
  'domain.look': ({ domain, ...choice }) => accounts.look(domain, choice),

  'account.signIn': (wanted) => accounts.signIn(wanted),
  'account.create': ({ invite, ...wanted }) => accounts.signIn(wanted, { invite }),
  async 'account.password'({ account, password, remember }) {
    await accounts.givePassword(account, password, remember);
    return null;
  },
  async 'account.connect'({ account }) {
    await accounts.connectNow(account);
    return null;
  },
  async 'account.disconnect'({ account }) {
    await accounts.disconnect(account);
    return null;
  },
  async 'account.remove'({ account }) {
    await accounts.remove(account);
    return null;
  },

  async 'presence.set'({ account, ...choice }) {
    await accounts.session(account).self.own.choose(choice);
    return null;
  },
  'presence.viewAs': ({ account, watcher }) => accounts.session(account).viewAs(watcher),
  async 'views.set'({ account, views }) {
    await accounts.session(account).self.setViews(views);
    return null;
  },
  async 'rules.put'({ account, rule, former }) {
    await accounts.session(account).self.rules.put(rule, former);
    return null;
  },
  async 'rules.change'({ account, who, change }) {
    await accounts.session(account).self.rules.change(who, change);
    return null;
  },
  async 'rules.remove'({ account, ...named }) {
    const { rules } = accounts.session(account).self;
    await ('group' in named ? rules.removeGroup(named.group) : rules.remove(named.who));
    return null;
  },
  'watchers.list': ({ account }) => accounts.session(account).watchers(),
  async 'watchers.end'({ account, address }) {
    await accounts.session(account).self.rules.end(peerIn(address));
    return null;
  },
  'directory.search': ({ account, domain, query }) =>
    accounts.session(account).directory.search(domain, query),
  async 'profile.set'({ account, profile }) {
    await accounts.session(account).self.profile.set(profile);
    return null;
  },
  'contacts.export': ({ account }) => ({ text: accounts.session(account).contacts.exported() }),
  'contacts.import': ({ account, text }) => accounts.session(account).contacts.importAll(text),

  async 'contact.add'({ account, address, name, groups }) {
    const peer = peerIn(address);
    if (peer === account) throw new ImppError('invalid-address', 'this is your own address');
    return accounts.session(account).contacts.add({ address: peer, name, groups });
  },
  async 'contact.change'({ account, address, name, groups }) {
    const peer = peerIn(address);
    if (mirror.contact(account, peer) === undefined)
      throw new ImppError('not-found', 'there is no such contact');
    await accounts.session(account).contacts.put({ address: peer, name, groups });
    return null;
  },
  async 'contact.remove'({ account, address }) {
    await accounts.session(account).contacts.remove(peerIn(address));
    return null;
  },
  async 'request.answer'({ account, address, allow }) {
    await accounts.session(account).answerRequest(peerIn(address), allow);
    return null;
  },

  async 'messages.page'({ account, peer, before, limit }) {
    const { key } = accounts.session(account).account;
    const messages = await store.call('pageMessages', key, peerIn(peer), before, limit);
    return { messages, hasOlder: messages.length >= limit, hasNewer: false, losses: [] };
  },
  'messages.search': later,
  'message.send': ({ account, peer, text }) => accounts.session(account).send(peerIn(peer), text),
  'message.cancel': later,
  'message.correct': later,
  'message.retract': later,
  'message.react': later,
  'message.forward': later,
  'message.versions': later,
  'message.details': later,
  'message.fetch': later,
  'message.file': later,
  'upload.begin': later,
  'upload.append': later,
  'upload.drop': later,
  'conversation.typing': later,
  'conversation.change': later,
  'conversation.delete': later,
  'history.export': later,
  'backup.create': later,
  'backup.restore': later,
  'store.recover': later,
  async 'message.retry'({ id }) {
    const { message, conversation, outgoing } = await store.call('retryMessage', id);
    mirror.tellMessage(message);
    mirror.setConversation(conversation);
    accounts.session(message.account).resume(outgoing);
    return null;
  },
  async 'message.delete'({ id }) {
    const { message, conversation } = await store.call('discardMessage', id);
    mirror.tellMessageRemoved(message);
    mirror.setConversation(conversation);
    return null;
  },

  async 'conversation.read'({ account, peer }) {
    const { key } = accounts.session(account).account;
    tellConversation(mirror, await store.call('markRead', key, peerIn(peer)));
    return null;
  },
  async 'conversation.draft'({ account, peer, text }) {
    const { key } = accounts.session(account).account;
    tellConversation(mirror, await store.call('keepDraft', key, peerIn(peer), text));
    return null;
  },

  async 'settings.change'(changes) {
    const settings: Settings = { ...mirror.settings, ...changes };
    await store.call('setSetting', 'settings', JSON.stringify(settings));
    mirror.setSettings(settings);
    return settings;
  },

  async 'link.open'({ url }) {
    await host.openLink(linkIn(url));
    return null;
  },
});
