import { writeFile } from 'node:fs/promises';
import type { Clock } from '../shared/clock.ts';
import { ImppError } from '../shared/errors.ts';
import type { CommandName, RequestOf, ResponseOf } from '../shared/ipc.ts';
import { parseAddress } from '../shared/impp/address.ts';
import type { Accounts } from './account/accounts.ts';
import type { Invitations } from './account/invitations.ts';
import { historyHandlers } from './history-commands.ts';
import { hostHandlers } from './host-commands.ts';
import type { Host } from './host/host.ts';
import type { WindowBoard } from './notifications/in-window.ts';
import type { Notifications } from './notifications/notifications.ts';
import { changeSettings } from './settings.ts';
import type { Mirror } from './state.ts';
import type { RecentLog } from './recent-log.ts';
import type { Store } from './store/store.ts';
import type { Updates } from './updates.ts';
import type { Uploads } from './uploads.ts';

export interface Parts {
  readonly accounts: Accounts;
  readonly recent: RecentLog;
  readonly invitations: Invitations;
  readonly mirror: Mirror;
  readonly store: Store;
  readonly uploads: Uploads;
  readonly host: Host;
  readonly clock: Clock;
  readonly notifications: Notifications;
  readonly windowBoard: WindowBoard;
  readonly updates: Updates | undefined;
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

/** The windows' whole reach, one line or two for each command. */
export const handlers = ({
  accounts,
  recent,
  invitations,
  mirror,
  store,
  uploads,
  host,
  clock,
  notifications,
  windowBoard,
  updates,
}: Parts): Handlers => ({
  ...historyHandlers({ accounts, mirror, store, uploads, host, clock }),
  ...hostHandlers({
    host,
    mirror,
    accounts,
    notifications,
    windowBoard,
    updates,
    changeSettings: (changes) => changeSettings(store, mirror, changes),
  }),
  async snapshot() {
    const snapshot = mirror.snapshot();
    await invitations.opened();
    return snapshot;
  },
  'domain.look': ({ domain, ...choice }) => accounts.look(domain, choice),

  'account.signIn': (wanted) => accounts.signIn(wanted),
  'account.create': ({ invite, contact, ...wanted }) =>
    invite === undefined ? accounts.signIn(wanted, { invite }) : invitations.accept(wanted, invite, contact),
  async 'account.password'({ account, password, remember }) {
    await accounts.givePassword(account, password, remember);
    return null;
  },
  async 'account.connect'({ account }) {
    await accounts.connectNow(account);
    return null;
  },
  async 'account.network'({ account, ...change }) {
    await accounts.changeNetwork(account, change);
    return null;
  },
  async 'account.check'({ account }) {
    return { took: await accounts.session(account).check() };
  },
  'account.waiting': ({ account }) => store.call('countOutbox', accounts.session(account).account.key),
  async 'log.save'() {
    const path = await host.saveAs('parley-log.txt');
    if (path === undefined) return null;
    await writeFile(path, recent.text(), { mode: 0o600 });
    return { path };
  },
  async 'account.keeping'({ account }) {
    await accounts.session(account).askKeeping();
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
    await accounts.session(account).parts.self.own.choose(choice);
    return null;
  },
  'presence.viewAs': ({ account, watcher }) => accounts.session(account).parts.viewAs(watcher),
  async 'views.set'({ account, views }) {
    await accounts.session(account).parts.self.setViews(views);
    return null;
  },
  async 'rules.put'({ account, rule, former }) {
    await accounts.session(account).parts.self.rules.put(rule, former);
    return null;
  },
  async 'rules.change'({ account, who, change }) {
    await accounts.session(account).parts.self.rules.change(who, change);
    return null;
  },
  async 'rules.remove'({ account, ...named }) {
    const { rules } = accounts.session(account).parts.self;
    await ('group' in named ? rules.removeGroup(named.group) : rules.remove(named.who));
    return null;
  },
  'watchers.list': ({ account }) => accounts.session(account).parts.watchers(),
  async 'watchers.end'({ account, address }) {
    await accounts.session(account).parts.self.rules.end(peerIn(address));
    return null;
  },
  'directory.search': ({ account, domain, query }) =>
    accounts.session(account).parts.directory.search(domain, query),
  async 'profile.set'({ account, profile }) {
    await accounts.session(account).parts.self.profile.set(profile);
    return null;
  },
  'contacts.export': ({ account }) => ({ text: accounts.session(account).parts.contacts.exported() }),
  'contacts.import': ({ account, text }) => accounts.session(account).parts.contacts.importAll(text),

  async 'contact.add'({ account, address, name, groups }) {
    const peer = peerIn(address);
    if (peer === account) throw new ImppError('invalid-address', 'this is your own address');
    return accounts.session(account).parts.contacts.add({ address: peer, name, groups });
  },
  async 'contact.change'({ account, address, name, groups }) {
    const peer = peerIn(address);
    if (mirror.contact(account, peer) === undefined)
      throw new ImppError('not-found', 'there is no such contact');
    await accounts.session(account).parts.contacts.put({ address: peer, name, groups });
    return null;
  },
  async 'contact.remove'({ account, address }) {
    await accounts.session(account).parts.contacts.remove(peerIn(address));
    return null;
  },
  async 'request.answer'({ account, address, allow }) {
    await accounts.session(account).parts.answerRequest(peerIn(address), allow);
    return null;
  },

  'messages.page': ({ account, peer, ...part }) =>
    accounts.session(account).parts.messages.page(peerIn(peer), part),
  async 'message.send'({ account, peer, files = [], ...written }) {
    const { messages } = accounts.session(account).parts;
    const to = peerIn(peer);
    // Before they are used up: who is told that they are too large may send them otherwise.
    messages.writing.checkSize(
      written.text,
      files.map(({ upload }) => uploads.sizeOf(upload)),
    );
    const octets = files.map(async ({ upload, name, type }) => ({
      name,
      type,
      bytes: await uploads.take(upload),
    }));
    return messages.send(to, { ...written, files: await Promise.all(octets) });
  },
  async 'message.cancel'({ id }) {
    await (await accounts.messagesWith(id)).cancel(id);
    return null;
  },
  async 'message.correct'({ id, text }) {
    return (await accounts.messagesWith(id)).writing.correct(id, text);
  },
  async 'message.retract'({ id }) {
    await (await accounts.messagesWith(id)).writing.retract(id);
    return null;
  },
  async 'message.react'({ id, emoji }) {
    await (await accounts.messagesWith(id)).writing.react(id, emoji);
    return null;
  },
  async 'message.forward'({ id, account, peer }) {
    return accounts
      .session(account)
      .parts.messages.forward(id, await accounts.messagesWith(id), peerIn(peer));
  },
  async 'message.fetch'({ id }) {
    await (await accounts.messagesWith(id)).fetch(id);
    return null;
  },
  async 'upload.begin'({ size, isBackup }) {
    return { upload: await uploads.begin(size, isBackup) };
  },
  async 'upload.append'({ upload, data }) {
    await uploads.append(upload, data);
    return null;
  },
  async 'upload.drop'({ upload }) {
    await uploads.drop(upload);
    return null;
  },
  'conversation.typing'({ account, peer, isTyping }) {
    accounts.session(account).parts.messages.typing(peerIn(peer), isTyping);
    return null;
  },
  async 'conversation.change'({ account, peer, ...change }) {
    await accounts.session(account).parts.messages.conversations.change(peerIn(peer), change);
    return null;
  },
  async 'message.retry'({ id }) {
    await (await accounts.messagesWith(id)).retry(id);
    return null;
  },
  async 'message.delete'({ id }) {
    const { conversations } = await accounts.messagesWith(id);
    const { message, conversation } = await store.call('deleteMessage', id);
    mirror.tellMessageRemoved(message);
    conversations.show(conversation);
    accounts.sweep();
    return null;
  },

  async 'conversation.read'({ account, peer }) {
    await accounts.session(account).parts.messages.read(peerIn(peer));
    return null;
  },
  async 'conversation.draft'({ account, peer, text }) {
    await accounts.session(account).parts.messages.conversations.keepDraft(peerIn(peer), text);
    return null;
  },

  'settings.change': (changes) => changeSettings(store, mirror, changes),

  async 'link.open'({ url }) {
    await host.openLink(linkIn(url));
    return null;
  },
});
