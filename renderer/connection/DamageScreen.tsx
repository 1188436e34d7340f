import { useState } from 'react';
import type { Snapshot } from '../../shared/ipc.ts';
import { Button } from '../components/Button.tsx';
import { Mark } from '../components/Mark.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { formatSize } from '../../shared/i18n/formats.ts';
import { timeAndDay } from '../i18n/times.ts';
import { t } from '../../shared/i18n/t.ts';
import { useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import pane from '../styles/pane.module.css';
import styles from './DamageScreen.module.css';

interface Props {
  readonly damage: NonNullable<Snapshot['damage']>;
}

/** The history cannot be read: what happened, and the ways on, each with what it costs. */
export function DamageScreen({ damage }: Props) {
  const { call, view } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [isShown, setShown] = useState(false);
  const recover = (copy?: string): void =>
    run(
      () => call('store.recover', copy === undefined ? {} : { copy }),
      // By then the window shows what is there again; this is said over it.
      ({ messages }) => view.getState().ask({ type: 'recovered', messages }),
    );
  return (
    <main className={styles.page}>
      <div className={styles.inner}>
        <Mark />
        <h1>{t('damage.title')}</h1>
        <p>{t('damage.text')}</p>
        <ul className={`${pane.card} ${styles.ways}`}>
          {damage.copies.map(({ name, at, size }, index) => (
            <li key={name}>
              <div className={styles.words}>
                <h2>{t('damage.copy', { date: timeAndDay(at) })}</h2>
                <p>{t('damage.copy.size', { size: formatSize(size) })}</p>
                <p>{t('damage.copy.lost', { date: timeAndDay(at) })}</p>
              </div>
              <Button
                look={index === 0 ? 'primary' : 'plain'}
                isBusy={isBusy}
                aria-label={t('damage.copy.action.label', { date: timeAndDay(at) })}
                onPress={() => recover(name)}
              >
                {t('damage.copy.action')}
              </Button>
            </li>
          ))}
          <li>
            <div className={styles.words}>
              <h2>{t('damage.read')}</h2>
              <p>{t('damage.read.lost')}</p>
            </div>
            <Button
              look={damage.copies.length === 0 ? 'primary' : 'plain'}
              isBusy={isBusy}
              onPress={() => recover()}
            >
              {t('damage.read.action')}
            </Button>
          </li>
        </ul>
        {damage.copies.length === 0 && <p>{t('damage.none')}</p>}
        <p>{t('damage.kept')}</p>
        {problem !== undefined && <ProblemCallout problem={problem} subject={{ attempt: 'other' }} />}
        <p role="status">{isBusy && t('damage.busy')}</p>
        <button
          type="button"
          className={styles.details}
          aria-expanded={isShown}
          onClick={() => setShown(!isShown)}
        >
          {t('damage.details')}
        </button>
        {isShown && <pre className={styles.reason}>{damage.reason}</pre>}
      </div>
    </main>
  );
}
