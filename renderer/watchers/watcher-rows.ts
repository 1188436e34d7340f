// The list of watchers joined with what the rules say of each. Pure.

import { collator } from '../../shared/i18n/formats.ts';
import {
  type AccessRules,
  explain,
  type Explanation,
  type Permission,
  viewOf,
} from '../../shared/impp/access-rules.ts';
import type { View, Watcher } from '../../shared/model.ts';
import { domainOf, label } from '../address.ts';
import { t } from '../../shared/i18n/t.ts';
import { viewTitle } from '../i18n/views.ts';
import { sourceOf } from '../rules/judge.ts';
import { type Mirror, pairKey } from '../store/mirror.ts';
import { personName } from '../store/names.ts';

export type Filter = 'all' | Watcher['state'];
export const FILTERS = [
  'all',
  'active',
  'pending',
  'pretended',
  'fetched',
] as const satisfies readonly Filter[];

export interface WatcherRow {
  readonly watcher: Watcher;
  readonly name: string;
  /** As people read it; equal to `name` for strangers. */
  readonly address: string;
  /** What is shown to them. */
  readonly sees: string;
  /** Why. */
  readonly because: string;
  /** The view that the rules name for them. */
  readonly view: string;
}

const ORDER: Record<Watcher['state'], number> = { pending: 0, active: 1, pretended: 2, fetched: 3 };
/** Who asks stands first; within a state by name. */
export function rowsOf(
  watchers: readonly Watcher[],
  context: {
    readonly account: string;
    readonly contacts: Mirror['contacts'];
    /** Those who ask may have said what they are called. */
    readonly requests?: Mirror['requests'];
    readonly rules: AccessRules;
    readonly views: readonly View[];
    readonly now: number;
  },
): readonly WatcherRow[] {
  const { account, contacts, requests = [], rules, views, now } = context;
  const said = new Map(
    requests.filter((one) => one.account === account).map(({ address, name }) => [address, name]),
  );
  const nameFor = (address: string): string =>
    (contacts.has(pairKey(account, address)) ? undefined : said.get(address)) ??
    personName({ contacts }, account, address);
  return watchers
    .map((watcher): WatcherRow => {
      const { address, state } = watcher;
      const isAnonymous = address === 'anonymous';
      const who = { url: address, isAnonymous };
      const view = viewOf(rules, who, account, now);
      const asked = state === 'fetched' ? 'fetch' : 'subscribe';
      const why = explain(rules, asked, who, account, now);
      return {
        watcher,
        name: isAnonymous ? t('watchers.anonymous') : nameFor(address),
        address: isAnonymous ? '' : label(address),
        view,
        sees:
          state === 'pending'
            ? t('watchers.sees.nothing-yet')
            : state === 'pretended' || why.value === 'pretend'
              ? t('watchers.sees.offline')
              : // Who looked before that was refused would see nothing now.
                viewTitle(why.value === 'deny' ? 'closed' : view, views),
        because: ruleWords(why, asked, address),
      };
    })
    .sort((a, b) => ORDER[a.watcher.state] - ORDER[b.watcher.state] || collator().compare(a.name, b.name));
}

/** Which rule decided, in a few words. */
export function ruleWords(
  { by, rule: written, value }: Explanation,
  permission: Permission,
  address: string,
): string {
  const rule = written && sourceOf(written, permission);
  switch (by) {
    case 'principal':
      if (rule?.group === '') return t('watchers.rule.contacts');
      if (rule?.group !== undefined) return t('watchers.rule.contact-group', { name: rule.group });
      return rule !== undefined && rule.who.length > 1
        ? t('watchers.rule.group', { count: rule.who.length })
        : t('watchers.rule.principal');
    case 'anonymous':
      return t('watchers.rule.anonymous');
    case 'host':
      return t('watchers.rule.host', { domain: domainOf(address) });
    case 'everyone':
      return t('watchers.rule.everyone');
    case 'oneself':
    case 'built-in':
      return value === 'ask' ? t('watchers.rule.built-in') : t('watchers.rule.built-in.other');
  }
}

/** Those of `filter` in whose name or address each word of `query` stands. */
export function found(rows: readonly WatcherRow[], filter: Filter, query: string): readonly WatcherRow[] {
  const words = query
    .toLocaleLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  return rows.filter(({ watcher, name, address }) => {
    if (filter !== 'all' && watcher.state !== filter) return false;
    const text = `${name} ${address}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export const countOf = (watchers: readonly Watcher[], filter: Filter): number =>
  filter === 'all' ? watchers.length : watchers.filter(({ state }) => state === filter).length;
