import { formatList } from '../../shared/i18n/formats.ts';
import type { Rule, View } from '../../shared/model.ts';
import { Button } from '../components/Button.tsx';
import { t } from '../../shared/i18n/t.ts';
import { effectOn, judged, overlapsOf, probeOf, ruleKey, toldOf } from './judge.ts';
import styles from './RuleEditor.module.css';
import { sentenceOf } from './sentence.ts';
import { type People, subjectOf, whoTitle } from './subjects.ts';

interface Props {
  readonly rule: Rule;
  readonly others: readonly Rule[];
  readonly account: string;
  readonly views: readonly View[];
  readonly people: People;
  readonly now: number;
  /** How many of the others stand before it. */
  readonly place: number;
  readonly onShow: (rule: Rule) => void;
}

/** Rules that speak of the same people and say something else: which of them wins, and what. */
export function Overlaps({ rule, others, account, views, people, now, place, onShow }: Props) {
  const overlaps = overlapsOf(rule, others, now, place);
  const after = afterEnd({ rule, others, account, views, people, now });
  if (overlaps.length === 0 && after === undefined) return null;
  return (
    <section className={styles.overlaps} aria-label={t('rules.overlap')}>
      <h3>{t('rules.overlap')}</h3>
      <ul>
        {overlaps.map((overlap) => {
          const { title, number } = subjectOf(overlap.rule, people);
          return (
            <li key={`${overlap.kind} ${ruleKey(overlap.rule)}`}>
              <span>
                <b dir="auto">{title}</b>{' '}
                {overlap.kind === 'moves'
                  ? t('rules.overlap.moves', {
                      name: formatList(overlap.both.map((who) => whoTitle(who, people))),
                    })
                  : `${t(overlap.kind === 'closer' ? 'rules.overlap.wins' : 'rules.overlap.loses')} ${t('rules.end', { sentence: sentenceOf(overlap.says, number, views, now) })}`}
              </span>
              <Button size="tiny" look="quiet" onPress={() => onShow(overlap.rule)}>
                {t('rules.overlap.edit')}
              </Button>
            </li>
          );
        })}
        {after !== undefined && <li>{after}</li>}
      </ul>
    </section>
  );
}

/** What holds for the one that the rule is about once its time is over. */
function afterEnd({
  rule,
  others,
  account,
  views,
  people,
  now,
}: Omit<Props, 'onShow' | 'place'>): string | undefined {
  const [only] = rule.who;
  if (rule.group !== undefined || rule.until === undefined || rule.until <= now) return undefined;
  if (only === undefined || rule.who.length > 1) return undefined;
  const { title, number } = subjectOf(rule, people);
  const effect = toldOf(effectOn(judged(others, rule.until), probeOf(only), account, rule.until));
  return t('rules.overlap.after', { who: title, sentence: sentenceOf(effect, number, views, now) });
}
