import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { Checkbox } from 'react-aria-components';
import type { ErrorCode } from '../../shared/errors.ts';
import type { DomainFacts } from '../../shared/model.ts';
import { Button } from '../components/Button.tsx';
import { Callout } from '../components/Callout.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { Mark } from '../components/Mark.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { RestoreButton } from '../settings/Restore.tsx';
import { useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import { Advanced, type AuthorityFile } from './Advanced.tsx';
import { DomainLine } from './DomainLine.tsx';
import { PasswordField } from './PasswordField.tsx';
import styles from './SignIn.module.css';
import { useDomainLook, wholeDomain } from './use-domain-look.ts';

interface Props {
  /** There are accounts already: this one is added, and one can go back. */
  readonly onBack?: (() => void) | undefined;
  readonly onDone?: (() => void) | undefined;
}

/** First run, or one more account: sign in, or create an account at a domain that lets one. */
export function SignIn({ onBack, onDone }: Props) {
  const { call } = useProgram();
  const { isBusy, problem, run, clear } = useCommand();
  const [mode, setMode] = useState<'sign-in' | 'create'>('sign-in');
  const [address, setAddress] = useState('');
  const [password, setPassword] = useState('');
  const [invite, setInvite] = useState('');
  const [remember, setRemember] = useState(true);
  const [server, setServer] = useState('');
  const [authority, setAuthority] = useState<AuthorityFile>();
  const [isAdvanced, setAdvanced] = useState(false);
  /** What was still empty when it was to be sent. */
  const [missing, setMissing] = useState<'address' | 'password'>();
  const title = useId();
  const form = useRef<HTMLFormElement>(null);

  const choice = {
    ...(server.trim() === '' ? {} : { server: server.trim() }),
    ...(authority === undefined ? {} : { ca: authority.pem }),
  };
  const look = useDomainLook(address, choice);
  const facts = look.type === 'found' ? look.facts : undefined;
  const isCreating = mode === 'create';

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send(isCreating);
  };

  const send = (isNew: boolean): void => {
    const lacking = address.trim() === '' ? 'address' : password === '' ? 'password' : undefined;
    setMissing(lacking);
    if (lacking !== undefined) return inputOf(form.current, lacking)?.focus();
    const credentials = { address: address.trim(), password, remember, ...choice };
    const code = invite.trim();
    run(
      () =>
        isNew
          ? call('account.create', { ...credentials, ...(code === '' ? {} : { invite: code }) })
          : call('account.signIn', credentials),
      () => {
        // The password stays in no state of the window longer than it is needed.
        setPassword('');
        onDone?.();
      },
    );
  };

  const change = (next: typeof mode): void => {
    setMode(next);
    edited();
  };

  /** To the form for a new account; whoever has filled this one in means to send it. */
  const create = (): void => {
    change('create');
    const isOpen = facts === undefined || facts.registration === 'open';
    if (isOpen && address.trim() !== '' && password !== '') send(true);
  };

  /** What was wrong belongs to what was sent. */
  const edited = (): void => {
    setMissing(undefined);
    if (problem !== undefined) clear();
  };

  useEffect(() => {
    const field = problem === undefined ? undefined : WRONG_FIELD[problem.code];
    if (field !== undefined) inputOf(form.current, field)?.select();
  }, [problem]);

  const isServerWrong = problem?.code === 'invalid-argument' && choice.server !== undefined;
  return (
    <main className={styles.page}>
      <form ref={form} className={styles.form} aria-labelledby={title} onSubmit={submit} noValidate>
        <Mark />
        <div>
          <h1 id={title}>
            {isCreating ? t('create.title') : onBack ? t('signin.add.title') : t('signin.title')}
          </h1>
          <p className={styles.lede}>{isCreating ? t('create.lede') : t('signin.lede')}</p>
        </div>
        {problem !== undefined && !isServerWrong && (
          <ProblemCallout
            problem={problem}
            subject={{
              attempt: isCreating ? 'create' : 'sign-in',
              address: address.trim(),
              ...(facts === undefined ? {} : { domain: facts.domain }),
            }}
          />
        )}
        <Field
          label={t('signin.address')}
          value={address}
          onChange={(value) => {
            setAddress(value);
            edited();
          }}
          error={missing === 'address' ? t('signin.address.missing') : undefined}
          type="text"
          inputMode="email"
          autoComplete="username"
          spellCheck="false"
          placeholder={t('home.placeholder')}
          isRequired
          validationBehavior="aria"
          isInvalid={problem?.code === 'invalid-address'}
          autoFocus
          size="tall"
          dir="ltr"
        />
        {/* The same trouble is not said twice. */}
        {(look.type !== 'failed' || look.problem.code !== problem?.code) && <DomainLine look={look} />}
        <PasswordField
          value={password}
          onChange={(value) => {
            setPassword(value);
            edited();
          }}
          isNew={isCreating}
          isInvalid={problem?.code === 'authentication-failed'}
          hint={isCreating ? t('create.password.hint') : undefined}
          error={missing === 'password' ? t('signin.password.missing') : undefined}
        />
        {isCreating && facts?.registration !== 'open' && facts?.registration !== 'closed' && (
          <Field
            label={t('create.invite')}
            value={invite}
            onChange={(value) => {
              setInvite(value);
              edited();
            }}
            hint={
              facts === undefined
                ? t('create.invite.hint')
                : t('create.invite.needed', { domain: facts.domain })
            }
            autoComplete="off"
            spellCheck="false"
            size="tall"
            dir="ltr"
          />
        )}
        <FactsCallout facts={facts} isCreating={isCreating} />
        <Checkbox className={styles.check ?? ''} isSelected={remember} onChange={setRemember}>
          <span className={styles.box} aria-hidden="true">
            {remember && <Icon name="check" size="small" />}
          </span>
          {t('signin.remember')}
        </Checkbox>
        <button
          type="button"
          className={styles.more}
          aria-expanded={isAdvanced}
          onClick={() => setAdvanced(!isAdvanced)}
        >
          <Icon name={isAdvanced ? 'chev-down' : 'chev-end'} size="small" isDirected />
          {t('signin.advanced')}
        </button>
        {(isAdvanced || isServerWrong) && (
          <Advanced
            server={server}
            onServer={(value) => {
              setServer(value);
              edited();
            }}
            authority={authority}
            onAuthority={(file) => {
              setAuthority(file);
              edited();
            }}
            found={server.trim() === '' && facts !== undefined ? facts.server : undefined}
            serverError={isServerWrong ? t('error.invalid-server') : undefined}
          />
        )}
        <Button
          type="submit"
          look="primary"
          size="wide"
          isBusy={isBusy}
          isDisabled={isCreating && facts?.registration === 'closed' && facts.domain === wholeDomain(address)}
        >
          {isBusy
            ? isCreating
              ? t('create.busy')
              : t('signin.busy')
            : isCreating
              ? t('create.submit')
              : t('signin.submit')}
        </Button>
        <p className={styles.other}>
          {isCreating ? t('create.have') : t('signin.new')}{' '}
          <button
            type="button"
            className={styles.link}
            onClick={() => (isCreating ? change('sign-in') : create())}
          >
            {isCreating ? t('create.signin') : t('signin.create')}
          </button>
        </p>
        {onBack !== undefined && (
          <p className={styles.other}>
            <button type="button" className={styles.link} onClick={onBack}>
              {t('signin.back')}
            </button>
          </p>
        )}
        {onBack === undefined && !isCreating && (
          <div className={styles.restore}>
            <span>{t('restore.signin.have')}</span>
            <RestoreButton words={t('restore.signin')} />
          </div>
        )}
      </form>
    </main>
  );
}

