import { Button as AriaButton, DialogTrigger } from 'react-aria-components';
import type { Account } from '../../shared/model.ts';
import { label } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { ownStateWords, shownOwnState } from '../i18n/presence.ts';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useProgram, useView } from '../store/hooks.ts';
import { ownName } from '../store/names.ts';
import styles from './Me.module.css';
import { PresenceMenu } from './PresenceMenu.tsx';

/** One's own name and state, and the menu that changes it. */
export function Me({ account }: { readonly account: Account }) {
  const { view } = useProgram();
  const isOpen = useView((state) => state.openPresenceMenu === account.id);
  const isOneOfMany = useMirror((mirror) => mirror.accounts.length > 1);
  const name = isOneOfMany ? label(account.id) : ownName(account);
  const words = ownStateWords(account);
  return (
    <DialogTrigger
      isOpen={isOpen}
      onOpenChange={(open) => view.getState().setPresenceMenu(open ? account.id : undefined)}
    >
      <AriaButton className={styles.button ?? ''}>
        <Avatar address={account.id} name={ownName(account)} state={shownOwnState(account)} isSilent />
        {/* Its name is what stands in it, the state first; the style puts the name above. */}
        <span className={styles.hidden}>{t('presence.button')}</span>
        <span className={styles.words}>
          <span className={styles.state}>
            <span className={styles.stateText}>
              {words}
              {account.own.note !== '' && `, ${account.own.note}`}
            </span>
            <Icon name="chev-down" size="small" />
          </span>
          <span className={styles.name}>
            <bdi>{name}</bdi>
          </span>
        </span>
      </AriaButton>
      <PresenceMenu account={account} />
    </DialogTrigger>
  );
}
