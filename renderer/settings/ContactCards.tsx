import { useRef, useState } from 'react';
import { ImppError } from '../../shared/errors.ts';
import type { ResponseOf } from '../../shared/ipc.ts';
import type { Account } from '../../shared/model.ts';
import { userOf } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { Callout } from '../components/Callout.tsx';
import { Icon } from '../components/Icon.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import { AccountChoice, useChosenAccount } from './AccountChoice.tsx';
import styles from './ContactCards.module.css';
import { saveFile } from '../save-file.ts';
import { MAX_CARDS } from './files.ts';
import settings from './Settings.module.css';

/** Contacts out of a file of vCards, and into one. */
export function ContactCards() {
  const [account, choose] = useChosenAccount();
  return (
    <>
      <p className={settings.lede}>{t('cards.lede')}</p>
      <AccountChoice account={account.id} onChange={choose} />
      <div key={account.id} className={settings.list}>
        <Export account={account} />
        <Import account={account} />
      </div>
    </>
  );
}

function Export({ account }: { readonly account: Account }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const count = useMirror((mirror) => mirror.contactOrder.filter((one) => one.account === account.id).length);
  return (
    <div className={settings.option}>
      <div className={settings.what}>
        <b>{t('cards.export')}</b>
        <small>{t('cards.export.text', { count })}</small>
      </div>
      <Button
        size="small"
        isBusy={isBusy}
        isDisabled={count === 0}
        onPress={() =>
          run(
            () => call('contacts.export', { account: account.id }),
            ({ text }) => saveFile(`${userOf(account.id)}.vcf`, new Blob([text])),
          )
        }
      >
        <Icon name="download" size="small" />
        {t('cards.export.action')}
      </Button>
      {problem !== undefined && (
        <div className={settings.problem}>
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
        </div>
      )}
    </div>
  );
}

function Import({ account }: { readonly account: Account }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const input = useRef<HTMLInputElement>(null);
  const [done, setDone] = useState<ResponseOf<'contacts.import'>>();
  const [isTooLarge, setTooLarge] = useState(false);

  const take = (file: File): void => {
    setDone(undefined);
    setTooLarge(file.size > MAX_CARDS);
    if (file.size > MAX_CARDS) return;
    run(async () => {
      const text = await file.text().catch((cause: unknown) => {
        throw new ImppError('not-found', 'the file cannot be read', { cause });
      });
      return call('contacts.import', { account: account.id, text });
    }, setDone);
  };

  return (
    <div className={settings.option}>
      <div className={settings.what}>
        <b>{t('cards.import')}</b>
        <small>{t('cards.import.text')}</small>
      </div>
      <Button size="small" isBusy={isBusy} onPress={() => input.current?.click()}>
        <Icon name="file" size="small" />
        {t('cards.import.action')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".vcf,.vcard,text/vcard,text/x-vcard"
        aria-label={t('cards.import')}
        onChange={({ target }) => {
          const file = target.files?.[0];
          // So that the same file can be chosen once more.
          target.value = '';
          if (file !== undefined) take(file);
        }}
      />
      {(problem !== undefined || done !== undefined || isTooLarge) && (
        <div className={settings.problem}>
          {isTooLarge && (
            <Callout kind="bad" isAlert>
              {t('cards.import.too-large')}
            </Callout>
          )}
          {problem !== undefined && (
            <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
          )}
          {done !== undefined && <Done {...done} />}
        </div>
      )}
    </div>
  );
}

/** Names of cards told one by one; a thousand of them would bury the page. */
const TOLD = 20;

function Done({ added, known, refused }: ResponseOf<'contacts.import'>) {
  return (
    <div role="status" className={styles.done}>
      <p>{t('cards.imported', { added, known })}</p>
      {refused.length > 0 && (
        <>
          <p>{t('cards.refused', { count: refused.length })}</p>
          <ul>
            {refused.slice(0, TOLD).map(({ name, reason }, index) => (
              // Two cards may be alike in every word.
              <li key={`${index} ${name}`} dir="auto">
                {t('cards.refused.one', { name, reason })}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
