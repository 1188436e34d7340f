// The one place where what the program says becomes what the window shows. Pure: a mirror in, a mirror out.

import type { Change, Events, Snapshot } from '../../shared/ipc.ts';
import type { Account, AccountId, Contact, Conversation, WatchRequest } from '../../shared/model.ts';
import { sortContacts, updateOrder } from './contact-order.ts';
import { changeLog } from './log.ts';
import { type Log, type LogChange, type Mirror, type PairKey, pairKey } from './mirror.ts';

export type NumberedChange = Events['change'];

/** A mirror of the snapshot. Logs begin anew: what happened in a gap is not known. */
export function mirrorOf(snapshot: Snapshot): Mirror {
  return {
    seq: snapshot.seq,
    accounts: snapshot.accounts,
    contacts: new Map(
      snapshot.contacts.map((contact) => [pairKey(contact.account, contact.address), contact]),
    ),
    contactOrder: sortContacts(snapshot.contacts),
    requests: snapshot.requests,
    conversations: new Map(snapshot.conversations.map((one) => [pairKey(one.account, one.peer), one])),
    rules: new Map(snapshot.rules.map(({ account, rules }) => [account, rules])),
    views: new Map(snapshot.views.map(({ account, views }) => [account, views])),
    profiles: new Map(snapshot.profiles.map(({ account, profile }) => [account, profile])),
    watcherTurns: new Map(snapshot.accounts.map(({ id }) => [id, snapshot.seq])),
    settings: snapshot.settings,
    spoken: snapshot.spoken,
    host: snapshot.host,
    damage: snapshot.damage,
    update: snapshot.update,
    logs: new Map(),
    typing: new Map(),
    transfers: new Map(),
    tasks: new Map(),
  };
}

/**
 * The mirror after `events`, in their order. Events that the mirror has already seen are skipped; at a missing
 * number it stops and says so: the mirror then is good up to its `seq`, and a new snapshot is needed.
 */
export function applyChanges(
  mirror: Mirror,
  events: readonly NumberedChange[],
): { mirror: Mirror; isGap: boolean } {
  const draft = new Draft(mirror);
  for (const { seq, change } of events) {
    if (seq <= draft.seq) continue;
    if (seq !== draft.seq + 1) return { mirror: draft.finish(), isGap: true };
    draft.seq = seq;
    draft.apply(change);
  }
  return { mirror: draft.finish(), isGap: false };
}

/** Copies a part on its first change only, so that a burst of events costs one copy and untouched parts stay equal. */
class Draft {
  seq: number;
  readonly #base: Mirror;
  #accounts: readonly Account[];
  #requests: readonly WatchRequest[];
  #settings: Mirror['settings'];
  #spoken: Mirror['spoken'];
  #update: Mirror['update'];
  #rules: Mirror['rules'];
  #views: Mirror['views'];
  #profiles: Mirror['profiles'];
  #watcherTurns: Mirror['watcherTurns'];
  #typing: Mirror['typing'];
  #transfers: Mirror['transfers'];
  #tasks: Mirror['tasks'];
  #contacts: Map<PairKey, Contact> | undefined;
  #conversations: Map<PairKey, Conversation> | undefined;
  #logs: Map<PairKey, Log> | undefined;
  readonly #changedContacts = new Set<PairKey>();
  readonly #logChanges = new Map<PairKey, LogChange[]>();

  constructor(base: Mirror) {
    this.#base = base;
    this.seq = base.seq;
    this.#accounts = base.accounts;
    this.#requests = base.requests;
    this.#settings = base.settings;
    this.#spoken = base.spoken;
    this.#update = base.update;
    this.#rules = base.rules;
    this.#views = base.views;
    this.#profiles = base.profiles;
    this.#watcherTurns = base.watcherTurns;
    this.#typing = base.typing;
    this.#transfers = base.transfers;
    this.#tasks = base.tasks;
  }

