import { type FormEvent, useState } from 'react';
import type { Account, OwnState, View, ViewKind } from '../../shared/model.ts';
import { domainOf } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { Field } from '../components/Field.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Select } from '../components/Select.tsx';
import { TimeField } from '../components/TimeField.tsx';
import { ownWord } from '../i18n/presence.ts';
import { t } from '../../shared/i18n/t.ts';
import { isBuiltIn, viewTitle } from '../i18n/views.ts';
import { useProgram, useRules, useViews } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './Views.module.css';

const KINDS = ['everything', 'state', 'busy', 'nothing', 'own'] as const satisfies readonly ViewKind[];
const STATES = [
  'available',
  'away',
  'busy',
  'do-not-disturb',
  'offline',
] as const satisfies readonly OwnState[];

interface Props {
  readonly account: Account;
  /** Absent: a new one. */
  readonly view?: View;
  readonly onClose: () => void;
}

/** What a view is called, what it shows, and what it shows while nobody is signed in. */
export function ViewEditor({ account, view, onClose }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const views = useViews(account.id);
  const rules = useRules(account.id);
  const [title, setTitle] = useState(view?.title ?? '');
  const [kind, setKind] = useState<ViewKind>(view?.kind ?? 'own');
  const [state, setState] = useState<OwnState>(view?.own?.state ?? 'available');
  const [note, setNote] = useState(view?.own?.note ?? '');
  const [awayNote, setAwayNote] = useState(view?.away?.note ?? '');
  const [awayUntil, setAwayUntil] = useState(view?.away?.until);
  const isFixed = view !== undefined && isBuiltIn(view.id);
  const uses = view === undefined ? 0 : rules.filter((rule) => rule.view === view.id).length;

  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!isFixed && title.trim() === '') return;
    const changed: View = {
      // A title may change and is one's own business; the token is what rules and the domain know.
      id: view?.id ?? `view-${crypto.randomUUID().slice(0, 8)}`,
      title: title.trim(),
      kind,
      ...(kind === 'own' ? { own: { state, note: note.trim() } } : {}),
      ...(awayNote.trim() === ''
        ? {}
        : { away: { note: awayNote.trim(), ...(awayUntil === undefined ? {} : { until: awayUntil }) } }),
    };
    const isKnown = views.some(({ id }) => id === changed.id);
    const next = isKnown ? views.map((one) => (one.id === changed.id ? changed : one)) : [...views, changed];
    run(() => call('views.set', { account: account.id, views: next }), onClose);
  };

  const remove = (): void =>
    run(
      () => call('views.set', { account: account.id, views: views.filter(({ id }) => id !== view?.id) }),
      onClose,
    );

  return (
    <Dialog
      title={
        isFixed
          ? viewTitle(view.id, views)
          : view === undefined
            ? t('views.new.title')
            : t('views.edit.title')
      }
      {...(isFixed ? { lede: t(`view.kind.${view.kind}`) } : {})}
      onClose={onClose}
    >
      <form onSubmit={save} noValidate>
        {!isFixed && (
          <>
            <Field
              label={t('views.title')}
              hint={t('views.title.hint')}
              value={title}
              onChange={setTitle}
              isRequired
              validationBehavior="aria"
              maxLength={100}
              autoComplete="off"
              autoFocus
            />
            <Select
              label={t('views.kind')}
              value={kind}
              options={KINDS.map((one) => ({ value: one, text: t(`view.kind.${one}`) }))}
              onChange={setKind}
            />
            {kind === 'own' && (
              <>
                <Select
                  label={t('views.own.state')}
                  value={state}
                  options={STATES.map((one) => ({ value: one, text: ownWord(one) }))}
                  onChange={setState}
                />
                <Field
                  label={t('views.own.note')}
                  value={note}
                  onChange={setNote}
                  maxLength={500}
                  autoComplete="off"
                />
              </>
            )}
          </>
        )}
        <fieldset className={styles.fields}>
          <legend>{t('views.away')}</legend>
          <Field
            label={t('views.own.note')}
            hint={t('views.away.hint', { domain: domainOf(account.id) })}
            placeholder={t('views.away.placeholder')}
            value={awayNote}
            onChange={setAwayNote}
            maxLength={500}
            autoComplete="off"
          />
          <TimeField
            label={t('views.away.until')}
            hint={t('views.away.until.hint')}
            value={awayUntil}
            onChange={setAwayUntil}
          />
        </fieldset>
        {uses > 0 && !isFixed && <p className={styles.hint}>{t('views.remove.used', { count: uses })}</p>}
        {problem !== undefined && (
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
        )}
        <DialogButtons>
          {view !== undefined && !isFixed && (
            <Button look="danger" isDisabled={uses > 0} onPress={remove}>
              {t('views.remove')}
            </Button>
          )}
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy} isDisabled={!isFixed && title.trim() === ''}>
            {t('views.save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
