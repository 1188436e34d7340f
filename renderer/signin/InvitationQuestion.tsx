import { formatForPeople } from '../../shared/impp/address.ts';
import { hostForPeople } from '../../shared/impp/host.ts';
import { t } from '../../shared/i18n/t.ts';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { useProgram } from '../store/hooks.ts';
import { type InvitationLink, readInvitation } from './read-invitation.ts';
import styles from './SignIn.module.css';

interface Props {
  readonly invitation: InvitationLink;
  readonly onClose: () => void;
}

/** A link has been opened by who has accounts: until they go on, nothing is asked of anybody. */
export function InvitationQuestion({ invitation, onClose }: Props) {
  const { view } = useProgram();
  const read = readInvitation(invitation.link);
  if (read.type === 'refused') {
    return (
      <Dialog title={t('invite.refused')} role="alertdialog" onClose={onClose}>
        <p className={styles.question}>{read.words}</p>
        <DialogButtons>
          <Button autoFocus onPress={onClose}>
            {t('close')}
          </Button>
        </DialogButtons>
      </Dialog>
    );
  }
  const { host, contact } = read.invitation;
  return (
    <Dialog title={t('invite.confirm.title', { domain: hostForPeople(host) })} onClose={onClose}>
      <p className={styles.question}>
        {contact === undefined
          ? t('invite.confirm.text')
          : t('invite.confirm.contact', { contact: formatForPeople(contact) })}
      </p>
      <DialogButtons>
        <Button autoFocus onPress={onClose}>
          {t('invite.confirm.no')}
        </Button>
        <Button
          look="primary"
          onPress={() => {
            onClose();
            view.getState().open({ type: 'sign-in', invitation });
          }}
        >
          {t('invite.confirm.go-on')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
