import { formatList } from '../../shared/i18n/formats.ts';
import { useState } from 'react';
import type { Rule } from '../../shared/model.ts';
import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { PersonField } from '../components/PersonField.tsx';
import { t } from '../../shared/i18n/t.ts';
import styles from './RuleEditor.module.css';
import { type People as ByAddress, whoTitle } from './subjects.ts';

/** Named one by one; the others are counted. */
const NAMED = 4;

/** Of a rule for a group: who is in it at the moment. The contact list is where that changes. */
export function GroupRow({ rule, people }: { readonly rule: Rule; readonly people: ByAddress }) {
  const names = rule.who.slice(0, NAMED).map((one) => whoTitle(one, people));
  const rest = rule.who.length - names.length;
  return (
    <div className={styles.line}>
      <span className={styles.label}>{t('rules.who')}</span>
      <span className={styles.value}>
        {names.length > 0 && (
          <bdi>{formatList(rest > 0 ? [...names, t('rules.names.more', { count: rest })] : names)}</bdi>
        )}
        <span className={styles.note}>
          {rule.group === '' ? t('rules.who.contacts.note') : t('rules.who.group.note')}
        </span>
      </span>
    </div>
  );
}

interface Props {
  readonly who: readonly string[];
  readonly people: ByAddress;
  /** Oneself may do everything, whatever a rule says. */
  readonly owner: string;
  readonly onChange: (who: readonly string[]) => void;
}

/** Whom a rule names, to take out or add to. */
export function People({ who, people, owner, onChange }: Props) {
  const [error, setError] = useState<string>();
  return (
    <div className={styles.line}>
      <span className={styles.label}>{t('rules.who')}</span>
      <span className={styles.value}>
        {who.map((one) => {
          const name = whoTitle(one, people);
          return (
            <span key={one} className={styles.chip}>
              <bdi>{name}</bdi>
              <IconButton
                size="tiny"
                label={t('rules.who.remove', { name })}
                onPress={() => onChange(who.filter((other) => other !== one))}
              >
                <Icon name="close" size="small" />
              </IconButton>
            </span>
          );
        })}
        <span className={styles.add}>
          <PersonField
            label={t('rules.who.add')}
            isLabelHidden
            placeholder={t('rules.who.add')}
            people={people}
            isForMany
            error={error}
            onPick={(address) => {
              setError(address === owner ? t('rules.new.own') : undefined);
              if (address !== owner && !who.includes(address)) onChange([...who, address]);
            }}
            onBad={() => setError(t('rules.new.person.bad'))}
          />
        </span>
        {who.length === 0 && <span className={styles.note}>{t('rules.nobody')}</span>}
      </span>
    </div>
  );
}
