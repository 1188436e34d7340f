import { together } from '../../shared/i18n/formats.ts';
import { useRef } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { Account } from '../../shared/model.ts';
import { label } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { ownStateWords, shownOwnState } from '../i18n/presence.ts';
import { t } from '../../shared/i18n/t.ts';
import { later } from '../later.tsx';
import { useMirror, useProgram, useView } from '../store/hooks.ts';
import { ownName } from '../store/names.ts';
import styles from './Me.module.css';

const PresenceMenu = later(async () => (await import('./PresenceMenu.tsx')).PresenceMenu);

/** One's own name and state, and the menu that changes it. */
export function Me({ account }: { readonly account: Account }) {
  const { view } = useProgram();
  const isOpen = useView((state) => state.openPresenceMenu === account.id);
  const isOneOfMany = useMirror((mirror) => mirror.accounts.length > 1);
  const name = isOneOfMany ? label(account.id) : ownName(account);
  const words = ownStateWords(account);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <AriaButton
        ref={button}
        className={styles.button ?? ''}
        aria-expanded={isOpen}
        onPress={() => view.getState().setPresenceMenu(account.id)}
      >
        <Avatar address={account.id} name={ownName(account)} state={shownOwnState(account)} isSilent />
        {/* Its name is what stands in it, the state first; the style puts the name above. */}
        <span className={styles.hidden}>{t('presence.button')}</span>
        <span className={styles.words}>
          <span className={styles.state}>
            <span className={styles.stateText}>{together(words, account.own.note)}</span>
            <Icon name="chev-down" size="small" />
          </span>
          <span className={styles.name} dir="auto">
            {name}
          </span>
        </span>
      </AriaButton>
      {isOpen && <PresenceMenu account={account} button={button} />}
    </>
  );
}
