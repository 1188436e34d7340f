import { type FormEvent, useState } from 'react';
import type { Account, Profile } from '../../shared/model.ts';
import { canonical, domainOf, label } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { Field } from '../components/Field.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Radios } from '../components/Radios.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useProfile, useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import { AccountChoice, useChosenAccount } from './AccountChoice.tsx';
import styles from './ProfilePane.module.css';
import settings from './Settings.module.css';

const LISTED = ['nobody', 'domain', 'everyone'] as const satisfies readonly Profile['listed'][];
const KINDS = ['temporary', 'permanent'] as const;

/** What the domain may tell others of an account: its name, whether it is found, and where it has moved to. */
export function ProfilePane() {
  const [account, choose] = useChosenAccount();
  const profile = useProfile(account.id);
  return (
    <>
      <p className={settings.lede}>{t('profile.lede', { domain: domainOf(account.id) })}</p>
      <AccountChoice account={account.id} onChange={choose} />
      {profile === undefined ? (
        <p className={settings.lede}>{t('profile.waiting')}</p>
      ) : (
        <>
          <ProfileForm key={`${account.id} ${JSON.stringify(profile)}`} account={account} profile={profile} />
          <Forward key={account.id} account={account} profile={profile} />
        </>
      )}
    </>
  );
}

interface Props {
  readonly account: Account;
  readonly profile: Profile;
}

function ProfileForm({ account, profile }: Props) {
  const { call, view } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [displayName, setName] = useState(profile.displayName);
  const [listed, setListed] = useState(profile.listed);
  const isChanged = displayName.trim() !== profile.displayName || listed !== profile.listed;

  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!isChanged) return;
    const next: Profile = { ...profile, displayName: displayName.trim(), listed };
    run(
      () => call('profile.set', { account: account.id, profile: next }),
      () => view.getState().announce(t('profile.saved')),
    );
  };

  return (
    <form className={settings.list} onSubmit={save}>
      <Field
        label={t('profile.name')}
        hint={t('profile.name.hint')}
        value={displayName}
        onChange={setName}
        maxLength={200}
        autoComplete="off"
      />
      <Radios
        label={t('profile.listed')}
        value={listed}
        options={LISTED.map((one) => ({
          value: one,
          text:
            one === 'domain'
              ? t('profile.listed.domain', { domain: domainOf(account.id) })
              : t(`profile.listed.${one}`),
        }))}
        onChange={setListed}
      />
      <div className={styles.end}>
        {problem !== undefined && (
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
        )}
        <Button type="submit" look="primary" size="small" isBusy={isBusy} isDisabled={!isChanged}>
          {t('profile.save')}
        </Button>
      </div>
    </form>
  );
}

function Forward({ account, profile }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [isAsking, setAsking] = useState(false);
  const { forward, ...rest } = profile;
  return (
    <>
      <h2 className={styles.heading}>{t('profile.forward')}</h2>
      <div className={`${settings.list} ${styles.forward}`}>
        <div className={settings.option}>
          <p className={settings.what}>
            {forward === undefined
              ? t('profile.forward.none', { address: label(account.id) })
              : t(`profile.forward.${forward.kind}`, { to: label(forward.to) })}
          </p>
          {forward === undefined ? (
            <Button size="small" onPress={() => setAsking(true)}>
              {t('profile.forward.set')}
            </Button>
          ) : (
            <Button
              size="small"
              isBusy={isBusy}
              onPress={() => run(() => call('profile.set', { account: account.id, profile: rest }))}
            >
              {t('profile.forward.end')}
            </Button>
          )}
          {problem !== undefined && (
            <div className={settings.problem}>
              <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
            </div>
          )}
        </div>
      </div>
      {isAsking && <ForwardDialog account={account} profile={rest} onClose={() => setAsking(false)} />}
    </>
  );
}

function ForwardDialog({ account, profile, onClose }: Props & { readonly onClose: () => void }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [to, setTo] = useState('');
  const [kind, setKind] = useState<(typeof KINDS)[number]>('temporary');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (to.trim() === '') return;
    run(
      () =>
        call('profile.set', {
          account: account.id,
          profile: { ...profile, forward: { kind, to: canonical(to) } },
        }),
      onClose,
    );
  };
  return (
    <Dialog title={t('profile.forward.title')} role="alertdialog" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <p className={settings.text}>{t('profile.forward.text', { address: label(account.id) })}</p>
        <Field
          label={t('profile.forward.to')}
          value={to}
          onChange={setTo}
          placeholder={t('home.placeholder')}
          inputMode="email"
          autoComplete="off"
          spellCheck="false"
          isRequired
          validationBehavior="aria"
          isInvalid={problem?.code === 'invalid-address'}
          autoFocus
          dir="ltr"
        />
        <Radios
          label={t('profile.forward.kind')}
          value={kind}
          options={KINDS.map((one) => ({ value: one, text: t(`profile.forward.kind.${one}`) }))}
          onChange={setKind}
        />
        {problem !== undefined && (
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: to.trim() }} />
        )}
        <DialogButtons>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="danger" isBusy={isBusy} isDisabled={to.trim() === ''}>
            {t('profile.forward.confirm')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
