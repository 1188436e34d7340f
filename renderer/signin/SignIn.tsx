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
import { formatForPeople } from '../../shared/impp/address.ts';
import { hostForPeople } from '../../shared/impp/host.ts';
import { type Invitation, isInvitation } from '../../shared/impp/invitation.ts';
import { t } from '../../shared/i18n/t.ts';
import { RestoreButton } from '../settings/Restore.tsx';
import { useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import { Advanced } from './Advanced.tsx';
import { DomainLine } from './DomainLine.tsx';
import { PasswordField } from './PasswordField.tsx';
import { type InvitationLink, readInvitation } from './read-invitation.ts';
import styles from './SignIn.module.css';
import { useDomainLook, wholeDomain } from './use-domain-look.ts';
import { useWay } from './use-way.ts';

interface Props {
  /** A link that led here. */
  readonly invitation?: InvitationLink | undefined;
  /** There are accounts already: this one is added, and one can go back. */
  readonly onBack?: (() => void) | undefined;
  readonly onDone?: (() => void) | undefined;
}

/** First run, or one more account: sign in, or create an account at a domain that lets one. */
export function SignIn({ invitation, onBack, onDone }: Props) {
  const { call, view } = useProgram();
  const { isBusy, problem, run, clear } = useCommand();
  const [read, setRead] = useState(() =>
    invitation === undefined ? undefined : readInvitation(invitation.link),
  );
  const invited = read?.type === 'invitation' ? read.invitation : undefined;
  const [mode, setMode] = useState<'sign-in' | 'create'>(invited === undefined ? 'sign-in' : 'create');
  /** An address, or of who is invited a name alone. */
  const [typed, setTyped] = useState(invited === undefined ? '' : (invitation?.user ?? ''));
  const [password, setPassword] = useState('');
  const [invite, setInvite] = useState('');
  const [remember, setRemember] = useState(true);
  const way = useWay();
  const { choice } = way;
  const [isAdvanced, setAdvanced] = useState(way.isUnusual);
  /** What was still empty when it was to be sent. */
  const [missing, setMissing] = useState<'address' | 'password' | 'proxy'>();
  const title = useId();
  const form = useRef<HTMLFormElement>(null);

  const address = invited === undefined ? typed.trim() : addressAt(invited, typed);
  // Of who is invited the domain is asked nothing before there is a name.
  const look = useDomainLook(address, choice);
  const facts = look.type === 'found' ? look.facts : undefined;
  const isCreating = mode === 'create';

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send(isCreating);
  };

  const send = (isNew: boolean): void => {
    const lacking =
      address === '' ? 'address' : password === '' ? 'password' : choice === undefined ? 'proxy' : undefined;
    setMissing(lacking);
    if (lacking === 'proxy') return setAdvanced(true);
    if (lacking !== undefined) return inputOf(form.current, lacking)?.focus();
    const credentials = { address: address, password, remember, ...choice };
    const code = invited?.token ?? invite.trim();
    const contact = invited?.contact?.url;
    run(
      () =>
        isNew
          ? call('account.create', {
              ...credentials,
              ...(code === '' ? {} : { invite: code }),
              ...(contact === undefined ? {} : { contact }),
            })
          : call('account.signIn', credentials),
      (account) => {
        // The password stays in no state of the window longer than it is needed.
        setPassword('');
        onDone?.();
        if (contact !== undefined) view.getState().openConversation(account, contact);
      },
    );
  };

  const change = (next: typeof mode): void => {
    setMode(next);
    edited();
    inputOf(form.current, typed.trim() === '' ? 'address' : 'password')?.focus();
    if (invited === undefined) return;
    // Whoever has an account there signs in with it, and needs no invitation.
    setRead(undefined);
    setTyped(address);
  };

  /** What is pasted where an address is asked for may be an invitation. */
  const type = (text: string): void => {
    edited();
    const link = invited === undefined && isInvitation(text) ? readInvitation(text) : undefined;
    const isTaken = link?.type === 'invitation';
    if (invited === undefined) setRead(link);
    if (isTaken) setMode('create');
    setTyped(isTaken ? '' : text);
  };

  /** To the form for a new account; whoever has filled this one in means to send it. */
  const create = (): void => {
    change('create');
    const isOpen = facts === undefined || facts.registration === 'open';
    if (isOpen && address !== '' && password !== '') send(true);
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

  const isServerWrong = problem?.code === 'invalid-argument' && choice?.server !== undefined;
  return (
    <main className={styles.page}>
      <form ref={form} className={styles.form} aria-labelledby={title} onSubmit={submit} noValidate>
        <Mark />
        <div>
          <h1 id={title}>
            {invited !== undefined
              ? t('invite.title', { domain: hostForPeople(invited.host) })
              : isCreating
                ? t('create.title')
                : onBack
                  ? t('signin.add.title')
                  : t('signin.title')}
          </h1>
          <p className={styles.lede}>
            {invited !== undefined ? t('invite.lede') : isCreating ? t('create.lede') : t('signin.lede')}
          </p>
        </div>
        {invited?.contact !== undefined && (
          <Callout kind="plain">{t('invite.contact', { contact: formatForPeople(invited.contact) })}</Callout>
        )}
        {read?.type === 'refused' && <Callout kind="warn">{read.words}</Callout>}
        {problem !== undefined && !isServerWrong && (
          <ProblemCallout
            problem={problem}
            subject={{
              attempt: isCreating ? 'create' : 'sign-in',
              address: address,
              ...(facts === undefined ? {} : { domain: facts.domain }),
            }}
          />
        )}
        <Field
          key={invited === undefined ? 'address' : 'name'}
          label={
            invited === undefined
              ? t('signin.address')
              : t('invite.name', { domain: hostForPeople(invited.host) })
          }
          value={typed}
          onChange={type}
          hint={invited === undefined || address === '' ? undefined : t('invite.name.hint', { address })}
          error={
            missing !== 'address'
              ? undefined
              : invited === undefined
                ? t('signin.address.missing')
                : t('invite.name.missing')
          }
          type="text"
          inputMode="email"
          autoComplete="username"
          spellCheck="false"
          {...(invited === undefined ? { placeholder: t('home.placeholder') } : {})}
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
        {isCreating && invited === undefined && mayNeedInvitation(facts) && (
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
            way={way}
            onChange={(part) => {
              way.set(part);
              edited();
            }}
            isProxyMissing={missing === 'proxy'}
            found={choice?.server === undefined ? facts?.server : undefined}
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

const mayNeedInvitation = (facts: DomainFacts | undefined): boolean =>
  facts?.registration !== 'open' && facts?.registration !== 'closed';

/** What who is invited types is the name alone; a whole address is taken as it is. Empty while there is none. */
function addressAt({ host }: Invitation, typed: string): string {
  const name = typed.trim();
  return name === '' || name.includes('@') ? name : `${name}@${hostForPeople(host)}`;
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
