// Who waits for an answer, and who has had one: requests, first messages and rules put together. Pure.

import { collator } from '../../shared/i18n/formats.ts';
import { type Decision, explain, type Explanation } from '../../shared/impp/access-rules.ts';
import type { Contact, Conversation, Rule, WatchRequest } from '../../shared/model.ts';
import { hostOf, isPerson, judged, principalOf } from '../rules/judge.ts';
import { type Mirror, pairKey } from '../store/mirror.ts';
import { nameFor } from '../store/names.ts';

/** Someone who asks to see one's presence, or writes for the first time, or both. */
export interface Asking {
  readonly account: string;
  readonly address: string;
  readonly name: string;
  readonly contact: Contact | undefined;
  /** When the newer of both came. */
  readonly at: number;
  readonly request: WatchRequest | undefined;
  /** What a stranger wrote, which waits here and in no list of conversations. */
  readonly conversation: Conversation | undefined;
}

/** Someone whom a rule has answered. */
export interface Answered {
  readonly account: string;
  readonly address: string;
  readonly name: string;
  readonly conversation: Conversation | undefined;
}

export type Known = Pick<Mirror, 'requests' | 'conversations' | 'contacts' | 'rules'>;

/** What the rules answer somebody; what only a rule for everybody says is no answer to them. */
interface Answers {
  /** They see one offline and are not told. */
  readonly isAside: boolean;
  readonly maySee: Decision | undefined;
  readonly mayWrite: Decision | undefined;
}

function answersTo({ rules }: Known, account: string, address: string, now: number): Answers {
  const judges = judged(rules.get(account) ?? NONE, now);
  const of = (permission: 'subscribe' | 'send') =>
    explain(judges, permission, principalOf(address), account, now);
  const said = ({ by, value }: Explanation): Decision | undefined =>
    by === 'principal' || by === 'host' ? value : undefined;
  const see = of('subscribe');
  return { isAside: see.value === 'pretend', maySee: said(see), mayWrite: said(of('send')) };
}

const NONE: readonly Rule[] = [];

/** Those who wait for an answer, the newest first. */
export function askingOf(mirror: Known, now: number): readonly Asking[] {
  const found = new Map<string, { request?: WatchRequest; conversation?: Conversation }>();
  for (const request of mirror.requests) found.set(pairKey(request.account, request.address), { request });
  for (const conversation of mirror.conversations.values()) {
    const { account, peer, isRequest } = conversation;
    if (!isRequest) continue;
    const { isAside, mayWrite } = answersTo(mirror, account, peer, now);
    if (isAside || mayWrite === 'deny') continue;
    const key = pairKey(account, peer);
    found.set(key, { ...found.get(key), conversation });
  }
  return [...found.values()]
    .map(({ request, conversation }): Asking => {
      const account = request?.account ?? conversation?.account ?? '';
      const address = request?.address ?? conversation?.peer ?? '';
      const contact = mirror.contacts.get(pairKey(account, address));
      return {
        account,
        address,
        contact,
        name: contact === undefined && request?.name !== undefined ? request.name : nameFor(contact, address),
        at: Math.max(request?.since ?? 0, conversation?.last?.at ?? 0),
        request,
        conversation,
      };
    })
    .sort((a, b) => b.at - a.at);
}

/** Those whom rules have answered, by name: the rule names them, or their domain and they have written. */
export function answeredOf(
  mirror: Known,
  now: number,
): { readonly aside: readonly Answered[]; readonly declined: readonly Answered[] } {
  const aside: Answered[] = [];
  const declined: Answered[] = [];
  const seen = new Set(askingOf(mirror, now).map(({ account, address }) => pairKey(account, address)));
  const take = (account: string, address: string): void => {
    const key = pairKey(account, address);
    if (seen.has(key) || address === account) return;
    seen.add(key);
    const { isAside, maySee, mayWrite } = answersTo(mirror, account, address, now);
    if (!isAside && maySee !== 'deny' && mayWrite !== 'deny') return;
    (isAside ? aside : declined).push({
      account,
      address,
      name: nameFor(mirror.contacts.get(key), address),
      conversation: mirror.conversations.get(key),
    });
  };
  for (const [account, rules] of mirror.rules) {
    for (const { who, group, subscribe, send } of rules) {
      // Who is in a group has been answered as little as everybody.
      if (group !== undefined) continue;
      if (subscribe !== 'pretend' && subscribe !== 'deny' && send !== 'deny') continue;
      for (const one of who) if (isPerson(one)) take(account, one);
    }
  }
  for (const { account, peer, isRequest } of mirror.conversations.values())
    if (isRequest) take(account, peer);
  const byName = (a: Answered, b: Answered): number => collator().compare(a.name, b.name);
  return { aside: aside.sort(byName), declined: declined.sort(byName) };
}

/** The domain from which most of those who were declined write, if there are several and it is not one's own. */
export function worstDomainOf(
  declined: readonly Answered[],
  isBlocked: (account: string, host: string) => boolean,
): { readonly account: string; readonly host: string; readonly count: number } | undefined {
  const counts = new Map<string, { account: string; host: string; count: number }>();
  for (const { account, address } of declined) {
    const host = hostOf(address);
    if (host === hostOf(account) || isBlocked(account, host)) continue;
    const key = pairKey(account, host);
    const { count } = counts.get(key) ?? { count: 0 };
    counts.set(key, { account, host, count: count + 1 });
  }
  return [...counts.values()].filter(({ count }) => count > 1).sort((a, b) => b.count - a.count)[0];
}
