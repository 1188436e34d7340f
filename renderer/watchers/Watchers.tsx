import { useMemo, useState } from 'react';
import type { Account, Watcher } from '../../shared/model.ts';
import { domainOf } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Button, IconButton } from '../components/Button.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Segments } from '../components/Segments.tsx';
import { judged } from '../rules/judge.ts';
import { AccountChoice, useChosenAccount } from '../settings/AccountChoice.tsx';
import settings from '../settings/Settings.module.css';
import { t } from '../../shared/i18n/t.ts';
import { timeInColumn, timeWithDay } from '../i18n/times.ts';
import { useMirror, useNow, useRules, useViews } from '../store/hooks.ts';
import { useWatchers } from './use-watchers.ts';
import { WatcherActions } from './WatcherMenu.tsx';
import { countOf, type Filter, FILTERS, found, rowsOf, type WatcherRow } from './watcher-rows.ts';
import styles from './Watchers.module.css';

const MINUTE = 60_000;
/** Rows drawn at once: thousands of them would hold the window up. */
const STEP = 200;

/** Who watches, who asks, who is politely blocked, who looked: as the domain says, with the rule behind each. */
export function Watchers() {
  const [account, choose] = useChosenAccount();
  return (
    <>
      <AccountChoice account={account.id} onChange={choose} />
      <WatchersOf key={account.id} account={account} />
    </>
  );
}

function WatchersOf({ account }: { readonly account: Account }) {
  const { watchers, more, at, problem, isOnline, ask } = useWatchers(account.id);
  const domain = domainOf(account.id);
  const now = useNow(MINUTE);
  if (watchers === undefined) {
    return problem === undefined ? (
      <p className={settings.lede}>
        {isOnline ? t('watchers.asking-domain', { domain }) : t('watchers.offline')}
      </p>
    ) : (
      <div className={styles.trouble}>
        <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
        <Button size="small" onPress={ask}>
          {t('watchers.again', { domain })}
        </Button>
      </div>
    );
  }
  return (
    <>
      <div className={styles.head}>
        <p className={settings.lede}>
          {t('watchers.lede', {
            active: countOf(watchers, 'active'),
            pending: countOf(watchers, 'pending'),
          })}
        </p>
        <span className={styles.asOf}>
          {at !== undefined && t('watchers.as-of', { time: timeWithDay(at, now) })}
          <IconButton size="small" label={t('watchers.again', { domain })} onPress={ask}>
            <Icon name="refresh" size="small" />
          </IconButton>
        </span>
      </div>
      {problem !== undefined && (
        <div className={styles.trouble}>
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
        </div>
      )}
      {watchers.length === 0 ? (
        <div className={styles.empty}>
          <h2>{t('watchers.empty')}</h2>
          <p>{t('watchers.empty.text')}</p>
        </div>
      ) : (
        <List account={account} watchers={watchers} now={now} ask={ask} />
      )}
      {more > 0 && <p className={styles.fine}>{t('watchers.left-out', { count: more, domain })}</p>}
    </>
  );
}

interface ListProps {
  readonly account: Account;
  readonly watchers: readonly Watcher[];
  readonly now: number;
  readonly ask: () => void;
}

