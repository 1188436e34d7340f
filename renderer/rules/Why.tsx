import type { ReactNode } from 'react';
import { Dialog as AriaDialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import type { Contact, Problem, Rule } from '../../shared/model.ts';
import { domainOf } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { useNow, useProgram, useViews } from '../store/hooks.ts';
import { sentenceOf } from './sentence.ts';
import { subjectOf } from './subjects.ts';
import { usePeople } from './use-rules.ts';
import { formatSize } from '../../shared/i18n/formats.ts';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../../shared/i18n/t.ts';
import styles from './Why.module.css';

const MINUTE = 60_000;
const REASONS = ['asked', 'refused', 'ended', 'failed'] as const;

/** Why a contact's presence is not to be seen: the refusal, the lease, the limit or the error behind it. */
export function WhyNoPresence({ contact, name }: { readonly contact: Contact; readonly name: string }) {
  const { watch, problem, address } = contact;
  const reason = REASONS.find((one) => one === watch);
  if (reason === undefined) return null;
  return (
    <Why title={t('why.title', { name })} {...(problem === undefined ? {} : { problem })}>
      {t(`why.${reason}`, { name, domain: domainOf(address) })}
      {reason === 'failed' && problem !== undefined && (
        <> {sentenceFor(problem, { attempt: 'watch', address, name })}</>
      )}
    </Why>
  );
}

/** Which of one's own rules somebody meets, as a sentence, and the way to it. */
export function WhyRule({
  account,
  rule,
  name,
}: {
  readonly account: string;
  /** Absent: none decides, so that there is nothing to tell. */
  readonly rule: Rule | undefined;
  readonly name: string;
}) {
  const { view } = useProgram();
  const people = usePeople(account);
  const views = useViews(account);
  const now = useNow(MINUTE);
  if (rule === undefined) return null;
  const { title, number } = subjectOf(rule, people);
  return (
    <Why title={t('why.rule.title', { name })}>
      {t('why.rule', { who: title, sentence: sentenceOf(rule, number, views, now) })}{' '}
      <Button
        size="tiny"
        look="quiet"
        onPress={() => view.getState().open({ type: 'settings', pane: 'rules', about: { account, rule } })}
      >
        {t('why.rule.show')}
      </Button>
    </Why>
  );
}

interface Props {
  readonly title: string;
  readonly problem?: Problem;
  readonly children: ReactNode;
}

/** A small button that tells what is behind a refusal, and the codes for whoever has to look into it. */
export function Why({ title, problem, children }: Props) {
  return (
    <DialogTrigger>
      <span className={styles.button}>
        <Button size="tiny" look="quiet">
          {t('why.button')}
        </Button>
      </span>
      <Popover className={styles.popover ?? ''} placement="bottom start">
        <AriaDialog className={styles.dialog ?? ''}>
          <Heading slot="title" level={3} className={styles.title ?? ''}>
            {title}
          </Heading>
          <p>{children}</p>
          {problem !== undefined && (
            <dl className={styles.facts}>
              <dt>{t('why.answer')}</dt>
              <dd>{problem.code}</dd>
              <dt>{t('why.reason')}</dt>
              <dd>{problem.reason}</dd>
              {problem.maxMessageSize !== undefined && (
                <>
                  <dt>{t('why.limit')}</dt>
                  <dd>{formatSize(problem.maxMessageSize)}</dd>
                </>
              )}
            </dl>
          )}
        </AriaDialog>
      </Popover>
    </DialogTrigger>
  );
}
