// What one person may do, and the one-click changes of it. Pure.

import type { AccessRules } from '../../shared/impp/access-rules.ts';
import type { CompiledRule } from '../../shared/group-rules.ts';
import type { Rule, View } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { isBuiltIn, viewTitle } from '../i18n/views.ts';
import { decidingRule, type Effect, effectOn, principalOf, type Statement } from './judge.ts';

export interface Access {
  readonly effect: Effect;
  /** The rule that decides what they see; absent: the built-in one. */
  readonly rule: Rule | undefined;
  /** The rule in force that names them, alone or with others; none for a group that they are in. */
  readonly own: Rule | undefined;
}

export function accessOf(rules: AccessRules, address: string, owner: string, now: number): Access {
  const who = principalOf(address);
  const effect = effectOn(rules, who, owner, now);
  const subscribe = decidingRule(rules, 'subscribe', who, owner, now);
  return {
    effect,
    rule:
      effect.subscribe === 'allow' ? (decidingRule(rules, 'view', who, owner, now) ?? subscribe) : subscribe,
    own: namedIn(rules.inForce(address, now)),
  };
}

/** Of a rule as it is judged: the one by name, unless it is put together of rules for groups alone. */
function namedIn(rule: CompiledRule | undefined): Rule | undefined {
  if (rule?.sources === undefined) return rule as Rule | undefined;
  return Object.values(rule.sources).some(({ group }) => group === undefined) ? (rule as Rule) : undefined;
}

const BUILT_IN_KINDS = {
  default: 'everything',
  state: 'state',
  busy: 'busy',
  closed: 'nothing',
} as const;

/** What they see of you, in one sentence. */
export function seesSentence({ effect }: Access, name: string, views: readonly View[]): string {
  const { subscribe, view } = effect;
  if (subscribe !== 'allow') return t(`access.sees.${subscribe}`, { name });
  if (!isBuiltIn(view)) return t('access.sees.own', { name, view: viewTitle(view, views) });
  return t(`access.sees.${BUILT_IN_KINDS[view as keyof typeof BUILT_IN_KINDS]}`, { name });
}

type Change = Partial<Statement>;

export const SHOW = (view: string): Change => ({ subscribe: 'allow', fetch: 'allow', view });
export const ASK: Change = { subscribe: 'ask', fetch: 'deny' };
export const HIDE: Change = { subscribe: 'deny', fetch: 'deny' };
export const POLITELY: Change = { subscribe: 'pretend', fetch: 'pretend' };
export const BLOCK: Change = { subscribe: 'deny', fetch: 'deny', send: 'deny', change: 'deny', read: 'deny' };

/** Neither sees nor writes. */
export const isBlocked = ({ effect }: Access): boolean =>
  effect.subscribe === 'deny' && effect.send === 'deny';
