import type { Rule, View } from '../../shared/model.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import type { RowProps } from '../components/RovingList.tsx';
import { t } from '../../shared/i18n/t.ts';
import { timeAhead } from '../i18n/times.ts';
import { isHost, isPerson } from './judge.ts';
import { sentenceOf } from './sentence.ts';
import styles from './Rules.module.css';
import { type People, type Subject, whoTitle } from './subjects.ts';

interface Props {
  readonly rule: Rule;
  readonly subject: Subject;
  readonly views: readonly View[];
  readonly people: People;
  readonly now: number;
  readonly isCurrent: boolean;
  readonly isBuiltIn: boolean;
  readonly onPress: () => void;
  readonly rowProps: RowProps;
}

/** A rule as a sentence with a name in front. */
export function RuleRow({
  rule,
  subject,
  views,
  people,
  now,
  isCurrent,
  isBuiltIn,
  onPress,
  rowProps,
}: Props) {
  const { until, ...rest } = rule;
  const isOver = until !== undefined && until <= now;
  return (
    <button
      type="button"
      {...rowProps}
      className={styles.rule}
      data-over={isOver || undefined}
      aria-current={isCurrent ? 'true' : undefined}
      onClick={onPress}
    >
      <RuleSign rule={rule} people={people} />
      <span className={styles.words}>
        <b dir="auto">{subject.title}</b>{' '}
        {t('rules.end', { sentence: sentenceOf(rest, subject.number, views, now) })}
        {until !== undefined && ' '}
        {until !== undefined && (
          <span className={styles.tag}>
            <Icon name="clock" size="small" />
            {isOver
              ? t('rules.tag.ended', { time: timeAhead(until, now) })
              : t('rules.tag.until', { time: timeAhead(until, now) })}
          </span>
        )}
        {isBuiltIn && ' '}
        {isBuiltIn && <span className={styles.tag}>{t('rules.built-in')}</span>}
      </span>
    </button>
  );
}

function RuleSign({ rule, people }: { readonly rule: Rule; readonly people: People }) {
  const [who = '*'] = rule.who;
  const isBlocked = rule.subscribe === 'deny' && rule.send === 'deny';
  if (rule.group === undefined && rule.who.length === 1 && isPerson(who)) {
    return <Avatar address={who} name={whoTitle(who, people)} size="middle" isSilent />;
  }
  return (
    <span className={styles.disc}>
      <Icon
        name={
          isBlocked && who !== 'anonymous'
            ? 'block'
            : rule.group === undefined && isHost(who)
              ? 'globe'
              : rule.who.length === 1 && who === 'anonymous'
                ? 'user'
                : 'users'
        }
        size="small"
      />
    </span>
  );
}
