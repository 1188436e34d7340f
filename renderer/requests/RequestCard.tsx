import { useMemo, useState } from 'react';
import { AccessRules, viewOf } from '../../shared/impp/access-rules.ts';
import type { Contact, WatchRequest } from '../../shared/model.ts';
import { domainOf, label } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Button } from '../components/Button.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { Icon } from '../components/Icon.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Select } from '../components/Select.tsx';
import { t } from '../i18n/t.ts';
import { dayLong, timeAhead, timeWithDay } from '../i18n/times.ts';
import { BUILT_IN_VIEWS, isBuiltIn, viewTitle } from '../i18n/views.ts';
import { useAccount, useNow, useProgram, useRules, useViews } from '../store/hooks.ts';
import { nameFor } from '../store/names.ts';
import { useCommand } from '../store/use-command.ts';
import pane from '../styles/pane.module.css';
import styles from './Requests.module.css';
import { UntilDialog } from './UntilDialog.tsx';

interface Props {
  readonly request: WatchRequest;
  readonly contact: Contact | undefined;
  readonly hasAccount: boolean;
}

const MINUTE = 60_000;
/** A request that nobody answers lapses after so long [IMPP 7]. */
const LAPSE = 30 * 86_400_000;

/** Someone who asks, with what is needed to decide, and the answers there are. */
export function RequestCard({ request, contact, hasAccount }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const now = useNow(MINUTE);
  const { account, address, since, message } = request;
  const name = contact === undefined ? (request.name ?? label(address)) : nameFor(contact, address);
  const policy = useAccount(account)?.policy ?? [];
  const views = useViews(account);
  const rules = useRules(account);
  const given = useMemo(
    () => viewOf(new AccessRules(rules), { url: address, isAnonymous: false }, account, now),
    [rules, address, account, now],
  );
  const [chosen, setChosen] = useState<string>();
  const [question, setQuestion] = useState<'until' | 'polite'>();
  const view = chosen ?? given;
  const ids = [
    ...BUILT_IN_VIEWS,
    ...views.map(({ id }) => id).filter((id) => !isBuiltIn(id)),
    // A rule may name a view that is no longer there.
    ...(isBuiltIn(given) || views.some(({ id }) => id === given) ? [] : [given]),
  ];

  const answer = (allow: boolean): Promise<null> => call('request.answer', { account, address, allow });
  const allow = (until?: number): Promise<null> =>
    view === given && until === undefined
      ? answer(true)
      : call('rules.change', {
          account,
          who: address,
          change: {
            subscribe: 'allow',
            fetch: 'allow',
            view,
            ...(until === undefined ? {} : { until }),
          },
        });

  return (
    <article className={`${pane.card} ${styles.card}`} aria-label={t('requests.label', { name })}>
      <header>
        <Avatar address={address} name={name} />
        <div className={styles.who}>
          <h2 dir="auto">{name}</h2>
          {label(address) !== name && <bdi>{label(address)}</bdi>}
        </div>
        <time dateTime={new Date(since).toISOString()}>{timeWithDay(since, now)}</time>
      </header>
      <div className={styles.said}>
        {message !== undefined && message !== '' && (
          <p className={styles.message} dir="auto">
            {message}
          </p>
        )}
        <p className={message === undefined || message === '' ? undefined : styles.also}>
          {message === undefined || message === '' ? t('requests.text') : t('requests.also')}
        </p>
      </div>
      <ul className={styles.facts}>
        <li>
          <Icon name="user" size="small" />
          {contact === undefined ? t('requests.stranger') : t('requests.contact')}
        </li>
        <li>
          <Icon name="clock" size="small" />
          {t('requests.waits', { date: dayLong(since + LAPSE, now) })}
        </li>
        {hasAccount && (
          <li>
            <Icon name="at" size="small" />
            {t('requests.to', { account: label(account) })}
          </li>
        )}
      </ul>
      {problem !== undefined && (
        <div className={styles.problem}>
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
        </div>
      )}
      <footer>
        <Select
          label={t('requests.as')}
          value={view}
          options={ids.map((id) => ({ value: id, text: viewTitle(id, views) }))}
          onChange={setChosen}
        />
        <Button size="small" look="primary" isDisabled={isBusy} onPress={() => run(() => allow())}>
          {t('requests.allow')}
        </Button>
        <Button size="small" isDisabled={isBusy} onPress={() => setQuestion('until')}>
          {t('requests.until')}
        </Button>
        <span className={styles.grow} />
        <Button size="small" look="quiet" isDisabled={isBusy} onPress={() => run(() => answer(false))}>
          {t('requests.refuse')}
        </Button>
        {policy.includes('no-pretend') ? (
          <span className={styles.forbidden}>
            {t('watchers.polite.forbidden', { domain: domainOf(account) })}
          </span>
        ) : (
          <Button size="small" look="quiet" isDisabled={isBusy} onPress={() => setQuestion('polite')}>
            {t('requests.polite')}
          </Button>
        )}
      </footer>
      {question === 'until' && (
        <UntilDialog
          name={name}
          account={account}
          work={allow}
          say={(until) => t('requests.until.chosen', { until: timeAhead(until, now) })}
          onClose={() => setQuestion(undefined)}
        />
      )}
      {question === 'polite' && (
        <Confirm
          title={t('watchers.polite.title', { name })}
          text={t('watchers.polite.text', { name })}
          confirm={t('watchers.polite.confirm')}
          subject={{ attempt: 'other', address: account }}
          work={() =>
            call('rules.change', {
              account,
              who: address,
              change: { subscribe: 'pretend', fetch: 'pretend' },
            })
          }
          onClose={() => setQuestion(undefined)}
        />
      )}
    </article>
  );
}
