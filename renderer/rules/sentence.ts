// A rule as one would say it. Pure: the same rule, names and time give the same words.

import type { Rule, View, ViewKind } from '../../shared/model.ts';
import { type MessageKey, t } from '../../shared/i18n/t.ts';
import { timeAhead } from '../i18n/times.ts';
import { viewTitle } from '../i18n/views.ts';

/** One person and everyone at a domain take the verb of one; several people that of many. */
export type GrammaticalNumber = 'one' | 'many';

type Stated = Omit<Rule, 'who' | 'until'>;

const KINDS: Record<string, ViewKind> = {
  default: 'everything',
  state: 'state',
  busy: 'busy',
  closed: 'nothing',
};

/** How a view reads in a sentence: built-in ones by what they show, own ones by their title. */
function kindOf(id: string | undefined, views: readonly View[]): { kind: ViewKind | 'open'; view: string } {
  if (id === undefined) return { kind: 'open', view: '' };
  const builtIn = KINDS[id];
  if (builtIn !== undefined) return { kind: builtIn, view: '' };
  return { kind: 'own', view: viewTitle(id, views) };
}

/** What stands for the number where only the form of a verb depends on it: of a few, not of two or of many. */
const COUNT_OF: Record<GrammaticalNumber, number> = { one: 1, many: 3 };

/** Words of a key that is put together, with their values. */
const say = (key: MessageKey, values: Record<string, string | number> = {}): string =>
  (t as (key: MessageKey, values: object) => string)(key, values);

const COUNTS = ['', '', '.two', '.three', '.four', '.five'] as const;
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth'] as const;

/** `may write and read my inbox`, `can neither see me nor write`. */
function list(
  verb: 'may' | 'cannot',
  things: readonly string[],
  number: GrammaticalNumber,
): string | undefined {
  if (things.length === 0) return undefined;
  const values = Object.fromEntries(things.map((thing, index) => [ORDINALS[index] ?? 'fifth', thing]));
  return say(`rules.${verb}${COUNTS[things.length] ?? ''}` as MessageKey, {
    ...values,
    count: COUNT_OF[number],
  });
}

/** What looking once gives where the rule about watching goes with it; saying it then would say it twice. */
const IMPLIED = { allow: 'allow', ask: 'deny', deny: 'deny', pretend: 'pretend' } as const;

/**
 * What a rule says, without whom it is about and without a full stop: `sees only my state, and may write`.
 * What the rule leaves open is left out, because another rule decides it.
 */
export function sentenceOf(
  rule: Stated & { readonly until?: number },
  number: GrammaticalNumber,
  views: readonly View[],
  now: number,
): string {
  const { subscribe, fetch } = rule;
  const sees: string[] = [];
  const may: string[] = [];
  const cannot: string[] = [];
  const { kind, view } = kindOf(rule.view, views);

  if (subscribe === 'allow') sees.push(say(`rules.sees.${kind}.${number}`, { view }));
  else if (subscribe === 'ask') sees.push(say(`rules.ask.${kind}`, { view, count: COUNT_OF[number] }));
  else if (subscribe === 'pretend') sees.push(t(`rules.polite.${number}`));
  else if (subscribe === undefined && kind !== 'open')
    sees.push(say(`rules.shown.${kind}.${number}`, { view }));

  if (fetch !== undefined && (subscribe === undefined || fetch !== IMPLIED[subscribe])) {
    if (fetch === 'pretend') sees.push(t(`rules.polite-look.${number}`));
    else (fetch === 'allow' ? may : cannot).push(t('rules.look'));
  }
  // Whoever cannot watch but may look once still sees something.
  if (subscribe === 'deny')
    cannot.unshift(t(fetch === undefined || fetch === 'deny' ? 'rules.see' : 'rules.watch'));

  for (const name of ['send', 'change', 'read'] as const) {
    if (rule[name] !== undefined) (rule[name] === 'allow' ? may : cannot).push(t(`rules.${name}`));
  }

  const positive = [...sees, list('may', may, number)].filter((part) => part !== undefined);
  const denied = list('cannot', cannot, number);
  const negative =
    denied !== undefined && subscribe === 'deny'
      ? t('rules.both', { first: denied, second: t(`rules.told.${number}`) })
      : denied;
  const first = joined(positive);
  const sentence =
    first !== undefined && negative !== undefined
      ? t('rules.but', { first, second: negative })
      : (first ?? negative ?? t(`rules.nothing.${number}`));
  return rule.until === undefined || rule.until <= now
    ? sentence
    : t('rules.until', { sentence, time: timeAhead(rule.until, now) });
}

function joined(parts: readonly string[]): string | undefined {
  const [first, second, third] = parts;
  if (first === undefined || second === undefined) return first;
  return third === undefined
    ? t('rules.both', { first, second })
    : t('rules.three', { first, second, third });
}
