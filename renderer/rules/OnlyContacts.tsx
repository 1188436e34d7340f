import { useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { Icon } from '../components/Icon.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useProgram, useRules } from '../store/hooks.ts';
import { effectOn, probeOf } from './judge.ts';
import styles from './Rules.module.css';
import { membersOf } from './subjects.ts';
import { useJudged, usePeople } from './use-rules.ts';

/** The common case of being written to by contacts only, as the rules that make it so. */
export function OnlyContacts({ account }: { readonly account: string }) {
  const { call } = useProgram();
  const people = usePeople(account);
  const list = useRules(account);
  const { rules, now } = useJudged(account);
  const [isAsking, setAsking] = useState(false);
  if (effectOn(rules, probeOf('*'), account, now).send === 'deny') return null;

  const work = async (): Promise<void> => {
    const there = list.find(({ group }) => group === '');
    // Contacts first: at no moment are they shut out.
    await call('rules.put', {
      account,
      rule: { ...there, who: membersOf('', people), group: '', send: 'allow' },
    });
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
          text={t('rules.only.text')}
          confirm={t('rules.only.confirm')}
          subject={{ attempt: 'other', address: account }}
          work={work}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
