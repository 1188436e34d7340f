import { useEffect, useState } from 'react';
import type { ResponseOf } from '../../../shared/ipc.ts';
import type { Account } from '../../../shared/model.ts';
import { formatSize } from '../../../shared/i18n/formats.ts';
import { t } from '../../../shared/i18n/t.ts';
import { domainOf } from '../../address.ts';
import { Button } from '../../components/Button.tsx';
import { ProblemCallout } from '../../components/Problem.tsx';
import { ActionButton } from '../../connection/ActionButton.tsx';
import { bannerWords } from '../../connection/banner-words.ts';
import { timeWithDay } from '../../i18n/times.ts';
import { useMirror, useNow, useProgram } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
import messages from '../Messages.module.css';
import styles from '../Settings.module.css';
import own from './Now.module.css';

/** The state of the connection in sentences, and what to do about it. */
export function Now({ account }: { readonly account: Account }) {
  const { phase, way, retryAt } = account.connection;
  const { maxMessageSize } = account;
  const now = useNow(phase === 'waiting' && retryAt !== undefined ? 500 : 60_000);
  return (
    <>
      <div className={styles.list}>
        {phase === 'online' && way !== undefined ? (
          <Online way={way} now={now} />
        ) : (
          <Offline account={account} now={now} />
        )}
        {maxMessageSize !== undefined && (
          <div className={styles.option}>
            <div className={styles.what}>
              <b>{t('network.largest')}</b>
              <small>{t('network.largest.hint', { limit: formatSize(maxMessageSize) })}</small>
            </div>
          </div>
        )}
        <Waiting account={account} />
      </div>
      <Looking account={account} />
    </>
  );
}

function Online({
  way,
  now,
}: {
  readonly way: NonNullable<Account['connection']['way']>;
  readonly now: number;
}) {
  const { since, mechanism, tls, proxy } = way;
  return (
    <div className={styles.option}>
      <div className={styles.what}>
        <b>{t('network.connected', { time: timeWithDay(since, now) })}</b>
        <small>
          {tls === undefined
            ? t('network.open', { mechanism })
            : t('network.private', { version: tls.version, mechanism })}
        </small>
        {proxy !== undefined && <small>{t('network.through', { proxy })}</small>}
      </div>
      <span className={own.good}>{t('network.good')}</span>
    </div>
  );
}

function Offline({ account, now }: { readonly account: Account; readonly now: number }) {
  const doing = useCommand();
  const words = bannerWords(account, now);
  if (words === undefined) return null;
  return (
    <div className={styles.option}>
      <div className={styles.what} role={words.icon === 'refresh' ? undefined : 'status'}>
        <b>{words.head}</b> {words.text}
      </div>
      <span className={styles.actions}>
        {words.otherwise !== undefined && words.otherwise !== 'network' && (
          <ActionButton action={words.otherwise} account={account} doing={doing} size="small" isQuiet />
        )}
        {words.action !== undefined && (
          <ActionButton action={words.action} account={account} doing={doing} size="small" />
        )}
      </span>
      {doing.problem !== undefined && doing.problem.code !== account.connection.problem?.code && (
        <div className={styles.problem}>
          <ProblemCallout problem={doing.problem} subject={{ attempt: 'connection', address: account.id }} />
        </div>
      )}
    </div>
  );
}

/** What is on its way, and has no answer; asked anew when the connection or the history changes. */
function Waiting({ account }: { readonly account: Account }) {
  const { call, view } = useProgram();
  const [waiting, setWaiting] = useState<ResponseOf<'account.waiting'>>();
  const { phase } = account.connection;
  const last = useMirror((mirror) => mirror.conversations);
  useEffect(() => {
    let isCurrent = true;
    call('account.waiting', { account: account.id }).then(
      (answer) => isCurrent && setWaiting(answer),
      () => isCurrent && setWaiting(undefined),
    );
    return () => {
      isCurrent = false;
    };
  }, [call, account.id, phase, last]);
  const { messages: count = 0, octets = 0, peer } = waiting ?? {};
  if (peer === undefined) return null;
  return (
    <div className={styles.option}>
      <div className={styles.what}>
        <b>{t('network.waiting')}</b>
        <small>{t('network.waiting.count', { count, size: formatSize(octets) })}</small>
      </div>
      <Button
        size="small"
        aria-label={t('network.waiting.show.label')}
        onPress={() => view.getState().openConversation(account.id, peer)}
      >
        {t('network.waiting.show')}
      </Button>
    </div>
  );
}

/** Asks the domain for an answer and says how long that took; what happened before goes into a file. */
function Looking({ account }: { readonly account: Account }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [words, setWords] = useState('');
  const isOnline = account.connection.phase === 'online';
  const check = (): void => {
    setWords('');
    run(
      () => call('account.check', { account: account.id }),
      ({ took }) => setWords(t('network.check.took', { domain: domainOf(account.id), took })),
    );
  };
  const save = (): void => {
    setWords('');
    run(
      () => call('log.save', null),
      (saved) => saved !== null && setWords(t('network.log.saved', { path: saved.path })),
    );
  };
  return (
    <>
      <div className={own.looking}>
        {isOnline && (
          <Button size="small" isBusy={isBusy} onPress={check}>
            {t('network.check')}
          </Button>
        )}
        <Button size="small" isBusy={isBusy} onPress={save} aria-describedby="network-log">
          {t('network.log')}
        </Button>
        <span role="status" dir="auto">
          {words}
        </span>
      </div>
      <p id="network-log" className={messages.note}>
        {t('network.log.hint')}
      </p>
      {problem !== undefined && (
        <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
      )}
    </>
  );
}
