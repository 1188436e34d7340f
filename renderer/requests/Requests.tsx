import type { Contact, WatchRequest } from '../../shared/model.ts';
import { label } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Button, IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Banner } from '../connection/Banner.tsx';
import { t } from '../i18n/t.ts';
import { timeWithDay } from '../i18n/times.ts';
import { useMirror, useNow, useProgram } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { nameFor } from '../store/names.ts';
import { useCommand } from '../store/use-command.ts';
import pane from '../styles/pane.module.css';
import styles from './Requests.module.css';

/** People who ask to see one's presence and wait for an answer. */
export function Requests() {
  const { view } = useProgram();
  const requests = useMirror((mirror) => mirror.requests);
  const contacts = useMirror((mirror) => mirror.contacts);
  const isOneOfMany = useMirror((mirror) => mirror.accounts.length > 1);
  return (
    <main className={pane.pane}>
      <header className={pane.bar}>
        <IconButton isBack label={t('conversation.back')} onPress={() => view.getState().showList()}>
          <Icon name="chev-start" isDirected />
        </IconButton>
        <div className={pane.title}>
          <h1>{t('requests.title')}</h1>
          <div className={pane.lede}>{t('requests.lede')}</div>
        </div>
      </header>
      <Banner />
      <div className={pane.body}>
        <div className={styles.requests}>
          {requests.length === 0 ? (
            <div className={styles.empty}>
              <h2>{t('requests.empty')}</h2>
              <p>{t('requests.empty.text')}</p>
            </div>
          ) : (
            requests.map((one) => (
              <RequestCard
                key={pairKey(one.account, one.address)}
                request={one}
                contact={contacts.get(pairKey(one.account, one.address))}
                hasAccount={isOneOfMany}
              />
            ))
          )}
        </div>
      </div>
    </main>
  );
}

interface Props {
  readonly request: WatchRequest;
  readonly contact: Contact | undefined;
  readonly hasAccount: boolean;
}

const MINUTE = 60_000;

function RequestCard({ request, contact, hasAccount }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const now = useNow(MINUTE);
  const { account, address, since } = request;
  const name = nameFor(contact, address);
  const answer = (allow: boolean): void => run(() => call('request.answer', { account, address, allow }));
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
      <p className={styles.said}>{t('requests.text')}</p>
      <ul className={styles.facts}>
        <li>
          <Icon name="user" size="small" />
          {contact === undefined ? t('requests.stranger') : t('requests.contact')}
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
        <Button size="small" look="primary" isDisabled={isBusy} onPress={() => answer(true)}>
          {t('requests.allow')}
        </Button>
        <Button size="small" isDisabled={isBusy} onPress={() => answer(false)}>
          {t('requests.refuse')}
        </Button>
      </footer>
    </article>
  );
}
