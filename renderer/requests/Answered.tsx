import { formatList } from '../../shared/i18n/formats.ts';
import { type ReactNode, useState } from 'react';
import { label } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Button } from '../components/Button.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { decidingRule, principalOf } from '../rules/judge.ts';
import { accessOf, seesSentence } from '../rules/person-access.ts';
import { displayHost } from '../rules/subjects.ts';
import { useJudged } from '../rules/use-rules.ts';
import { WhyRule } from '../rules/Why.tsx';
import { useMirror, useProgram, useRules, useViews } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { useCommand } from '../store/use-command.ts';
import { type Answered, worstDomainOf } from './asking.ts';
import styles from './Requests.module.css';

/** More are looked up in the rules. */
const LISTED = 100;

interface Props {
  readonly aside: readonly Answered[];
  readonly declined: readonly Answered[];
}

/** Those who have had their answer, as the rules say: whom one blocks politely, and whom one has declined. */
export function AnsweredList({ aside, declined }: Props) {
  const unread = aside.reduce((sum, { conversation }) => sum + (conversation?.unread ?? 0), 0);
  return (
    <section className={styles.answered} aria-label={t('requests.answered')}>
      {aside.length > 0 && (
        <Section
          title={t('requests.aside')}
          text={`${t('requests.aside.text', { people: aside.length })}${unread > 0 ? ` ${t('requests.aside.unread', { count: unread })}` : ''}`}
          people={aside}
        />
      )}
      {declined.length > 0 && (
        <Section
          title={t('requests.declined')}
          text={t('requests.declined.text', { people: declined.length })}
          people={declined}
        >
          <WholeDomain declined={declined} />
        </Section>
      )}
    </section>
  );
}

interface SectionProps {
  readonly title: string;
  readonly text: string;
  readonly people: readonly Answered[];
  readonly children?: ReactNode;
}

function Section({ title, text, people, children }: SectionProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={styles.answer}>
      <div className={styles.answerHead}>
        <div>
          <h2>{title}</h2>
          <p>{text}</p>
        </div>
        {children}
        <Button size="small" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          {t(isOpen ? 'requests.hide' : 'requests.show')}
        </Button>
      </div>
      {isOpen && (
        <ul aria-label={title} className={styles.people}>
          {people.slice(0, LISTED).map((one) => (
            <Person key={pairKey(one.account, one.address)} {...one} />
          ))}
          {people.length > LISTED && <li>{t('requests.more', { count: people.length - LISTED })}</li>}
        </ul>
      )}
    </div>
  );
}

/** What holds for one of them, why, what they wrote, and the way back. */
function Person({ account, address, name, conversation }: Answered) {
  const { call, view } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const views = useViews(account);
  const list = useRules(account);
  const { rules, now } = useJudged(account);
  const who = principalOf(address);
  const access = accessOf(rules, address, account, now);
  const isRefused = access.effect.subscribe === 'deny' || access.effect.subscribe === 'pretend';
  const rule = decidingRule(rules, isRefused ? 'subscribe' : 'send', who, account, now);
  /** What a rule for their whole domain says is changed in that rule. */
  const canUndo = list.some((one) => one.group === undefined && one.who.includes(address));
  const last = conversation?.last;
  return (
    <li>
      <Avatar address={address} name={name} size="middle" isSilent />
      <div className={styles.who}>
        <b dir="auto">{name}</b> {label(address) !== name && <bdi>{label(address)}</bdi>}
        <p>{isRefused ? seesSentence(access, name, views) : t('requests.no-writing', { name })}</p>
        {last !== undefined && !last.isMine && (
          <p className={styles.excerpt} dir="auto">
            {last.text || formatList(last.files.map((file) => file.name))}
          </p>
        )}
      </div>
      <span className={styles.acts}>
        <WhyRule account={account} rule={rule} name={name} />
        {last !== undefined && (
          <Button
            size="tiny"
            aria-label={t('requests.read.label', { name })}
            onPress={() => view.getState().openConversation(account, address)}
          >
            {t('requests.read')}
          </Button>
        )}
        {canUndo && (
          <Button
            size="tiny"
            isDisabled={isBusy}
            aria-label={t('requests.undo.label', { name })}
            onPress={() => run(() => call('rules.remove', { account, who: [address] }))}
          >
            {t('requests.undo')}
          </Button>
        )}
      </span>
      {problem !== undefined && (
        <div className={styles.trouble}>
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
        </div>
      )}
    </li>
  );
}

/** Several declined people of one domain may be one nuisance. */
function WholeDomain({ declined }: { readonly declined: readonly Answered[] }) {
  const { call } = useProgram();
  const rules = useMirror((mirror) => mirror.rules);
  const [isAsking, setAsking] = useState(false);
  const worst = worstDomainOf(
    declined,
    (account, host) =>
      rules.get(account)?.some(({ who, send }) => who.includes(`impp://${host}/*`) && send === 'deny') ===
      true,
  );
  if (worst === undefined) return null;
  const who = `impp://${worst.host}/*`;
  const domain = displayHost(who);
  return (
    <>
      <Button size="small" onPress={() => setAsking(true)}>
        {t('requests.domain')}
      </Button>
      {isAsking && (
        <Confirm
          title={t('requests.domain.title', { domain })}
          text={t('requests.domain.text', { domain, count: worst.count })}
          confirm={t('requests.domain.confirm')}
          subject={{ attempt: 'other', address: worst.account }}
          work={() =>
            call('rules.change', {
              account: worst.account,
              who,
              change: { subscribe: 'deny', fetch: 'deny', send: 'deny' },
            })
          }
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