/** The field to mend when this came back. */
const WRONG_FIELD: Partial<Record<ErrorCode, 'address' | 'password'>> = {
  'authentication-failed': 'password',
  'invalid-address': 'address',
  'domain-unknown': 'address',
  conflict: 'address',
};

function inputOf(form: HTMLFormElement | null, field: 'address' | 'password'): HTMLInputElement | undefined {
  const [address, password] = form?.querySelectorAll<HTMLInputElement>('input[aria-required]') ?? [];
  return field === 'address' ? address : password;
}

/** What the domain restricts, before anybody is bound to it. */
function FactsCallout({
  facts,
  isCreating,
}: {
  readonly facts: DomainFacts | undefined;
  readonly isCreating: boolean;
}) {
  if (facts === undefined) return null;
  if (isCreating && facts.registration === 'closed') {
    return <Callout kind="warn">{t('create.closed', { domain: facts.domain })}</Callout>;
  }
  const noPretend = facts.policy.includes('no-pretend');
  const noInvisible = facts.policy.includes('no-invisible');
  if (!noPretend && !noInvisible) return null;
  const key = noPretend && noInvisible ? 'both' : noPretend ? 'no-pretend' : 'no-invisible';
  return <Callout kind="plain">{t(`signin.policy.${key}`)}</Callout>;
}
