// Lines of the editor that a rule may leave to others: they show what holds then, and which rule says so.

import type { Rule } from '../../shared/model.ts';
import type { Permission } from '../../shared/impp/access-rules.ts';
import { Button } from '../components/Button.tsx';
import { Switch } from '../components/Switch.tsx';
import { together } from '../../shared/i18n/formats.ts';
import { t } from '../../shared/i18n/t.ts';
import { fallbackOf } from './judge.ts';
import styles from './RuleEditor.module.css';
import { subjectOf } from './subjects.ts';
import { usePeople } from './use-rules.ts';

interface OpenProps {
  readonly rule: Rule;
  readonly name: Permission;
  readonly account: string;
  readonly others: readonly Rule[];
  readonly now: number;
}

/** Which rule decides what this one leaves open. */
export function Open({ rule, name, account, others, now }: OpenProps) {
  const people = usePeople(account);
  const found = fallbackOf(others, rule.who, name, account, now);
  const deciding = found?.rule;
  return (
    <span className={styles.note}>
      {together(
        found !== undefined && name === 'subscribe' ? t(`rules.subscribe.${found.value}`) : '',
        deciding === undefined
          ? t('rules.open.built-in')
          : t('rules.open.hint', { rule: subjectOf(deciding, people).name }),
      )}
    </span>
  );
}

interface ToggleProps extends OpenProps {
  readonly name: 'fetch' | 'send' | 'change' | 'read';
  readonly label: string;
  readonly hint?: string;
  readonly onChange: (isOn: boolean) => void;
  /** Leaves it to other rules; absent: that is not offered. */
  readonly onOpen: (() => void) | undefined;
}

export function Toggle({ label, hint, onChange, onOpen, ...open }: ToggleProps) {
  const { rule, name, account, others, now } = open;
  const value = rule[name] ?? fallbackOf(others, rule.who, name, account, now)?.value;
  return (
    <div className={styles.line}>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      <span className={styles.value}>
        <Switch label={label} isOn={value === 'allow'} onChange={onChange} />
        {hint !== undefined && <span className={styles.hint}>{hint}</span>}
        {rule[name] === undefined && <Open {...open} />}
        {rule[name] !== undefined && onOpen !== undefined && (
          <Button size="tiny" look="quiet" onPress={onOpen}>
            {t('rules.leave-open')}
          </Button>
        )}
      </span>
    </div>
  );
}
