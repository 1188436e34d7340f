import { useState } from 'react';
import { domainOf, label } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import pane from '../styles/pane.module.css';
import styles from './Home.module.css';

/** What helps whoever knows nobody yet. */
export function FirstSteps({ account }: { readonly account: string }) {
  const { view } = useProgram();
  const { run } = useCommand();
  const [isCopied, setCopied] = useState(false);
  const own = label(account);
  return (
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
          <h2>{t('home.listed', { domain: domainOf(account) })}</h2>
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
        <Button size="small" onPress={() => view.getState().open({ type: 'settings', pane: 'contacts' })}>
          {t('home.bring.action')}
        </Button>
      </li>
    </ul>
  );
}