  apply(change: Change): void {
    switch (change.type) {
      case 'account':
        this.#accounts = replaced(this.#accounts, change.account, (one) => one.id === change.account.id);
        return;
      case 'account-removed':
        this.#removeAccount(change.id);
        return;
      case 'contact':
        this.#setContact(pairKey(change.contact.account, change.contact.address), change.contact);
        return;
      case 'contact-removed':
        this.#setContact(pairKey(change.account, change.address), undefined);
        return;
      case 'request': {
        const { account, address } = change.request;
        this.#requests = replaced(
          this.#requests,
          change.request,
          (one) => one.account === account && one.address === address,
        );
        return;
      }
      case 'request-removed':
        this.#requests = this.#requests.filter(
          (one) => one.account !== change.account || one.address !== change.address,
        );
        return;
      case 'rules':
        this.#rules = new Map(this.#rules).set(change.account, change.rules);
        return;
      case 'views':
        this.#views = new Map(this.#views).set(change.account, change.views);
        return;
      case 'profile':
        this.#profiles = new Map(this.#profiles).set(change.account, change.profile);
        return;
      case 'watchers':
        this.#watcherTurns = new Map(this.#watcherTurns).set(change.account, this.seq);
        return;
      case 'conversation':
        this.#conversationMap().set(
          pairKey(change.conversation.account, change.conversation.peer),
          change.conversation,
        );
        return;
      case 'conversation-removed': {
        const key = pairKey(change.account, change.peer);
        this.#conversationMap().delete(key);
        this.#logMap().delete(key);
        this.#logChanges.delete(key);
        return;
      }
      case 'typing': {
        const key = pairKey(change.account, change.peer);
        const typing = new Map(this.#typing);
        if (change.until === 0) typing.delete(key);
        else typing.set(key, change.until);
        this.#typing = typing;
        return;
      }
      case 'transfer': {
        const transfers = new Map(this.#transfers);
        if (change.done === change.total) transfers.delete(change.id);
        else transfers.set(change.id, { done: change.done, total: change.total });
        this.#transfers = transfers;
        return;
      }
      case 'task': {
        const tasks = new Map(this.#tasks);
        if (change.done === change.total) tasks.delete(change.task);
        else tasks.set(change.task, { done: change.done, total: change.total });
        this.#tasks = tasks;
        return;
      }
      case 'message':
        this.#changeLog(pairKey(change.message.account, change.message.peer), { set: change.message });
        return;
      case 'message-removed':
        this.#changeLog(pairKey(change.account, change.peer), { removed: change.id });
        return;
      case 'spoken':
        this.#spoken = change.spoken;
        return;
      case 'update':
        this.#update = change.update;
        return;
      case 'settings':
        this.#settings = change.settings;
    }
  }

  finish(): Mirror {
    const base = this.#base;
    for (const [key, changes] of this.#logChanges) {
      const log = (this.#logs ?? base.logs).get(key);
      // A conversation that was never opened keeps no log: its newest message is in its row.
      if (log !== undefined) this.#logMap().set(key, changeLog(log, changes));
    }
    const contacts = this.#contacts ?? base.contacts;
    return {
      ...base,
      seq: this.seq,
      accounts: this.#accounts,
      requests: this.#requests,
      settings: this.#settings,
      spoken: this.#spoken,
      update: this.#update,
      rules: this.#rules,
      views: this.#views,
      profiles: this.#profiles,
      watcherTurns: this.#watcherTurns,
      typing: this.#typing,
      transfers: this.#transfers,
      tasks: this.#tasks,
      contacts,
      contactOrder:
        contacts === base.contacts
          ? base.contactOrder
          : updateOrder(base.contactOrder, base.contacts, contacts, this.#changedContacts),
      conversations: this.#conversations ?? base.conversations,
      logs: this.#logs ?? base.logs,
    };
  }

  #setContact(key: PairKey, contact: Contact | undefined): void {
    this.#contacts ??= new Map(this.#base.contacts);
    if (contact === undefined) this.#contacts.delete(key);
    else this.#contacts.set(key, contact);
    this.#changedContacts.add(key);
  }

  #changeLog(key: PairKey, change: LogChange): void {
    const changes = this.#logChanges.get(key);
    if (changes === undefined) this.#logChanges.set(key, [change]);
    else changes.push(change);
  }

  #conversationMap(): Map<PairKey, Conversation> {
    this.#conversations ??= new Map(this.#base.conversations);
    return this.#conversations;
  }

  #logMap(): Map<PairKey, Log> {
    this.#logs ??= new Map(this.#base.logs);
    return this.#logs;
  }

  #removeAccount(id: string): void {
    this.#accounts = this.#accounts.filter((one) => one.id !== id);
    this.#requests = this.#requests.filter((one) => one.account !== id);
    this.#rules = without(this.#rules, id);
    this.#views = without(this.#views, id);
    this.#profiles = without(this.#profiles, id);
    this.#watcherTurns = without(this.#watcherTurns, id);
    for (const [key, contact] of this.#contacts ?? this.#base.contacts) {
      if (contact.account === id) this.#setContact(key, undefined);
    }
    for (const [key, conversation] of this.#conversations ?? this.#base.conversations) {
      if (conversation.account !== id) continue;
      this.#conversationMap().delete(key);
      this.#logMap().delete(key);
      this.#logChanges.delete(key);
    }
  }
}

function replaced<T>(list: readonly T[], item: T, isSame: (one: T) => boolean): readonly T[] {
  const index = list.findIndex(isSame);
  return index < 0 ? [...list, item] : list.with(index, item);
}

function without<T>(map: ReadonlyMap<AccountId, T>, id: AccountId): ReadonlyMap<AccountId, T> {
  if (!map.has(id)) return map;
  const rest = new Map(map);
  rest.delete(id);
  return rest;
}
