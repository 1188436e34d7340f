import { useMemo, useState } from 'react';
import type { Rule, View } from '../../shared/model.ts';
import { domainOf } from '../address.ts';
import { Button, IconButton } from '../components/Button.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { Icon } from '../components/Icon.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Segments } from '../components/Segments.tsx';
import { Select } from '../components/Select.tsx';
import { t } from '../../shared/i18n/t.ts';
import { viewTitle } from '../i18n/views.ts';
import { useAccount, useProgram, useRules, useViews } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import { Concerned } from './Concerned.tsx';
import {
  effectOn,
  isPerson,
  isSameRule,
  judged,
  probeOf,
  type RuleName,
  rulesWith,
  rulesWithout,
  type Statement,
  toldOf,
} from './judge.ts';
import { Open, Toggle } from './RuleLines.tsx';
import { Overlaps } from './Overlaps.tsx';
import { GroupRow, People as PeopleRow } from './People.tsx';
import styles from './RuleEditor.module.css';
import { sentenceOf } from './sentence.ts';
import { membersOf, type Subject, subjectOf } from './subjects.ts';
import { Unsaved, useLeaving } from './Unsaved.tsx';
import { UntilField } from './UntilField.tsx';
import { useJudged, usePeople } from './use-rules.ts';

export interface Draft {
  readonly rule: Rule;
  /** What the rule was known by when it was opened; absent: it is a new one. */
  readonly former: RuleName | undefined;
  /** Begun by the person: to leave it is to lose it, even as it is. */
  readonly isNew: boolean;
}

interface Props {
  readonly account: string;
  readonly start: Draft;
  readonly onSaved: (rule: Rule) => void;
  readonly onRemoved: () => void;
  readonly onShow: (rule: Rule) => void;
}

const CHOICES = ['allow', 'ask', 'deny', 'pretend'] as const;
/** Looking once goes with seeing, until it is set apart. */
const LOOK = { allow: 'allow', ask: 'deny', deny: 'deny', pretend: 'pretend' } as const;

type Part = keyof Statement;
const PARTS = [
  'subscribe',
  'fetch',
  'send',
  'change',
  'read',
  'view',
  'until',
] as const satisfies readonly Part[];

