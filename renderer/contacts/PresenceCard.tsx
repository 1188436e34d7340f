import type { Contact } from '../../shared/model.ts';
import { label } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { PresenceSign } from '../components/PresenceSign.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { presenceTimes, presenceWords, troubleWords } from '../i18n/presence.ts';
import { t } from '../../shared/i18n/t.ts';
import { useAccount, useNow, useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './Person.module.css';

const MINUTE = 60_000;

/** The truth about a presence and its age; why there is none, when there is none. */
export function PresenceCard({ contact, name }: { readonly contact: Contact; readonly name: string }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const now = useNow(MINUTE);
  const { presence, watch } = contact;
  const isOnline = useAccount(contact.account)?.connection.phase === 'online';
  const trouble = troubleWords(contact, name, isOnline, now);
  // Of who refused, too: where their rule says no, nobody is asked, and where it no longer does, this is the way.
  const mayAsk =
    (watch === 'none' && isOnline) || watch === 'refused' || watch === 'ended' || watch === 'failed';
  return (
    <div className={styles.presence}>
      <PresenceSign state={presence.state} size="middle" isSilent />
      <div className={styles.lines}>
        <div className={styles.state}>{presenceWords(presence)}</div>
        {presence.note !== undefined && presence.note !== '' && (
          <div className={styles.note} dir="auto">
            {presence.note}
          </div>
        )}
        {presenceTimes(presence, now).map((line) => (
          <div key={line} className={styles.when}>
            {line}
          </div>
        ))}
        {presence.contactAddress !== undefined && (
          <div className={styles.when}>
            {t('presence.contact-address', { address: label(presence.contactAddress) })}
          </div>
        )}
        {trouble !== undefined && <p className={styles.watch}>{trouble}</p>}
        {mayAsk && (
          <Button
            size="small"
            isBusy={isBusy}
            onPress={() =>
              run(() =>
                call('contact.add', {
                  account: contact.account,
                  address: contact.address,
                  name: contact.name,
                  groups: [...contact.groups],
                }),
              )
            }
          >
            {watch === 'none' ? t('person.watch.ask') : t('person.watch.again')}
          </Button>
        )}
        {problem !== undefined && (
          <ProblemCallout problem={problem} subject={{ attempt: 'watch', address: contact.address, name }} />
        )}
      </div>
    </div>
  );
}
