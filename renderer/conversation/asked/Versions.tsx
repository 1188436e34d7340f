import { useEffect, useState } from 'react';
import { Heading } from 'react-aria-components';
import type { Message } from '../../../shared/model.ts';
import { problemOf } from '../../bridge.ts';
import { sentenceFor } from '../../i18n/problems.ts';
import { t } from '../../../shared/i18n/t.ts';
import { timeWithDay } from '../../i18n/times.ts';
import { useNow, useProgram } from '../../store/hooks.ts';
import { MessageText } from '../message/MessageText.tsx';
import styles from './Asked.module.css';

const MINUTE = 60_000;

/** How a message read before it was corrected; the newest version last, as the log goes. */
export function Versions({ message }: { readonly message: Message }) {
  const { call } = useProgram();
  const [versions, setVersions] = useState<readonly { readonly at: number; readonly text: string }[]>([]);
  const [trouble, setTrouble] = useState<string>();
  const now = useNow(MINUTE);
  const { id, correctedAt } = message;
  useEffect(() => {
    let isHere = true;
    call('message.versions', { id }).then(
      (told) => isHere && setVersions(told),
      (error: unknown) => isHere && setTrouble(sentenceFor(problemOf(error), { attempt: 'other' })),
    );
    return () => {
      isHere = false;
    };
  }, [call, id, correctedAt]);
  return (
    <>
      <Heading slot="title" level={2} className={styles.title ?? ''}>
        {t('message.versions')}
      </Heading>
      {trouble !== undefined && <p role="alert">{trouble}</p>}
      <ol className={styles.versions}>
        {versions.map(({ at, text }, index) => (
          <li key={at}>
            <time dateTime={new Date(at).toISOString()}>
              {timeWithDay(at, now)}
              {index === 0 && ` · ${t('message.versions.first')}`}
            </time>
            <MessageText text={text} />
          </li>
        ))}
      </ol>
    </>
  );
}
