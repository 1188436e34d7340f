import { Button } from '../components/Button.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { ExportDialog } from '../settings/Export.tsx';
import { InvitationQuestion } from '../signin/InvitationQuestion.tsx';
import { useMirror, useProgram, useView } from '../store/hooks.ts';
import { personName } from '../store/names.ts';

/** What is asked before something is done that a menu offered, or said afterwards. */
export function Questions() {
  const { call, view } = useProgram();
  const question = useView((state) => state.question);
  const name = useMirror((mirror) =>
    question !== undefined && 'peer' in question ? personName(mirror, question.account, question.peer) : '',
  );
  if (question === undefined) return null;
  const close = (): void => view.getState().closeQuestion();
  if (question.type === 'recovered') {
    return (
      <Dialog title={t('damage.settled', { count: question.messages })} onClose={close}>
        <p>{t('damage.settled.text')}</p>
        <DialogButtons>
          <Button look="primary" autoFocus onPress={close}>
            {t('damage.go-on')}
          </Button>
        </DialogButtons>
      </Dialog>
    );
  }
  if (question.type === 'invitation')
    return <InvitationQuestion invitation={question.invitation} onClose={close} />;
  const { account } = question;
  if (question.type === 'trouble') {
    return (
      <Dialog title={t('chat.trouble')} role="alertdialog" onClose={close}>
        <ProblemCallout problem={question.problem} subject={{ attempt: 'other', address: account }} />
        <DialogButtons>
          <Button onPress={close}>{t('close')}</Button>
        </DialogButtons>
      </Dialog>
    );
  }
  const { type, peer } = question;
  if (type === 'export') {
    return (
      <ExportDialog account={account} peer={peer} title={t('export.one.title', { name })} onClose={close} />
    );
  }
  if (type === 'remove') {
    return (
      <Confirm
        title={t('person.remove.title', { name })}
        text={t('person.remove.text', { name })}
        confirm={t('person.remove.confirm')}
        subject={{ attempt: 'other', address: account }}
        work={() => call('contact.remove', { account, address: peer })}
        onClose={close}
      />
    );
  }
  const remove = async (): Promise<void> => {
    await call('conversation.delete', { account, peer });
    const { page, open, showList } = view.getState();
    if (page.type !== 'conversation' || page.account !== account || page.peer !== peer) return;
    open({ type: 'home' });
    // Where there is room for one pane only, it is the one where another is chosen.
    showList();
  };
  return (
    <Confirm
      title={t('chat.delete.title', { name })}
      text={t('chat.delete.text', { name })}
      confirm={t('chat.delete.confirm')}
      subject={{ attempt: 'other', address: account }}
      work={remove}
      onClose={close}
    />
  );
}
