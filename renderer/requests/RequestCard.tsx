import { formatList } from '../../shared/i18n/formats.ts';
import { useMemo, useState } from 'react';
import { viewOf } from '../../shared/impp/access-rules.ts';
import { domainOf, label } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Button } from '../components/Button.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { Icon } from '../components/Icon.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Select } from '../components/Select.tsx';
import { t } from '../../shared/i18n/t.ts';
import { dayLong, timeAhead, timeWithDay } from '../i18n/times.ts';
import { BUILT_IN_VIEWS, isBuiltIn, viewTitle } from '../i18n/views.ts';
import { useJudged } from '../rules/use-rules.ts';
import { useAccount, useProgram, useViews } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import pane from '../styles/pane.module.css';
import type { Asking } from './asking.ts';
import styles from './Requests.module.css';
import { UntilDialog } from './UntilDialog.tsx';

interface Props {
  readonly asking: Asking;
  readonly hasAccount: boolean;
}

/** A request that nobody answers lapses after so long [IMPP 7]. */
const LAPSE = 30 * 86_400_000;

/** Someone who asks or writes for the first time, with what is needed to decide, and the answers there are. */
export function RequestCard({ asking, hasAccount }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const { account, address, name, contact, request, conversation } = asking;
  const policy = useAccount(account)?.policy ?? [];
  const views = useViews(account);
  const { rules, now } = useJudged(account);
  const given = useMemo(
    () => viewOf(rules, { url: address, isAnonymous: false }, account, now),
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

  const accept = async (until?: number): Promise<void> => {
    if (contact === undefined)
      await call('contact.add', { account, address, name: request?.name ?? '', groups: [] });
    await call('rules.change', {
      account,
      who: address,
      change: {
        ...(request === undefined ? {} : { subscribe: 'allow', fetch: 'allow' }),
        send: 'allow',
        view,
        ...(until === undefined ? {} : { until }),
      },
    });
  };
  /** Who only asked to see may still write; who wrote is no longer taken. */
  const decline = (): Promise<null> =>
    conversation === undefined
      ? call('request.answer', { account, address, allow: false })
      : call('rules.change', {
          account,
          who: address,
          change: { subscribe: 'deny', fetch: 'deny', send: 'deny' },
        });

  return (
    <article
      className={`${pane.card} ${styles.card}`}
      aria-label={t(request === undefined ? 'requests.label.writes' : 'requests.label', { name })}
    >
      <header>
        <Avatar address={address} name={name} />
        <div className={styles.who}>
          <h2 dir="auto">{name}</h2>
          {label(address) !== name && <bdi>{label(address)}</bdi>}
        </div>
        <time dateTime={new Date(asking.at).toISOString()}>{timeWithDay(asking.at, now)}</time>
      </header>
      <Said asking={asking} />
      <ul className={styles.facts}>
        <li>
          <Icon name="user" size="small" />
          {contact === undefined ? t('requests.stranger') : t('requests.contact')}
        </li>
        {request !== undefined && (
          <li>
            <Icon name="clock" size="small" />
            {t('requests.waits', { date: dayLong(request.since + LAPSE, now) })}
          </li>
        )}
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
        <Button size="small" look="primary" isDisabled={isBusy} onPress={() => run(() => accept())}>
          {t('requests.accept')}
        </Button>
        <Button size="small" isDisabled={isBusy} onPress={() => setQuestion('until')}>
          {t('requests.until')}
        </Button>
        <span className={styles.grow} />
        <Button size="small" look="quiet" isDisabled={isBusy} onPress={() => run(decline)}>
          {t('requests.decline')}
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
          work={accept}
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

/** What they wrote, as text and nothing else: a link of a stranger leads nowhere, and no image is drawn. */
function Said({ asking: { account, address, request, conversation } }: { readonly asking: Asking }) {
  const { view } = useProgram();
  const files = formatList(conversation?.last?.files.map((file) => file.name) ?? []);
  const text = request?.message || conversation?.last?.text || files;
  const unread = conversation?.unread ?? 0;
  return (
    <div className={styles.said}>
      {text !== '' && (
        <p className={styles.message} dir="auto">
          {text}
        </p>
      )}
      {request !== undefined && (
        <p className={text === '' ? undefined : styles.also}>
          {text === '' ? t('requests.text') : t('requests.also')}
        </p>
      )}
      {unread > 1 && (
        <Button size="tiny" look="quiet" onPress={() => view.getState().openConversation(account, address)}>
          {t('requests.read-all', { count: unread })}
        </Button>
      )}
    </div>
  );
}
