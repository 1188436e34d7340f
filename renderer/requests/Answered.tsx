import { useMemo } from 'react';
import type { Rule } from '../../shared/model.ts';
import { Button } from '../components/Button.tsx';
import { t } from '../i18n/t.ts';
import { useMirror, useNow, useProgram } from '../store/hooks.ts';
import type { Mirror } from '../store/mirror.ts';
import { personName } from '../store/names.ts';
import styles from './Requests.module.css';

const MINUTE = 60_000;
/** Named one by one; the others are counted. */
const NAMED = 3;

/** What became of earlier requests, as the rules say: who is politely blocked, who was refused. Absent without any. */
export function Answered() {
  const { view } = useProgram();
  const rules = useMirror((mirror) => mirror.rules);
  const contacts = useMirror((mirror) => mirror.contacts);
  const now = useNow(MINUTE);
  const blocked = useMemo(() => namesOf(rules, contacts, 'pretend', now), [rules, contacts, now]);
  const refused = useMemo(() => namesOf(rules, contacts, 'deny', now), [rules, contacts, now]);
  if (blocked.length === 0 && refused.length === 0) return null;
  return (
    <section className={styles.answered} aria-label={t('requests.answered')}>
      {blocked.length > 0 && (
        <div className={styles.answer}>
          <div>
            <h2>{t('requests.blocked')}</h2>
            <p dir="auto">{t('requests.blocked.text', { names: listed(blocked) })}</p>
          </div>
          <Button size="small" onPress={() => view.getState().open({ type: 'settings', pane: 'watchers' })}>
            {t('settings.watchers')}
          </Button>
        </div>
      )}
      {refused.length > 0 && (
        <div className={styles.answer}>
          <div>
            <h2>{t('requests.refused')}</h2>
            <p dir="auto">{t('requests.refused.text', { names: listed(refused) })}</p>
          </div>
          <Button size="small" onPress={() => view.getState().open({ type: 'settings', pane: 'rules' })}>
            {t('requests.refused.change')}
          </Button>
        </div>
      )}
    </section>
  );
}

/** The people whose own rule gives this answer and is in force. */
function namesOf(
  rules: Mirror['rules'],
  contacts: Mirror['contacts'],
  answer: Rule['subscribe'],
  now: number,
): string[] {
  return [...rules].flatMap(([account, list]) =>
    list
      .filter((rule) => rule.subscribe === answer && (rule.until === undefined || rule.until > now))
      .flatMap((rule) => rule.who)
      .filter((who) => who.startsWith('impp://') && !who.endsWith('/*'))
      .map((who) => personName({ contacts }, account, who)),
  );
}

const listed = (names: readonly string[]): string => {
  const first = names.slice(0, NAMED).join(', ');
  return names.length <= NAMED
    ? first
    : t('requests.and-more', { names: first, count: names.length - NAMED });
};
