import { useState } from 'react';
import type { Account, View } from '../../shared/model.ts';
import { Button, IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { PresenceSign } from '../components/PresenceSign.tsx';
import { t } from '../../shared/i18n/t.ts';
import { timeWithDay } from '../i18n/times.ts';
import { type BuiltInView, isBuiltIn, kindWords, stateShown, viewTitle } from '../i18n/views.ts';
import { AccountChoice, useChosenAccount } from '../settings/AccountChoice.tsx';
import settings from '../settings/Settings.module.css';
import { useNow, useViews } from '../store/hooks.ts';
import { ViewEditor } from './ViewEditor.tsx';
import styles from './Views.module.css';

const BUILT_IN: readonly View[] = [
  { id: 'default', title: '', kind: 'everything' },
  { id: 'state', title: '', kind: 'state' },
  { id: 'busy', title: '', kind: 'busy' },
  { id: 'closed', title: '', kind: 'nothing' },
] as const satisfies readonly (View & { id: BuiltInView })[];

/** What others are shown: the views built in, those of one's own, and what each shows when nobody is signed in. */
export function Views() {
  const [account, choose] = useChosenAccount();
  return (
    <>
      <p className={settings.lede}>{t('views.lede')}</p>
      <AccountChoice account={account.id} onChange={choose} />
      <ViewsOf key={account.id} account={account} />
    </>
  );
}

function ViewsOf({ account }: { readonly account: Account }) {
  const views = useViews(account.id);
  const [edited, setEdited] = useState<string>();
  const builtIn = BUILT_IN.map((view) => views.find(({ id }) => id === view.id) ?? view);
  const mine = views.filter(({ id }) => !isBuiltIn(id));
  const open = [...builtIn, ...mine].find(({ id }) => id === edited);
  return (
    <>
      <h2 className={styles.heading}>{t('views.built-in')}</h2>
      <ul className={`${settings.list} ${styles.list}`}>
        {builtIn.map((view) => (
          <Row key={view.id} view={view} views={views} account={account} onEdit={() => setEdited(view.id)} />
        ))}
      </ul>
      <h2 className={styles.heading}>{t('views.mine')}</h2>
      <ul className={`${settings.list} ${styles.list}`}>
        {mine.length === 0 && <li className={settings.text}>{t('views.none')}</li>}
        {mine.map((view) => (
          <Row key={view.id} view={view} views={views} account={account} onEdit={() => setEdited(view.id)} />
        ))}
        <li>
          <Button size="small" onPress={() => setEdited('')}>
            <Icon name="plus" size="small" />
            {t('views.add')}
          </Button>
        </li>
      </ul>
      {(open !== undefined || edited === '') && (
        <ViewEditor
          account={account}
          {...(open === undefined ? {} : { view: open })}
          onClose={() => setEdited(undefined)}
        />
      )}
    </>
  );
}

interface RowProps {
  readonly view: View;
  readonly views: readonly View[];
  readonly account: Account;
  readonly onEdit: () => void;
}

const MINUTE = 60_000;

function Row({ view, views, account, onEdit }: RowProps) {
  const now = useNow(MINUTE);
  const title = viewTitle(view.id, views);
  const { away } = view;
  return (
    <li className={settings.option}>
      <PresenceSign state={stateShown(view, account.own)} size="middle" />
      <div className={settings.what}>
        <b dir="auto">{title}</b>
        <small dir="auto">{kindWords(view)}</small>
        {away !== undefined && away.note !== '' && (
          <small dir="auto">
            {away.until === undefined
              ? t('views.away.shown', { note: away.note })
              : t('views.away.shown-until', { note: away.note, until: timeWithDay(away.until, now) })}
          </small>
        )}
      </div>
      <IconButton size="small" label={t('views.edit', { title })} onPress={onEdit}>
        <Icon name="edit" size="small" />
      </IconButton>
    </li>
  );
}
