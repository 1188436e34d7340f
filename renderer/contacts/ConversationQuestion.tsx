import { Button } from '../components/Button.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../i18n/t.ts';
import { ExportDialog } from '../settings/Export.tsx';
import { useMirror, useProgram, useView } from '../store/hooks.ts';
import { personName } from '../store/names.ts';

/** What a menu of a conversation asks before it does it, or has to say afterwards. */
export function ConversationQuestion() {
  const { call, view } = useProgram();
  const question = useView((state) => state.question);
  const name = useMirror((mirror) =>
    question === undefined || question.type === 'trouble'
      ? ''
      : personName(mirror, question.account, question.peer),
  );
  if (question === undefined) return null;
  const close = (): void => view.getState().closeQuestion();
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
  const remove = async (): Promise<void> => {
    await call('conversation.delete', { account, peer });
    const { page, open } = view.getState();
    if (page.type === 'conversation' && page.account === account && page.peer === peer)
      open({ type: 'home' });
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