function List({ account, watchers, now, ask }: ListProps) {
  const contacts = useMirror((mirror) => mirror.contacts);
  const requests = useMirror((mirror) => mirror.requests);
  const list = useRules(account.id);
  const views = useViews(account.id);
  const rules = judged(list, now);
  const [filter, setFilter] = useState<Filter>('all');
  const [query, setQuery] = useState('');
  const [limit, setLimit] = useState(STEP);
  const rows = useMemo(
    () => rowsOf(watchers, { account: account.id, contacts, requests, rules, views, now }),
    [watchers, account.id, contacts, requests, rules, views, now],
  );
  const shown = found(rows, filter, query);
  return (
    <>
      <div className={styles.tools}>
        <Segments
          label={t('watchers.show')}
          value={filter}
          options={FILTERS.map((one) => ({
            value: one,
            text: t(`watchers.${one}`),
            count: countOf(watchers, one),
          }))}
          onChange={setFilter}
        />
        <div className={styles.search}>
          <Field
            label={t('watchers.search')}
            isLabelHidden
            placeholder={t('watchers.search')}
            value={query}
            onChange={setQuery}
            type="search"
            autoComplete="off"
            before={<Icon name="search" size="small" />}
          />
        </div>
      </div>
      {shown.length === 0 ? (
        <p className={styles.empty}>{t('watchers.none-found')}</p>
      ) : (
        <div className={styles.card}>
          <table className={styles.table} aria-label={t('watchers.table')}>
            <thead>
              <tr>
                <th scope="col">{t('watchers.who')}</th>
                <th scope="col">{t('watchers.state')}</th>
                <th scope="col">{t('watchers.sees')}</th>
                <th scope="col">{t('watchers.since')}</th>
                <th scope="col">{t('watchers.until')}</th>
                <th scope="col">{t('watchers.last-fetch')}</th>
                <th scope="col">
                  <span className={styles.hidden}>{t('watchers.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, limit).map((row) => (
                <Row
                  key={`${row.watcher.address} ${row.watcher.state}`}
                  account={account}
                  row={row}
                  now={now}
                  ask={ask}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.length > limit && (
        <Button size="small" onPress={() => setLimit(limit + STEP)}>
          {t('watchers.more', { count: shown.length - limit })}
        </Button>
      )}
      {countOf(watchers, 'pretended') > 0 && <p className={styles.fine}>{t('watchers.polite.note')}</p>}
    </>
  );
}

const SIGNS = { active: 'eye', pending: 'clock', pretended: 'polite', fetched: 'search' } as const;

interface RowProps {
  readonly account: Account;
  readonly row: WatcherRow;
  readonly now: number;
  readonly ask: () => void;
}

function Row({ account, row, now, ask }: RowProps) {
  const { watcher, name, address, sees, because } = row;
  const { state, since, expires } = watcher;
  const time = (ms: number | undefined) =>
    ms !== undefined && <time dateTime={new Date(ms).toISOString()}>{timeInColumn(ms, now)}</time>;
  return (
    <tr>
      <th scope="row" className={styles.who}>
        <span>
          <Avatar address={watcher.address} name={name} size="middle" />
          <span className={styles.names}>
            <b dir="auto">{name}</b>
            {address !== name && address !== '' && <bdi>{address}</bdi>}
          </span>
        </span>
      </th>
      <td className={styles.stateCell}>
        <span className={styles.tag} data-state={state}>
          <Icon name={SIGNS[state]} size="small" />
          {state === 'fetched' ? t('watchers.state.fetched') : t(`watchers.${state}`)}
        </span>
      </td>
      <td className={styles.seesCell}>
        <bdi>{sees}</bdi>
        <small>{because}</small>
        <small className={styles.narrowTimes}>{timesOf(row, now)}</small>
      </td>
      <td className={styles.time}>{state !== 'fetched' && time(since)}</td>
      <td className={styles.time}>{state !== 'fetched' && time(expires)}</td>
      <td className={styles.time}>{state === 'fetched' && time(since)}</td>
      <td className={styles.actionCell}>
        <WatcherActions account={account} row={row} onDone={ask} />
      </td>
    </tr>
  );
}

/** The columns of times as one line, for where there is no room for columns. */
function timesOf({ watcher }: WatcherRow, now: number): string {
  const { state, since, expires } = watcher;
  const from = since === undefined ? undefined : timeInColumn(since, now);
  if (state === 'fetched') return from === undefined ? '' : t('watchers.looked-at', { time: from });
  const until = expires === undefined ? undefined : timeInColumn(expires, now);
  if (from !== undefined && until !== undefined) return t('presence.since-until', { since: from, until });
  if (from !== undefined) return t('presence.since', { since: from });
  return until === undefined ? '' : t('presence.until', { until });
}
