import { useEffect, useState } from 'react';
import type { Problem } from '../../shared/model.ts';
import type { ResponseOf } from '../../shared/ipc.ts';
import { domainOf, label } from '../address.ts';
import { problemOf } from '../bridge.ts';
import { Avatar } from '../components/Avatar.tsx';
import { PersonField } from '../components/PersonField.tsx';
import { PresenceSign } from '../components/PresenceSign.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { presenceTimes, presenceWords } from '../i18n/presence.ts';
import { t } from '../../shared/i18n/t.ts';
import { timeOfDay } from '../i18n/times.ts';
import { useAccount, useProgram, useRules, useViews } from '../store/hooks.ts';
import { ownName } from '../store/names.ts';
import { decidingRule, principalOf } from './judge.ts';
import { subjectOf, whoTitle } from './subjects.ts';
import { useJudged, usePeople } from './use-rules.ts';
import styles from './ViewAs.module.css';

/** What others get, as the domain really answers: beside what one sees of oneself, or what somebody else gets. */
export function ViewAs({
  account,
  watcher,
  suggested,
}: {
  readonly account: string;
  readonly watcher?: string;
  /** Whom the open rule is about, shown until somebody else is chosen. */
  readonly suggested?: string | undefined;
}) {
  return (
    <section className={styles.section} aria-labelledby="view-as">
      <h2 id="view-as">{t('view-as.title')}</h2>
      <div className={styles.cards}>
        <Eyes
          account={account}
          label={t('view-as.pick')}
          suggested={suggested}
          {...(watcher === undefined ? {} : { first: watcher })}
        />
        <Eyes account={account} label={t('view-as.pick.second')} otherwise={account} />
      </div>
    </section>
  );
}

interface EyesProps {
  readonly account: string;
  readonly label: string;
  readonly first?: string;
  readonly suggested?: string | undefined;
  /** Whose eyes they are while nobody is chosen; the field stays empty. */
  readonly otherwise?: string;
}

function Eyes({ account, label: fieldLabel, first, suggested, otherwise }: EyesProps) {
  const people = usePeople(account);
  const [picked, setPicked] = useState(first);
  const chosen = picked ?? suggested;
  const watcher = chosen ?? otherwise;
  const [error, setError] = useState<string>();
  const name = chosen === undefined ? '' : watcherName(chosen, people);
  return (
    <div className={styles.eyes}>
      <PersonField
        key={`field ${suggested ?? ''}`}
        label={fieldLabel}
        isLabelHidden
        placeholder={t('view-as.placeholder')}
        people={people}
        others={[{ value: 'anonymous', name: t('view-as.anonymous') }]}
        initial={name}
        before={
          chosen !== undefined &&
          chosen !== 'anonymous' && <Avatar address={chosen} name={name} size="small" isSilent />
        }
        error={error}
        onPick={(value) => {
          setError(undefined);
          setPicked(value);
        }}
        onBad={() => setError(t('rules.new.person.bad'))}
      />
      {watcher === undefined ? (
        <p className={styles.why}>{t('view-as.none')}</p>
      ) : (
        <Answer key={`answer ${watcher}`} account={account} watcher={watcher} name={name} />
      )}
    </div>
  );
}

const watcherName = (watcher: string, people: ReturnType<typeof usePeople>): string =>
  watcher === 'anonymous' ? t('view-as.anonymous') : whoTitle(watcher, people);

interface AnswerProps {
  readonly account: string;
  readonly watcher: string;
  readonly name: string;
}

function Answer({ account, watcher, name }: AnswerProps) {
  const me = useAccount(account);
  const { answer, problem } = useAnswer(account, watcher);
  if (me === undefined) return null;
  const state = answer?.presence?.state ?? 'unknown';
  return (
    <>
      <div
        className={styles.card}
        role="group"
        aria-label={watcher === account ? t('view-as.label.you') : t('view-as.label', { name })}
        aria-live="polite"
      >
        <div className={styles.head}>
          <Avatar address={account} name={ownName(me)} {...(answer?.presence ? { state } : {})} isSilent />
          <div className={styles.me}>
            <b dir="auto">{answer?.presence?.displayName ?? ownName(me)}</b>
            <small>
              <bdi>{label(account)}</bdi>
            </small>
          </div>
        </div>
        {problem !== undefined ? (
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
        ) : answer === undefined ? (
          <p className={styles.when}>{t('view-as.asking', { domain: domainOf(account) })}</p>
        ) : (
          <Shown answer={answer} own={ownName(me)} />
        )}
      </div>
      {answer !== undefined && <Because account={account} watcher={watcher} answer={answer} />}
    </>
  );
}

type Answered = ResponseOf<'presence.viewAs'>;

function Shown({ answer, own }: { readonly answer: Answered; readonly own: string }) {
  const { presence, problem, state, at } = answer;
  if (problem !== undefined) {
    return (
      <p className={styles.told}>
        {problem.location === undefined
          ? t('view-as.refused', { name: own })
          : t('view-as.forwarded', { location: label(problem.location) })}
      </p>
    );
  }
  if (state === 'pending') return <p className={styles.told}>{t('view-as.pending')}</p>;
  if (presence === undefined) return <p className={styles.told}>{t('view-as.refused', { name: own })}</p>;
  return (
    <div className={styles.presence}>
      <PresenceSign state={presence.state} size="middle" isSilent />
      <div>
        <div className={styles.state}>{presenceWords(presence)}</div>
        {presence.note !== undefined && presence.note !== '' && <div dir="auto">{presence.note}</div>}
        {presenceTimes(presence, at).map((line) => (
          <div key={line} className={styles.when}>
            {line}
          </div>
        ))}
      </div>
    </div>
  );
}

function Because({
  account,
  watcher,
  answer,
}: {
  readonly account: string;
  readonly watcher: string;
  readonly answer: Answered;
}) {
  const people = usePeople(account);
  const { rules, now } = useJudged(account);
  const who = principalOf(watcher);
  const subscribe = decidingRule(rules, 'subscribe', who, account, now);
  const view = decidingRule(rules, 'view', who, account, now);
  // Once somebody may see, it is the view that decides what.
  const isShown = answer.state === 'active' && subscribe?.subscribe !== 'pretend';
  const rule = isShown ? (view ?? subscribe) : subscribe;
  return (
    <p className={styles.why}>
      {watcher === account
        ? t('view-as.because.oneself')
        : rule === undefined
          ? t('view-as.because.built-in')
          : t('view-as.because', { rule: subjectOf(rule, people).name })}{' '}
      {subscribe?.subscribe === 'pretend' && `${t('view-as.polite')} `}
      {t('view-as.answers', { domain: domainOf(account), time: timeOfDay(answer.at) })}
    </p>
  );
}

/** Asks the domain, and again when what it would answer may have changed. */
function useAnswer(
  account: string,
  watcher: string,
): { readonly answer: Answered | undefined; readonly problem: Problem | undefined } {
  const { call } = useProgram();
  const list = useRules(account);
  const views = useViews(account);
  const { now } = useJudged(account);
  const own = useAccount(account)?.own;
  const phase = useAccount(account)?.connection.phase;
  const [answer, setAnswer] = useState<Answered>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    let isOver = false;
    call('presence.viewAs', { account, watcher }).then(
      (value) => {
        if (isOver) return;
        setProblem(undefined);
        setAnswer(value);
      },
      (error: unknown) => {
        if (isOver) return;
        setAnswer(undefined);
        setProblem(problemOf(error));
      },
    );
    return () => {
      isOver = true;
    };
  }, [account, watcher, call, list, views, own, phase, now]);
  return { answer, problem };
}
