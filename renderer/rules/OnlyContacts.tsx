import { useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { Icon } from '../components/Icon.tsx';
import { t } from '../i18n/t.ts';
import { useProgram } from '../store/hooks.ts';
import { effectOn, probeOf } from './judge.ts';
import styles from './Rules.module.css';
import { writersOf } from './writers.ts';
import { useJudged, usePeople } from './use-rules.ts';

/** The common case of being written to by contacts only, as the rules that make it so. */
export function OnlyContacts({ account }: { readonly account: string }) {
  const { call } = useProgram();
  const people = usePeople(account);
  const { rules, now } = useJudged(account);
  const [isAsking, setAsking] = useState(false);
  if (effectOn(rules, probeOf('*'), account, now).send === 'deny') return null;

  const work = async (): Promise<void> => {
    const { unnamed, named } = writersOf(rules, people, account, now);
    // Contacts first: at no moment are they shut out.
    if (unnamed.length > 0) await call('rules.put', { account, rule: { who: unnamed, send: 'allow' } });
    for (const who of named) {
      // One after the other: each writes the same document.
      // oxlint-disable-next-line no-await-in-loop
      await call('rules.change', { account, who, change: { send: 'allow' } });
    }
    await call('rules.change', { account, who: '*', change: { send: 'deny' } });
  };

  return (
    <>
      <div className={styles.only}>
        <Button size="small" look="quiet" onPress={() => setAsking(true)}>
          <Icon name="lock" size="small" />
          {t('rules.only')}
        </Button>
      </div>
      {isAsking && (
        <Confirm
          title={t('rules.only.title')}
          text={t('rules.only.text', { count: [...people.values()].length })}
          confirm={t('rules.only.confirm')}
          subject={{ attempt: 'other', address: account }}
          work={work}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
