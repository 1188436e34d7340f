import { useState } from 'react';
import type { Account } from '../../../shared/model.ts';
import { formatSize } from '../../../shared/i18n/formats.ts';
import { t } from '../../../shared/i18n/t.ts';
import { domainOf } from '../../address.ts';
import { Button } from '../../components/Button.tsx';
import { ProblemCallout } from '../../components/Problem.tsx';
import { ActionButton } from '../../connection/ActionButton.tsx';
import { bannerWords } from '../../connection/banner-words.ts';
import { timeWithDay } from '../../i18n/times.ts';
import { useNow, useProgram } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
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
      </div>
      {phase === 'online' && <Check account={account} />}
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

/** Asks the domain for an answer, and says how long that took. */
function Check({ account }: { readonly account: Account }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [took, setTook] = useState<number>();
  return (
    <div className={own.check}>
      <Button
        size="small"
        isBusy={isBusy}
        onPress={() => {
          setTook(undefined);
          run(
            () => call('account.check', { account: account.id }),
            (answer) => setTook(answer.took),
          );
        }}
      >
        {t('network.check')}
      </Button>
      <span role="status">
        {took !== undefined && t('network.check.took', { domain: domainOf(account.id), took })}
      </span>
      {problem !== undefined && (
        <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
      )}
    </div>
  );
}