/** One rule with its controls: the sentence changes while one edits, nothing else does until it is saved. */
export function RuleEditor({ account, start, onSaved, onRemoved, onShow }: Props) {
  const { call, view } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const list = useRules(account);
  const views = useViews(account);
  const people = usePeople(account);
  const policy = useAccount(account)?.policy ?? [];
  const { now } = useJudged(account);
  const [edited, setRule] = useState(start.rule);
  // Of a group it is about whoever is in it now.
  const rule = useMemo(
    () => (edited.group === undefined ? edited : { ...edited, who: membersOf(edited.group, people) }),
    [edited, people],
  );
  const [isRare, setRare] = useState(start.rule.change !== undefined || start.rule.read !== undefined);
  const [isRemoving, setRemoving] = useState(false);

  // Another device may have changed the rule meanwhile: what is here unchanged follows it.
  const { former } = start;
  const stored = former && list.find((one) => isSameRule(one, former));
  const base = stored ?? start.rule;
  const [seen, setSeen] = useState(base);
  if (seen !== base) {
    setSeen(base);
    if (isSame(edited, seen)) setRule(base);
  }

  const subject = subjectOf(rule, people);
  const { name: whom, number } = subject;
  const others = rulesWithout(list, former ?? (rule.group === undefined ? undefined : rule));
  const place = list.findIndex((one) => isSameRule(one, rule));
  const isChanged = former === undefined || !isSame(rule, base);
  const isForbidden = policy.includes('no-pretend');
  const canHavePeople =
    rule.group === undefined && !rule.who.includes('*') && !rule.who.includes('anonymous');
  const isForNobody = rule.group === undefined && rule.who.length === 0;

  // A built-in rule that was only looked at is no edit, although it could be saved.
  const isEdited = start.isNew || !isSame(rule, base);
  const { leave, stay } = useLeaving(isEdited);

  const change = (part: Partial<Record<Part, unknown>>): void =>
    setRule((before) => {
      const next = { ...before, ...part } as Record<string, unknown>;
      for (const name of PARTS) if (next[name] === undefined) delete next[name];
      return next as unknown as Rule;
    });
  const put = (): Promise<null> =>
    call('rules.put', {
      account,
      rule,
      ...(former === undefined ? {} : { former: [...former.who] }),
    });
  const save = (): void =>
    run(put, () => {
      view.getState().announce(t('rules.saved'));
      onSaved(rule);
    });

  return (
    <section className={styles.editor} aria-label={t('rules.editor')}>
      <header className={styles.head}>
        <div>
          <h2 dir="auto">{whom}</h2>
          <p aria-live="polite">{t('rules.end', { sentence: sentenceOf(rule, number, views, now) })}</p>
        </div>
        {former !== undefined && (
          <IconButton label={t('rules.remove')} onPress={() => setRemoving(true)}>
            <Icon name="trash" />
          </IconButton>
        )}
      </header>

      {rule.group !== undefined && <GroupRow rule={rule} people={people} />}
      {canHavePeople && (rule.who.length > 1 || rule.who.some(isPerson) || rule.who.length === 0) && (
        <PeopleRow
          who={rule.who}
          people={people}
          owner={account}
          onChange={(who) => setRule((before) => ({ ...before, who }))}
        />
      )}

      <div className={styles.line}>
        <span className={styles.label} aria-hidden="true">
          {t('rules.subscribe')}
        </span>
        <span className={styles.value}>
          <Segments
            label={t('rules.subscribe')}
            value={rule.subscribe}
            options={CHOICES.map((choice) => ({
              value: choice,
              text: t(`rules.subscribe.${choice}`),
              isDisabled: choice === 'pretend' && isForbidden,
            }))}
            onChange={(subscribe) => change({ subscribe, fetch: LOOK[subscribe] })}
          />
          {rule.subscribe !== undefined && isRare && (
            <Button
              size="tiny"
              look="quiet"
              onPress={() => change({ subscribe: undefined, fetch: undefined })}
            >
              {t('rules.leave-open')}
            </Button>
          )}
          {rule.subscribe === undefined && (
            <Open rule={rule} name="subscribe" account={account} others={others} now={now} />
          )}
          {isForbidden && (
            <span className={styles.note}>{t('rules.pretend.forbidden', { domain: domainOf(account) })}</span>
          )}
        </span>
      </div>

      <div className={styles.line}>
        <span className={styles.label}>{t('rules.shown')}</span>
        <span className={styles.value}>
          <Select
            label={t('rules.shown')}
            isLabelHidden
            value={rule.view ?? ''}
            isDisabled={rule.subscribe === 'pretend' || (rule.subscribe === 'deny' && rule.fetch !== 'allow')}
            options={[
              { value: '', text: t('rules.view.open') },
              ...views.map(({ id }) => ({ value: id, text: viewTitle(id, views) })),
              ...(rule.view === undefined || views.some(({ id }) => id === rule.view)
                ? []
                : [{ value: rule.view, text: viewTitle(rule.view, views) }]),
            ]}
            onChange={(id) => change({ view: id === '' ? undefined : id })}
          />
        </span>
      </div>

      <Toggle
        rule={rule}
        name="fetch"
        label={t('rules.fetch')}
        hint={t('rules.fetch.hint')}
        account={account}
        others={others}
        now={now}
        onChange={(isOn) =>
          change({ fetch: isOn ? 'allow' : rule.subscribe === 'pretend' ? 'pretend' : 'deny' })
        }
        onOpen={isRare ? () => change({ fetch: undefined }) : undefined}
      />
      <Toggle
        rule={rule}
        name="send"
        label={t('rules.send.label')}
        account={account}
        others={others}
        now={now}
        onChange={(isOn) => change({ send: isOn ? 'allow' : 'deny' })}
        onOpen={isRare ? () => change({ send: undefined }) : undefined}
      />
      <div className={styles.line}>
        <span className={styles.label}>{t('rules.until.label')}</span>
        <span className={styles.value}>
          <UntilField
            label={t('rules.until.label')}
            value={rule.until}
            now={now}
            onChange={(until) => change({ until })}
          />
        </span>
      </div>
      <div className={styles.line}>
        <span className={styles.label} />
        <button type="button" className={styles.rare} aria-expanded={isRare} onClick={() => setRare(!isRare)}>
          <Icon name={isRare ? 'chev-down' : 'chev-end'} size="small" isDirected={!isRare} />
          {t('rules.rare')}
        </button>
      </div>
      {isRare &&
        (['change', 'read'] as const).map((name) => (
          <Toggle
            key={name}
            rule={rule}
            name={name}
            label={t(`rules.${name}.label`)}
            {...(rule[name] === 'allow' ? { hint: t(`rules.${name}.warning`) } : {})}
            account={account}
            others={others}
            now={now}
            onChange={(isOn) => change({ [name]: isOn ? 'allow' : 'deny' })}
            onOpen={() => change({ [name]: undefined })}
          />
        ))}

      <Overlaps
        rule={rule}
        others={others}
        account={account}
        views={views}
        people={people}
        now={now}
        place={place < 0 ? others.length : place}
        onShow={onShow}
      />
      {problem !== undefined && (
        <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
      )}
      <footer className={styles.foot}>
        <Concerned
          account={account}
          rule={rule}
          after={rulesWith(list, rule, former)}
          now={now}
          isChanged={isChanged}
        />
        <Button
          size="small"
          isDisabled={!isChanged}
          onPress={() => (former === undefined ? onRemoved() : setRule(base))}
        >
          {t('rules.discard')}
        </Button>
        <Button
          size="small"
          look="primary"
          isBusy={isBusy}
          isDisabled={!isChanged || isForNobody}
          onPress={save}
        >
          {t('rules.save')}
        </Button>
      </footer>
      {leave !== undefined && (
        <Unsaved
          account={account}
          who={whom}
          save={isForNobody ? undefined : put}
          leave={leave}
          stay={stay}
        />
      )}
      {isRemoving && former !== undefined && (
        <Confirm
          title={t('rules.remove.title', { who: whom })}
          text={afterRemoval(rule, others, account, views, now, subject)}
          confirm={t('rules.remove.confirm')}
          subject={{ attempt: 'other', address: account }}
          work={() => call('rules.remove', { account, ...nameOf(former) }).then(onRemoved)}
          onClose={() => setRemoving(false)}
        />
      )}
    </section>
  );
}

/** What decides once the rule is gone, for as many as it is about. */
function afterRemoval(
  { who, group }: Rule,
  others: readonly Rule[],
  account: string,
  views: readonly View[],
  now: number,
  { title, number }: Subject,
): string {
  const [only] = who;
  if (group !== undefined || only === undefined || who.length > 1) return t('rules.remove.text.several');
  const effect = toldOf(effectOn(judged(others, now), probeOf(only), account, now));
  return t('rules.remove.text', { who: title, sentence: sentenceOf(effect, number, views, now) });
}

const nameOf = ({ who, group }: RuleName): { who: string[] } | { group: string } =>
  group === undefined ? { who: [...who] } : { group };

const isSame = (a: Rule, b: Rule): boolean => isSameRule(a, b) && PARTS.every((name) => a[name] === b[name]);
