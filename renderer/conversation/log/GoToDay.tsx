import { type FormEvent, useState } from 'react';
import { Button } from '../../components/Button.tsx';
import { Dialog, DialogButtons } from '../../components/Dialog.tsx';
import { Field } from '../../components/Field.tsx';
import { t } from '../../../shared/i18n/t.ts';

interface Props {
  /** The time of the first message that is here: where one looks back from. */
  readonly first: number | undefined;
  /** The beginning of the day, in this place's time. */
  readonly onGo: (at: number) => void;
  readonly onClose: () => void;
}

/** `2026-11-21`, as the field has it. */
const dateOf = (at: number): string => {
  const day = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${String(day.getFullYear()).padStart(4, '0')}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
};

/** Asks for a day of the conversation. */
export function GoToDay({ first, onGo, onClose }: Props) {
  const [day, setDay] = useState(() => dateOf(first ?? Date.now()));
  const at = new Date(`${day}T00:00`).getTime();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (Number.isNaN(at)) return;
    onClose();
    onGo(Math.max(0, at));
  };
  return (
    <Dialog title={t('log.day.title')} onClose={onClose}>
      <form onSubmit={submit}>
        <Field label={t('log.day')} type="date" value={day} onChange={setDay} autoFocus />
        <DialogButtons>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isDisabled={Number.isNaN(at)}>
            {t('log.day.go')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
