import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Contact } from '../../shared/model.ts';
import { label } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Button, IconButton } from '../components/Button.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { Access } from '../rules/Access.tsx';
import { WhyNoPresence } from '../rules/Why.tsx';
import { useMirror, useProgram } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { nameFor } from '../store/names.ts';
import { useCommand } from '../store/use-command.ts';
import { groupsOf } from './groups.ts';
import styles from './Person.module.css';
import { PresenceCard } from './PresenceCard.tsx';

interface Props {
  readonly account: string;
  readonly address: string;
}

/** Who the other party is: presence with its age, the name and groups given to them, and the way out. */
export function Person({ account, address }: Props) {
  const { view } = useProgram();
  const contact = useMirror((mirror) => mirror.contacts.get(pairKey(account, address)));
  const isOneOfMany = useMirror((mirror) => mirror.accounts.length > 1);
  const { run } = useCommand();
  const [isCopied, setCopied] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const name = nameFor(contact, address);

  // Over the conversation it is what one looks at now; beside it, it was there before.
  useEffect(() => {
    if (view.getState().isPersonOver) panel.current?.focus();
  }, [view]);

  return (
    <aside
      ref={panel}
      className={styles.person}
      aria-label={t('person.label', { name })}
      data-ring="person"
      tabIndex={-1}
    >
      <div className={styles.head}>
        <span className={styles.close}>
          <IconButton size="small" label={t('person.close')} onPress={() => view.getState().togglePerson()}>
            <Icon name="close" size="small" />
          </IconButton>
        </span>
        <Avatar
          address={address}
          name={name}
          size="huge"
          isSilent
          {...(contact === undefined ? {} : { state: contact.presence.state })}
        />
        <h2 dir="auto">{name}</h2>
        <span className={styles.address}>
          <bdi>{label(address)}</bdi>
          <IconButton
            size="tiny"
            label={isCopied ? t('message.copied') : t('person.copy')}
            onPress={() =>
              run(
                () => navigator.clipboard.writeText(label(address)),
                () => setCopied(true),
              )
            }
          >
            <Icon name={isCopied ? 'check' : 'copy'} size="small" />
          </IconButton>
        </span>
      </div>
      {contact === undefined ? (
        <>
          <section className={styles.block}>
            <p className={styles.text}>{t('person.not-contact', { name })}</p>
            <Button size="small" onPress={() => view.getState().addContact(label(address))}>
              {t('person.add')}
            </Button>
          </section>
          <Access account={account} address={address} name={name} />
        </>
      ) : (
        <>
          <section className={styles.block} aria-label={t('person.presence')}>
            <PresenceCard contact={contact} name={name} />
            <WhyNoPresence contact={contact} name={name} />
          </section>
          <Access account={account} address={address} name={name} />
          <section className={styles.block}>
            <h3>{t('person.contact')}</h3>
            <ContactForm key={`${contact.name} ${contact.groups.join()}`} contact={contact} name={name} />
          </section>
          <section className={styles.block}>
            <Button
              size="small"
              look="danger"
              onPress={() => view.getState().ask({ type: 'remove', account, peer: address })}
            >
              <Icon name="trash" size="small" />
              {t('person.remove')}
            </Button>
          </section>
        </>
      )}
      {isOneOfMany && (
        <section className={styles.block}>
          <h3>{t('person.account')}</h3>
          <p className={styles.text}>{label(account)}</p>
        </section>
      )}
    </aside>
  );
}

function ContactForm({ contact, name }: { readonly contact: Contact; readonly name: string }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [given, setGiven] = useState(contact.name);
  const [groups, setGroups] = useState(contact.groups.join(', '));
  const wanted = groupsOf(groups);
  const isChanged = given.trim() !== contact.name || wanted.join('\n') !== contact.groups.join('\n');

  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!isChanged) return;
    const { account, address } = contact;
    run(() => call('contact.change', { account, address, name: given.trim(), groups: wanted }));
  };
  return (
    <form className={styles.form} onSubmit={save}>
      <Field
        label={t('person.name')}
        value={given}
        onChange={setGiven}
        placeholder={t('person.name.placeholder', { name })}
        autoComplete="off"
        maxLength={200}
      />
      <Field
        label={t('person.groups')}
        value={groups}
        onChange={setGroups}
        placeholder={t('person.groups.placeholder')}
        hint={t('person.groups.hint')}
        autoComplete="off"
        maxLength={500}
      />
      {problem !== undefined && (
        <ProblemCallout problem={problem} subject={{ attempt: 'other', address: contact.account }} />
      )}
      {isChanged && (
        <Button type="submit" size="small" look="primary" isBusy={isBusy}>
          {t('person.save')}
        </Button>
      )}
    </form>
  );
}
