import { type FormEvent, useState } from 'react';
import type { Problem } from '../../shared/model.ts';
import { canonical, domainOf, label } from '../address.ts';
import { problemOf } from '../bridge.ts';
import { Button, IconButton } from '../components/Button.tsx';
import { Callout } from '../components/Callout.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { Banner } from '../connection/Banner.tsx';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import pane from '../styles/pane.module.css';
import styles from './Home.module.css';

/** What there is to do while no conversation is open. */
export function Home() {
  const { view } = useProgram();
  const accounts = useMirror((mirror) => mirror.accounts);
  const { run } = useCommand();
  const [isCopied, setCopied] = useState(false);
  const [address, setAddress] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const account = accounts[0];
  if (account === undefined) return null;
  const own = label(account.id);

  const open = (event: FormEvent): void => {
    event.preventDefault();
    if (address.trim() === '') return;
    try {
      view.getState().openConversation(account.id, canonical(address));
    } catch (error) {
      setProblem(problemOf(error));
    }
  };

  return (
    <main className={pane.pane} tabIndex={-1}>
      <div className={styles.back}>
        <IconButton isBack label={t('conversation.back')} onPress={() => view.getState().showList()}>
          <Icon name="chev-start" isDirected />
        </IconButton>
      </div>
      <Banner />
      <div className={styles.middle}>
        <div className={styles.first}>
          <h1>{t('home.title')}</h1>
          <p className={styles.lede}>{t('home.lede')}</p>
          <form className={styles.to} onSubmit={open} noValidate>
            <Field
              label={t('home.to')}
              isLabelHidden
              size="taller"
              placeholder={t('home.placeholder')}
              value={address}
              onChange={(value) => {
                setAddress(value);
                setProblem(undefined);
              }}
              error={problem === undefined ? undefined : sentenceFor(problem, { attempt: 'other', address })}
              inputMode="email"
              autoComplete="off"
              spellCheck="false"
              validationBehavior="aria"
              before={<Icon name="at" />}
              dir="ltr"
            />
            <span className={styles.go}>
              <Button type="submit" look="primary">
                {t('home.continue')}
              </Button>
            </span>
          </form>
          {account.secret === 'unavailable' && (
            <div className={styles.notice}>
              <Callout kind="plain">{t('connection.no-keychain', { address: own })}</Callout>
            </div>
          )}
          <ul className={`${pane.card} ${styles.steps}`}>
            <li>
              <Icon name="user-plus" size="large" />
              <div>
                <h2>{t('home.people')}</h2>
                <p>{t('home.people.text')}</p>
              </div>
              <Button size="small" onPress={() => view.getState().addContact()}>
                {t('home.people.action')}
              </Button>
            </li>
            <li>
              <Icon name="search" size="large" />
              <div>
                <h2>{t('home.listed', { domain: domainOf(account.id) })}</h2>
                <p>{t('home.listed.text')}</p>
              </div>
              <Button size="small" onPress={() => view.getState().openSearch('', 'people')}>
                {t('home.listed.action')}
              </Button>
            </li>
            <li>
              <Icon name="globe" size="large" />
              <div>
                <h2>{t('home.share')}</h2>
                <p>{t('home.share.text', { address: own })}</p>
              </div>
              <Button
                size="small"
                onPress={() =>
                  run(
                    () => navigator.clipboard.writeText(own),
                    () => setCopied(true),
                  )
                }
              >
                {isCopied ? t('message.copied') : t('home.share.action')}
              </Button>
            </li>
            <li>
              <Icon name="eye" size="large" />
              <div>
                <h2>{t('home.seen')}</h2>
                <p>{t('home.seen.text')}</p>
              </div>
              <Button
                size="small"
                aria-label={t('home.seen.action.label')}
                onPress={() => view.getState().open({ type: 'settings', pane: 'rules' })}
              >
                {t('home.seen.action')}
              </Button>
            </li>
            <li>
              <Icon name="download" size="large" />
              <div>
                <h2>{t('home.bring')}</h2>
                <p>{t('home.bring.text')}</p>
              </div>
              <Button
                size="small"
                onPress={() => view.getState().open({ type: 'settings', pane: 'contacts' })}
              >
                {t('home.bring.action')}
              </Button>
            </li>
          </ul>
        </div>
      </div>
    </main>
  );
}
