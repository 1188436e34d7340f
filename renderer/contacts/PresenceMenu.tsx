import { type FormEvent, type KeyboardEvent, type RefObject, useState } from 'react';
import { Dialog, Menu, MenuItem, Popover, Text } from 'react-aria-components';
import type { Account, OwnState } from '../../shared/model.ts';
import { Select } from '../components/Select.tsx';
import { Button, IconButton } from '../components/Button.tsx';
import { Callout } from '../components/Callout.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { PresenceSign } from '../components/PresenceSign.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { domainOf } from '../address.ts';
import { ACTIVITIES, activityWords, stateOfActivity } from '../i18n/activities.ts';
import { ownWord, quietWords } from '../i18n/presence.ts';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useNow, useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './PresenceMenu.module.css';
import { PresenceViews } from './PresenceViews.tsx';
import { UntilChips } from './UntilChips.tsx';

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

const MINUTE = 60_000;

interface Props {
  readonly account: Account;
  /** What it belongs to. */
  readonly button: RefObject<HTMLButtonElement | null>;
}

/** The choice of one's own state, with a note. A choice closes it; digits 1 to 5 choose, too. */
export function PresenceMenu({ account, button }: Props) {
  const { view } = useProgram();
  const close = (): void => view.getState().setPresenceMenu(undefined);
  return (
    <Popover
      className={styles.popover ?? ''}
      triggerRef={button}
      placement="bottom start"
      offset={4}
      isOpen
      onOpenChange={close}
    >
      <Dialog className={styles.dialog ?? ''} aria-label={t('presence.menu')}>
        <Choices account={account} close={close} />
      </Dialog>
    </Popover>
  );
}

function Choices({ account, close }: { readonly account: Account; readonly close: () => void }) {
  const { call } = useProgram();
  const { run, problem } = useCommand();
  const { own } = account;
  /** What is in force may be another by itself. */
  const chosen = own.quiet?.chosen ?? own.state;
  const now = useNow(MINUTE);
  const host = useMirror((mirror) => mirror.host.kind);
  // What is not edited here is as it stands, also where that is heard of only now.
  const [typed, setTyped] = useState<string>();
  const note = typed ?? own.note;
  const [picked, setPicked] = useState<{ readonly until: number | undefined }>();
  const present = own.until !== undefined && own.until > now ? own.until : undefined;
  const until = picked === undefined ? present : picked.until;
  const isForbidden = (state: OwnState): boolean =>
    state === 'offline' && account.policy.includes('no-invisible');

  const hintFor = (state: OwnState): string =>
    isForbidden(state)
      ? t('presence.forbidden', { domain: domainOf(account.id) })
      : // A browser does not tell the program whether anyone is at the computer.
        t(state === 'away' && host === 'electron' ? 'presence.away.hint.itself' : HINTS[state]);

  interface Choice {
    readonly state: OwnState;
    readonly activity?: string | undefined;
    readonly until?: number | undefined;
    readonly note?: string;
  }
  const set = (
    { state, activity, until: end, note: words = note.trim() }: Choice,
    after?: () => void,
  ): void =>
    run(
      () =>
        call('presence.set', {
          account: account.id,
          state,
          note: words,
          // What is over by now would fall back at once.
          ...(end === undefined || end <= Date.now() ? {} : { until: end }),
          ...(activity === undefined ? {} : { activity }),
        }),
      after,
    );
  const choose = (state: OwnState): void => set({ state, until }, close);

  const onKeyDown = (event: KeyboardEvent): void => {
    const state = isTyped(event.target) ? undefined : STATES[Number(event.key) - 1];
    if (state === undefined || event.ctrlKey || event.metaKey || event.altKey || isForbidden(state)) return;
    event.preventDefault();
    choose(state);
  };

  const saveNote = (event: FormEvent): void => {
    event.preventDefault();
    set({ state: chosen, activity: own.activity, until }, close);
  };
  const changeUntil = (end: number | undefined): void => {
    setPicked({ until: end });
    set({ state: chosen, activity: own.activity, until: end });
  };

  return (
    // Digits are heard from wherever in the menu the focus is.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div onKeyDown={onKeyDown}>
      {own.quiet !== undefined && (
        <div className={styles.automatic}>
          <Callout kind="plain">
            {quietWords(own.quiet, now)} {t('presence.quiet.back')}
          </Callout>
          <Button
            size="small"
            onPress={() =>
              set(
                chosen === 'do-not-disturb'
                  ? { state: 'available', note: own.note }
                  : { ...own, state: chosen },
                close,
              )
            }
          >
            {t('presence.quiet.end')}
          </Button>
        </div>
      )}
      {own.automatic !== undefined && (
        <div className={styles.automatic}>
          <Callout kind="plain">
            {t(`presence.automatic.${own.automatic}`)} {t('presence.automatic.back')}
          </Callout>
          <Button size="small" onPress={() => set({ state: 'away', until }, close)}>
            {t('presence.automatic.stay')}
          </Button>
        </div>
      )}
      <Menu
        className={styles.menu ?? ''}
        aria-label={t('presence.states')}
        autoFocus="first"
        onAction={(key) => choose(key as OwnState)}
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
          onChange={setTyped}
          maxLength={500}
          autoComplete="off"
          after={
            note !== '' && (
              <IconButton size="tiny" label={t('presence.note.clear')} onPress={() => setTyped('')}>
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
      <div className={styles.more}>
        <UntilChips until={until} onChange={changeUntil} />
        <Select
          label={t('presence.activity')}
          value={own.activity ?? ''}
          options={[
            { value: '', text: t('presence.activity.none') },
            ...(own.activity === undefined || ACTIVITIES.some((one) => one === own.activity)
              ? []
              : [{ value: own.activity, text: activityWords(own.activity) }]),
            ...ACTIVITIES.map((one) => ({ value: one as string, text: activityWords(one) })),
          ]}
          onChange={(activity) =>
            activity === ''
              ? set({ state: chosen, until })
              : set({ state: stateOfActivity(activity) ?? chosen, activity, until })
          }
        />
      </div>
      {problem !== undefined && (
        <div className={styles.problem}>
          <ProblemCallout problem={problem} subject={{ attempt: 'other', domain: domainOf(account.id) }} />
        </div>
      )}
      <PresenceViews account={account} close={close} />
    </div>
  );
}

/** Digits there are text, or choose in the list itself. */
const isTyped = (target: EventTarget): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
