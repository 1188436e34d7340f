import { type FormEvent, useMemo, useState } from 'react';
import type { Message } from '../../../shared/model.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog, DialogButtons } from '../../components/Dialog.tsx';
import { PersonField } from '../../components/PersonField.tsx';
import { ProblemCallout } from '../../components/Problem.tsx';
import { t } from '../../../shared/i18n/t.ts';
import { useMirror, useProgram } from '../../store/hooks.ts';
import { personName } from '../../store/names.ts';
import { useCommand } from '../../store/use-command.ts';

interface Props {
  /** In the order in which they go. */
  readonly messages: readonly Message[];
  readonly account: string;
  readonly onClose: () => void;
}

/** Sends text and files of messages on to somebody else. */
export function Forward({ messages, account, onClose }: Props) {
  const { call, mirror, view } = useProgram();
  const contacts = useMirror((state) => state.contacts);
  const people = useMemo(
    () => [...contacts.values()].filter((contact) => contact.account === account),
    [contacts, account],
  );
  const { run, problem, isBusy } = useCommand();
  const [peer, setPeer] = useState<string>();
  const [isBad, setBad] = useState(false);
  /** Those that went before one failed are not sent again. */
  const [sent, setSent] = useState(0);

  const send = (): void => {
    if (peer === undefined) {
      setBad(true);
      return;
    }
    run(
      async () => {
        for (const [index, { id }] of messages.entries()) {
          if (index < sent) continue;
          // One after the other: they arrive in this order.
          // oxlint-disable-next-line no-await-in-loop
          await call('message.forward', { id, account, peer });
          setSent(index + 1);
        }
      },
      () => {
        const state = mirror.getState().mirror;
        const name = state === undefined ? peer : personName(state, account, peer);
        view.getState().announce(t('message.forward.done', { name }));
        onClose();
      },
    );
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };
  return (
    <Dialog title={t('message.forward.title', { count: messages.length })} onClose={onClose}>
      <form onSubmit={submit}>
        <PersonField
          label={t('message.forward.to')}
          placeholder={t('message.forward.placeholder')}
          people={people}
          isTakenOnLeave
          autoFocus
          error={isBad ? t('message.forward.bad') : undefined}
          onPick={(value) => {
            // Enter on who is chosen already goes on.
            if (value === peer) send();
            setPeer(value);
            setBad(false);
          }}
          onBad={() => {
            setPeer(undefined);
            setBad(true);
          }}
        />
        {problem !== undefined && (
          <ProblemCallout problem={problem} subject={{ attempt: 'message', address: peer ?? account }} />
        )}
        <DialogButtons>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t('message.forward.confirm')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
