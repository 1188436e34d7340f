import { useState } from 'react';
import type { Rule } from '../../shared/model.ts';
import { domainOf } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import type { ControlSign } from '../components/signs.tsx';
import { Select } from '../components/Select.tsx';
import { Switch } from '../components/Switch.tsx';
import { t } from '../../shared/i18n/t.ts';
import { viewTitle } from '../i18n/views.ts';
import { useAccount, useMirror, useProgram, useRules, useSettings, useViews } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { useCommand } from '../store/use-command.ts';
import { type Access as AccessOfOne, accessOf, ASK, isBlocked, seesSentence, SHOW } from './person-access.ts';
import { AccessDialog, type AccessQuestion } from './AccessDialogs.tsx';
import person from '../contacts/Person.module.css';
import styles from './Access.module.css';
import { isFor, judged, type RuleName, type Statement } from './judge.ts';
import { subjectOf } from './subjects.ts';
import { UntilField } from './UntilField.tsx';
import { useJudged, usePeople } from './use-rules.ts';

interface Props {
  readonly account: string;
  readonly address: string;
  readonly name: string;
}

/** What one person sees of oneself and may do, and the common changes of it. Shown once the rules are known. */
export function Access(props: Props) {
  const isKnown = useMirror((mirror) => mirror.rules.has(props.account));
  if (!isKnown || props.address === props.account) return null;
  return (
    <>
      <Sees {...props} />
      <Changes {...props} />
    </>
  );
}

function Sees({ account, address, name }: Props) {
  const { view } = useProgram();
  const views = useViews(account);
  const people = usePeople(account);
  const { rules, now } = useJudged(account);
  const access = accessOf(rules, address, account, now);
  const { rule } = access;
  const open = (about: { rule?: RuleName; watcher?: string }): void =>
    view.getState().open({ type: 'settings', pane: 'rules', about: { account, ...about } });
  return (
    <section className={person.block} aria-label={t('access.sees', { name })}>
      <h3>{t('access.sees', { name })}</h3>
      <p className={styles.text}>{seesSentence(access, name, views)}</p>
      <p className={styles.because}>
        {rule === undefined
          ? t('access.because.built-in')
          : t('access.because', { rule: subjectOf(rule, people).name })}
        {rule !== undefined &&
          (rule.group !== undefined || rule.who.length > 1) &&
          ` ${t('access.because.group', { name })}`}
      </p>
      <div className={styles.links}>
        <Button size="tiny" look="quiet" onPress={() => open({ watcher: address })}>
          {t('access.view-as', { name })}
        </Button>
        {rule !== undefined && (
          <Button size="tiny" look="quiet" onPress={() => open({ rule })}>
            {t('access.rule')}
          </Button>
        )}
      </div>
    </section>
  );
}

function Changes({ account, address, name }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const list = useRules(account);
  const views = useViews(account);
  const policy = useAccount(account)?.policy ?? [];
  const { rules, now } = useJudged(account);
  const [question, setQuestion] = useState<AccessQuestion>();
  const access = accessOf(rules, address, account, now);
  const { effect, own } = access;
  // What a rule for their whole domain refuses is changed in that rule.
  const canUnblock =
    (isBlocked(access) || effect.subscribe === 'pretend') && list.some((rule) => isFor(rule, address));
  const isForbidden = policy.includes('no-pretend');

  const change = (part: Partial<Statement>): void =>
    run(() => call('rules.change', { account, who: address, change: part }));
  const end = (until: number | undefined): void => {
    if (until !== undefined) {
      change({ until });
      return;
    }
    const rule = list.find((one) => isFor(one, address));
    if (rule === undefined) return;
    const { until: _, ...rest } = rule;
    run(() => call('rules.put', { account, rule: { ...rest, who: [address] } }));
  };

  return (
    <section className={person.block} aria-label={t('access.title')}>
      <h3>{t('access.title')}</h3>
      <SeesAs
        access={access}
        views={views}
        onChange={(value) => {
          if (value === 'ask') change(ASK);
          else if (value === 'deny') setQuestion('hide');
          else if (value === 'pretend') setQuestion('polite');
          else change(SHOW(value.slice(VIEW.length)));
        }}
        isForbidden={isForbidden}
      />
      <div className={styles.setting}>
        <span aria-hidden="true">{t('access.send')}</span>
        <Switch
          label={t('access.send')}
          isOn={effect.send === 'allow'}
          onChange={(isOn) => change({ send: isOn ? 'allow' : 'deny' })}
        />
      </div>
      <Marks account={account} address={address} />
      {own !== undefined && (
        <div className={styles.setting}>
          <span aria-hidden="true">{t('access.until')}</span>
          <UntilField
            label={t('access.until')}
            value={own.until}
            now={now}
            onChange={end}
            isDisabled={isBusy}
            isImmediate
          />
        </div>
      )}
      {own?.until !== undefined && (
        <p className={styles.because}>
          {t('access.until.then', {
            name,
            sentence: seesSentence(afterOwn(list, address, account, own.until), name, views),
          })}
        </p>
      )}
      {problem !== undefined && (
        <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
      )}
      <div className={styles.acts}>
        <Act
          icon="eye"
          words={t('access.more')}
          hint={t('access.more.hint')}
          onPress={() => setQuestion('more')}
        />
        {effect.subscribe !== 'pretend' && (
          <Act
            icon="polite"
            words={t('access.polite')}
            hint={
              isForbidden
                ? t('access.polite.forbidden', { domain: domainOf(account) })
                : t('access.polite.hint')
            }
            isDisabled={isForbidden}
            onPress={() => setQuestion('polite')}
          />
        )}
        {canUnblock && (
          <Act
            icon="check"
            words={t('access.unblock')}
            hint={seesSentence(afterOwn(list, address, account, now), name, views)}
            onPress={() => run(() => call('rules.remove', { account, who: [address] }))}
          />
        )}
        {!isBlocked(access) && (
          <Act
            icon="block"
            isDanger
            words={t('access.block')}
            hint={t('access.block.hint')}
            onPress={() => setQuestion('block')}
          />
        )}
      </div>
      {question !== undefined && (
        <AccessDialog
          account={account}
          address={address}
          name={name}
          question={question}
          onClose={() => setQuestion(undefined)}
        />
      )}
    </section>
  );
}

