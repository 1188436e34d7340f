import { collator } from '../../shared/i18n/formats.ts';
import { type FormEvent, useState } from 'react';
import { canonicalHost } from '../../shared/impp/address.ts';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { Field } from '../components/Field.tsx';
import { PersonField } from '../components/PersonField.tsx';
import { Radios } from '../components/Radios.tsx';
import { Select } from '../components/Select.tsx';
import { t } from '../../shared/i18n/t.ts';
import styles from './NewRule.module.css';
import type { RuleName } from './judge.ts';
import { membersOf, whoTitle } from './subjects.ts';
import { usePeople } from './use-rules.ts';

interface Props {
  readonly account: string;
  readonly onChosen: (name: RuleName) => void;
  readonly onClose: () => void;
}

type Kind = 'people' | 'group' | 'contacts' | 'domain' | 'anonymous' | 'everyone';

/** Whom a new rule is about. */
export function NewRule({ account, onChosen, onClose }: Props) {
  const people = usePeople(account);
  const groups = groupsOf(people);
  const [kind, setKind] = useState<Kind>('people');
  const [who, setWho] = useState<readonly string[]>([]);
  const [group, setGroup] = useState(groups[0]?.name ?? '');
  const [domain, setDomain] = useState('');
  const [error, setError] = useState<string>();
  const kinds: readonly Kind[] = [
    'people',
    ...(groups.length > 0 ? (['group'] as const) : []),
    'contacts',
    'domain',
    'anonymous',
    'everyone',
  ];

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (kind === 'anonymous') onChosen({ who: ['anonymous'] });
    else if (kind === 'everyone') onChosen({ who: ['*'] });
    else if (kind === 'group') onChosen({ who: membersOf(group, people), group });
    else if (kind === 'contacts') onChosen({ who: membersOf('', people), group: '' });
    else if (kind === 'people') {
      if (who.length > 0) onChosen({ who });
    } else {
      let host: string;
      try {
        host = canonicalHost(domain.trim().replace(/^@/, ''));
      } catch {
        setError(t('rules.new.domain.bad'));
        return;
      }
      onChosen({ who: [`impp://${host}/*`] });
    }
  };

  return (
    <Dialog title={t('rules.new.title')} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Radios
          label={t('rules.new.lede')}
          value={kind}
          options={kinds.map((one) => ({ value: one, text: t(`rules.new.${one}`) }))}
          onChange={(value) => {
            setKind(value);
            setError(undefined);
          }}
        />
        {kind === 'people' && (
          <>
            {who.length > 0 && (
              <p className={styles.chosen}>
                {who.map((one) => (
                  <button
                    key={one}
                    type="button"
                    className={styles.chip}
                    aria-label={t('rules.who.remove', { name: whoTitle(one, people) })}
                    onClick={() => setWho(who.filter((other) => other !== one))}
                  >
                    <bdi>{whoTitle(one, people)}</bdi> <span aria-hidden="true">×</span>
                  </button>
                ))}
              </p>
            )}
            <PersonField
              label={t('rules.new.person.label')}
              placeholder={t('view-as.placeholder')}
              people={people}
              isForMany
              error={error}
              onPick={(address) => {
                setError(address === account ? t('rules.new.own') : undefined);
                if (address !== account && !who.includes(address)) setWho([...who, address]);
              }}
              onBad={() => setError(t('rules.new.person.bad'))}
            />
          </>
        )}
        {kind === 'group' && (
          <Select
            label={t('rules.new.group.label')}
            value={group}
            options={groups.map(({ name, count }) => ({
              value: name,
              text: t('rules.new.group.member', { name, count }),
            }))}
            onChange={setGroup}
          />
        )}
        {kind === 'domain' && (
          <Field
            label={t('rules.new.domain.label')}
            value={domain}
            onChange={(value) => {
              setDomain(value);
              setError(undefined);
            }}
            placeholder="b.example"
            error={error}
            autoComplete="off"
            spellCheck="false"
            dir="ltr"
          />
        )}
        <DialogButtons>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button
            type="submit"
            look="primary"
            isDisabled={
              (kind === 'people' && who.length === 0) || (kind === 'domain' && domain.trim() === '')
            }
          >
            {t('rules.new.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function groupsOf(people: ReturnType<typeof usePeople>): readonly { name: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { groups } of people.values())
    for (const name of groups) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => collator().compare(a.name, b.name));
}
