import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { Dialog, Menu, MenuItem, Popover, Text } from 'react-aria-components';
import type { Account, OwnState } from '../../shared/model.ts';
import { Button, IconButton } from '../components/Button.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { PresenceSign } from '../components/PresenceSign.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { domainOf } from '../address.ts';
import { ownWord } from '../i18n/presence.ts';
import { t } from '../i18n/t.ts';
import { useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './PresenceMenu.module.css';

const STATES = [
  'available',
  'away',
  'busy',
  'do-not-disturb',
  'offline',
] as const satisfies readonly OwnState[];
const HINTS = {
  available: 'presence.available.hint',
  away: 'presence.away.hint',
  busy: 'presence.busy.hint',
  'do-not-disturb': 'presence.do-not-disturb.hint',
  offline: 'presence.appear-offline.hint',
} as const;

/** The choice of one's own state, with a note. A choice closes it; digits 1 to 5 choose, too. */
export function PresenceMenu({ account }: { readonly account: Account }) {
  const { view } = useProgram();
  const close = (): void => view.getState().setPresenceMenu(undefined);
  return (
    <Popover className={styles.popover ?? ''} placement="bottom start" offset={4}>
      <Dialog className={styles.dialog ?? ''} aria-label={t('presence.menu')}>
        <Choices account={account} close={close} />
      </Dialog>
    </Popover>
  );
}

function Choices({ account, close }: { readonly account: Account; readonly close: () => void }) {
  const { call } = useProgram();
  const { run, problem } = useCommand();
  const [note, setNote] = useState(account.own.note);
  const isForbidden = (state: OwnState): boolean =>
    state === 'offline' && account.policy.includes('no-invisible');

  const hintFor = (state: OwnState): string =>
    isForbidden(state) ? t('presence.forbidden', { domain: domainOf(account.id) }) : t(HINTS[state]);

  const set = (state: OwnState, text: string): void =>
    run(() => call('presence.set', { account: account.id, state, note: text.trim() }), close);

  const onKeyDown = (event: KeyboardEvent): void => {
    const state = event.target instanceof HTMLInputElement ? undefined : STATES[Number(event.key) - 1];
    if (state === undefined || event.ctrlKey || event.metaKey || event.altKey || isForbidden(state)) return;
    event.preventDefault();
    set(state, note);
  };

  const saveNote = (event: FormEvent): void => {
    event.preventDefault();
    set(account.own.state, note);
  };

  return (
    // Digits are heard from wherever in the menu the focus is.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div onKeyDown={onKeyDown}>
      <Menu
        className={styles.menu ?? ''}
        aria-label={t('presence.states')}
        autoFocus="first"
        onAction={(key) => set(key as OwnState, note)}
        disabledKeys={STATES.filter(isForbidden)}
      >
        {STATES.map((state, index) => (
          <MenuItem
            key={state}
            id={state}
            textValue={ownWord(state)}
            className={styles.item ?? ''}
            data-chosen={state === account.own.state || undefined}
          >
            <PresenceSign state={state} size="middle" isSilent />
            <Text slot="label">{ownWord(state)}</Text>
            <Text slot="description" className={styles.hidden ?? ''}>
              {state === account.own.state && `${t('presence.chosen')} `}
              {hintFor(state)}
            </Text>
            {/* The name of an item is its state alone, so what else is to be seen is drawn by the style. */}
            <kbd aria-hidden="true" data-text={index + 1} />
            <span className={styles.hint} aria-hidden="true" data-text={hintFor(state)} />
          </MenuItem>
        ))}
      </Menu>
      <hr className={styles.rule} />
      <form className={styles.note} onSubmit={saveNote}>
        <Field
          label={t('presence.note')}
          isLabelHidden
          placeholder={t('presence.note.placeholder')}
          value={note}
          onChange={setNote}
          maxLength={500}
          autoComplete="off"
          after={
            note !== '' && (
              <IconButton size="tiny" label={t('presence.note.clear')} onPress={() => setNote('')}>
                <Icon name="close" size="small" />
              </IconButton>
            )
          }
        />
        {note.trim() !== account.own.note && (
          <Button type="submit" size="small" look="primary">
            {t('presence.note.save')}
          </Button>
        )}
      </form>
      {problem !== undefined && (
        <div className={styles.problem}>
          <ProblemCallout problem={problem} subject={{ attempt: 'other', domain: domainOf(account.id) }} />
        </div>
      )}
    </div>
  );
}
