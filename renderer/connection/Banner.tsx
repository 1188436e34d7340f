import { useState } from 'react';
import type { Account } from '../../shared/model.ts';
import { Button } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../../shared/i18n/t.ts';
import { later } from '../later.tsx';
import { useMirror, useNow } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import { ActionButton } from './ActionButton.tsx';
import styles from './Banner.module.css';
import { bannerWords } from './banner-words.ts';

const ConnectionDetails = later(async () => (await import('./ConnectionDetails.tsx')).ConnectionDetails);

/** The state of the connection in words, with the one thing to do. Of one account, or the gravest of all. */
export function Banner({ account }: { readonly account?: string }) {
  const accounts = useMirror((mirror) => mirror.accounts);
  const isCounting = accounts.some(
    (one) => one.connection.phase === 'waiting' && one.connection.retryAt !== undefined,
  );
  const now = useNow(isCounting ? 500 : 60_000);
  const candidates = accounts
    .filter((one) => account === undefined || one.id === account)
    .map((one) => ({ one, words: bannerWords(one, now) }))
    .sort((a, b) => (b.words?.gravity ?? -1) - (a.words?.gravity ?? -1));
  const [worst] = candidates;
  return worst?.words === undefined ? null : (
    <AccountBanner key={worst.one.id} account={worst.one} now={now} />
  );
}

function AccountBanner({ account, now }: { readonly account: Account; readonly now: number }) {
  const doing = useCommand();
  const { problem: trouble } = doing;
  const [open, setOpen] = useState<'details'>();
  const words = bannerWords(account, now);
  if (words === undefined) return null;
  const { problem } = account.connection;
  return (
    <div className={`${styles.banner} ${styles[words.kind]}`}>
      <Icon name={words.icon} />
      {/* The seconds count down for the eyes only: said aloud, they would never stop. */}
      <span className={styles.words} role={words.icon === 'refresh' ? undefined : 'status'}>
        <b>{words.head}</b> {words.text}
        {/* The same trouble is not said twice. */}
        {trouble !== undefined &&
          trouble.code !== problem?.code &&
          ` ${sentenceFor(trouble, { attempt: 'connection', address: account.id })}`}
      </span>
      {words.hasDetails && (
        <Button size="tiny" look="quiet" onPress={() => setOpen('details')}>
          {t('connection.details')}
        </Button>
      )}
      {words.otherwise !== undefined && (
        <ActionButton action={words.otherwise} account={account} isQuiet doing={doing} />
      )}
      {words.action !== undefined && <ActionButton action={words.action} account={account} doing={doing} />}
      {open === 'details' && problem !== undefined && (
        <ConnectionDetails account={account.id} problem={problem} onClose={() => setOpen(undefined)} />
      )}
    </div>
  );
}