/** What holds for somebody once no rule names them. */
const afterOwn = (list: readonly Rule[], address: string, owner: string, now: number): AccessOfOne =>
  accessOf(
    judged(
      list.filter((rule) => !isFor(rule, address)),
      now,
    ),
    address,
    owner,
    now,
  );

/** Whether they are told that one has read and that one writes: else as the settings say for everybody. */
function Marks({ account, address }: Omit<Props, 'name'>) {
  const { call } = useProgram();
  const { run, problem } = useCommand();
  const { sendsReceipts, sendsTyping } = useSettings();
  const own = useMirror((mirror) => mirror.conversations.get(pairKey(account, address)));
  const isOn = (own?.sendsReceipts ?? sendsReceipts) || (own?.sendsTyping ?? sendsTyping);
  return (
    <>
      <div className={styles.setting}>
        <span aria-hidden="true">{t('access.marks')}</span>
        <Switch
          label={t('access.marks')}
          isOn={isOn}
          onChange={(wanted) =>
            run(() =>
              call('conversation.change', {
                account,
                peer: address,
                sendsReceipts: wanted === sendsReceipts ? null : wanted,
                sendsTyping: wanted === sendsTyping ? null : wanted,
              }),
            )
          }
        />
      </div>
      {problem !== undefined && (
        <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
      )}
    </>
  );
}

const VIEW = 'view:';

interface SeesAsProps {
  readonly access: AccessOfOne;
  readonly views: ReturnType<typeof useViews>;
  readonly isForbidden: boolean;
  readonly onChange: (value: string) => void;
}

function SeesAs({ access, views, isForbidden, onChange }: SeesAsProps) {
  const { subscribe, view } = access.effect;
  const ids = views.some(({ id }) => id === view)
    ? views.map(({ id }) => id)
    : [...views.map(({ id }) => id), view];
  return (
    <div className={styles.setting}>
      <span aria-hidden="true">{t('access.sees-as')}</span>
      <Select<string>
        label={t('access.sees-as')}
        isLabelHidden
        value={subscribe === 'allow' ? `${VIEW}${view}` : subscribe}
        options={[
          ...ids.map((id) => ({ value: `${VIEW}${id}`, text: viewTitle(id, views) })),
          { value: 'ask', text: t('access.ask') },
          { value: 'deny', text: t('access.deny') },
          ...(isForbidden && subscribe !== 'pretend'
            ? []
            : [{ value: 'pretend', text: t('access.pretend') }]),
        ]}
        onChange={onChange}
      />
    </div>
  );
}

interface ActProps {
  readonly icon: ControlSign;
  readonly words: string;
  readonly hint: string;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  readonly onPress: () => void;
}

function Act({ icon, words, hint, isDanger = false, isDisabled = false, onPress }: ActProps) {
  return (
    <button
      type="button"
      className={styles.act}
      data-danger={isDanger || undefined}
      disabled={isDisabled}
      onClick={onPress}
    >
      <Icon name={icon} />
      <span>
        {words}
        <small>{hint}</small>
      </span>
    </button>
  );
}
