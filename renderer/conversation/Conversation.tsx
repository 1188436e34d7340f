import { label } from '../address.ts';
import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { PresenceSign } from '../components/PresenceSign.tsx';
import { Banner } from '../connection/Banner.tsx';
import { ConversationTools } from '../contacts/ConversationTools.tsx';
import { Person } from '../contacts/Person.tsx';
import { presenceLine, presenceSummary } from '../i18n/presence.ts';
import { t } from '../../shared/i18n/t.ts';
import { useAccount, useMirror, useNow, useProgram, useView } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { nameFor } from '../store/names.ts';
import { isPersonShown } from '../store/view.ts';
import pane from '../styles/pane.module.css';
import styles from './Conversation.module.css';
import { Talk } from './Talk.tsx';

interface Props {
  readonly account: string;
  readonly peer: string;
}

const MINUTE = 60_000;

/** Head, banner, log and composer of one conversation, and beside them the person. */
export function Conversation({ account, peer }: Props) {
  const { view } = useProgram();
  const key = pairKey(account, peer);
  const contact = useMirror((mirror) => mirror.contacts.get(key));
  const isOnline = useAccount(account)?.connection.phase === 'online';
  const now = useNow(MINUTE);
  const isOneOfMany = useMirror((mirror) => mirror.accounts.length > 1);
  const hasPerson = useView(isPersonShown);
  const name = nameFor(contact, peer);
  const summary = contact === undefined ? [] : [presenceSummary(contact, name, isOnline, now)];

  return (
    <>
      <main className={pane.pane} tabIndex={-1}>
        <header className={pane.bar}>
          <IconButton isBack label={t('conversation.back')} onPress={() => view.getState().showList()}>
            <Icon name="chev-start" isDirected />
          </IconButton>
          <div className={styles.who}>
            <div className={pane.title}>
              <h1>
                {/* All that stands here about the person is one place to press. */}
                <button
                  type="button"
                  className={styles.open}
                  data-opens="person"
                  aria-expanded={hasPerson}
                  title={[t('conversation.person'), ...summary].join('\n')}
                  onClick={() => view.getState().togglePerson()}
                >
                  <bdi>{name}</bdi>
                </button>
              </h1>
              <div className={styles.sub}>
                {contact !== undefined && <PresenceSign state={contact.presence.state} isSilent />}
                <span className={styles.presence} dir="auto">
                  {contact === undefined ? label(peer) : presenceLine(contact, now)}
                </span>
                {isOneOfMany && (
                  <span className={styles.account}>
                    {t('conversation.account', { account: label(account) })}
                  </span>
                )}
              </div>
            </div>
            <span className={styles.panel} data-on={hasPerson || undefined}>
              <Icon name="panel" isDirected />
            </span>
          </div>
          <ConversationTools account={account} peer={peer} name={name} />
        </header>
        <Banner account={account} />
        <Talk key={`talk ${key}`} account={account} peer={peer} name={name} />
      </main>
      {hasPerson && <Person key={`person ${key}`} account={account} address={peer} />}
    </>
  );
}
