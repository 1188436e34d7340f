import type { Rule, Watcher } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { useRules } from '../store/hooks.ts';
import { useWatchers } from '../watchers/use-watchers.ts';
import { decidingRule, effectOn, isSameRule, judged, principalOf, type RuleName } from './judge.ts';
import styles from './RuleEditor.module.css';
import { type People, whoTitle } from './subjects.ts';
import { usePeople } from './use-rules.ts';

interface Props {
  readonly account: string;
  readonly rule: Rule;
  /** All rules as they are once this one is saved. */
  readonly after: readonly Rule[];
  readonly now: number;
  readonly isChanged: boolean;
}

/** How many watchers the rule concerns now, and for how many saving it changes what they see. */
export function Concerned({ account, rule, after, now, isChanged }: Props) {
  const before = useRules(account);
  const people = usePeople(account);
  const { watchers } = useWatchers(account);
  if (watchers === undefined) return <span className={styles.concerned} />;
  const concerned = concernedBy(rule, after, watchers, account, now);
  const changed = concerned.filter(({ address }) => !isAlike(address, before, after, account, now)).length;
  return (
    <span className={styles.concerned}>
      {countWords(concerned, people)}
      {isChanged && concerned.length > 0 && (
        <>
          {' '}
          {changed === 0
            ? t('rules.watchers.same')
            : concerned.length === 1
              ? t('rules.watchers.changes.one')
              : t('rules.watchers.changes', { count: changed })}
        </>
      )}
    </span>
  );
}

/** Those who watch and for whom the rule decides whether, or what, they see. */
export function concernedBy(
  rule: Rule,
  after: readonly Rule[],
  watchers: readonly Watcher[],
  owner: string,
  now: number,
): readonly Watcher[] {
  const rules = judged(after, now);
  const isIt = (decider: RuleName | undefined): boolean => decider !== undefined && isSameRule(decider, rule);
  return watchers.filter(({ address, state }) => {
    if (state === 'fetched') return false;
    const who = principalOf(address);
    return (['subscribe', 'view'] as const).some((name) => isIt(decidingRule(rules, name, who, owner, now)));
  });
}

function isAlike(
  address: string,
  before: readonly Rule[],
  after: readonly Rule[],
  owner: string,
  now: number,
): boolean {
  const who = principalOf(address);
  const [one, other] = [before, after].map((list) => effectOn(judged(list, now), who, owner, now));
  return one?.subscribe === other?.subscribe && one?.view === other?.view;
}

function countWords(watchers: readonly Watcher[], people: People): string {
  const [first, second] = watchers.map(({ address }) => whoTitle(address, people));
  if (first === undefined) return t('rules.watchers.none');
  if (second === undefined) return t('rules.watchers.one', { name: first });
  if (watchers.length === 2) return t('rules.watchers.two', { first, second });
  return t('rules.watchers.more', { count: watchers.length, first, second, rest: watchers.length - 2 });
}
