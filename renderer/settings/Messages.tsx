import { useState } from 'react';
import type { Problem, Settings } from '../../shared/model.ts';
import { problemOf } from '../bridge.ts';
import { ProblemCallout } from '../components/Problem.tsx';
import { Switch } from '../components/Switch.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useProgram, useSettings } from '../store/hooks.ts';
import { AccountChoice, useChosenAccount } from './AccountChoice.tsx';
import { BackUp } from './Backup.tsx';
import { ExportAll } from './Export.tsx';
import styles from './Messages.module.css';
import { Restore } from './Restore.tsx';
import settingsStyles from './Settings.module.css';

/** What others are told of one's reading and writing, and the history as something to take along. */
export function MessagesPane() {
  const [account, choose] = useChosenAccount();
  return (
    <>
      <h2 className={styles.heading}>{t('tell.title')}</h2>
      <Telling />
      <p className={styles.note}>{t('tell.persons')}</p>
      <h2 className={styles.heading}>{t('export.title')}</h2>
      <AccountChoice account={account.id} onChange={choose} />
      <div key={`export ${account.id}`} className={settingsStyles.list}>
        <ExportAll account={account.id} />
      </div>
      <h2 className={styles.heading}>{t('backup.title')}</h2>
      <div key={`backup ${account.id}`} className={settingsStyles.list}>
        <BackUp account={account.id} />
        <Restore />
      </div>
    </>
  );
}

const TOLD = [
  ['sendsReceipts', 'receipts'],
  ['sendsTyping', 'typing'],
] as const satisfies readonly (readonly [keyof Settings, string])[];

function Telling() {
  const { call } = useProgram();
  const settings = useSettings();
  const [problem, setProblem] = useState<Problem>();
  const change = (part: Partial<Settings>): void => {
    setProblem(undefined);
    call('settings.change', part).catch((error: unknown) => setProblem(problemOf(error)));
  };
  return (
    <div className={settingsStyles.list}>
      {TOLD.map(([name, words]) => (
        <div key={name} className={settingsStyles.option}>
          <div className={settingsStyles.what}>
            <b>{t(`tell.${words}`)}</b>
            <small>{t(`tell.${words}.${settings[name] ? 'on' : 'off'}`)}</small>
          </div>
          <Switch
            label={t(`tell.${words}`)}
            isOn={settings[name]}
            onChange={(isOn) => change({ [name]: isOn })}
          />
        </div>
      ))}
      {problem !== undefined && <ProblemCallout problem={problem} subject={{ attempt: 'other' }} />}
    </div>
  );
}
