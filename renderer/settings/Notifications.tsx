import { useCallback, useEffect, useState } from 'react';
import type { AtLogin, HostFacts, Problem, Settings } from '../../shared/model.ts';
import { problemOf } from '../bridge.ts';
import { Button } from '../components/Button.tsx';
import { Callout } from '../components/Callout.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Segments } from '../components/Segments.tsx';
import { Switch } from '../components/Switch.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useProgram, useSettings } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import messages from './Messages.module.css';
import { QuietHours } from './QuietHours.tsx';
import styles from './Settings.module.css';

const SHOWN = ['text', 'name', 'nothing'] as const satisfies readonly Settings['notifies'][];

/** What notifications show, whether they come at all, and what stays when the window is closed. */
export function Notifications() {
  const { call } = useProgram();
  const [facts, setFacts] = useState<HostFacts>();
  const [problem, setProblem] = useState<Problem>();
  const fail = (error: unknown): void => setProblem(problemOf(error));
  const look = useCallback(() => {
    call('host.facts', null).then(setFacts, fail);
  }, [call]);
  useEffect(look, [look]);
  const change = (part: Partial<Settings>): void => {
    setProblem(undefined);
    call('settings.change', part).catch(fail);
  };
  const startAtLogin = (atLogin: AtLogin): void => {
    setProblem(undefined);
    call('host.startAtLogin', { atLogin }).then(look, fail);
  };
  return (
    <>
      <p className={styles.lede}>
        {t(facts?.notifications === 'browser' ? 'notify.lede.browser' : 'notify.lede.system')}
      </p>
      <h2 className={messages.heading}>{t('notify.shows')}</h2>
      <Content knowsLock={facts?.notifications === 'system'} onChange={change} />
      <h2 className={messages.heading}>{t('quiet.title')}</h2>
      <QuietHours knowsQuiet={facts?.knowsQuiet === true} onChange={change} />
      <p className={messages.note}>{t('notify.quiet')}</p>
      <h2 className={messages.heading}>{t('notify.works')}</h2>
      <div className={styles.list}>
        {facts?.notifications === 'browser' && <Permission />}
        <Test />
      </div>
      {facts?.notifications === 'system' && (
        <>
          <h2 className={messages.heading}>{t('notify.desktop')}</h2>
          <Desktop facts={facts} onChange={change} onStartAtLogin={startAtLogin} />
        </>
      )}
      {problem !== undefined && <ProblemCallout problem={problem} subject={{ attempt: 'other' }} />}
    </>
  );
}

type Change = (part: Partial<Settings>) => void;

interface ContentProps {
  /** A browser does not tell its pages that the screen is locked. */
  readonly knowsLock: boolean;
  readonly onChange: Change;
}

function Content({ knowsLock, onChange }: ContentProps) {
  const { notifies, hidesWhenLocked, hasSound } = useSettings();
  return (
    <div className={styles.list}>
      <div className={styles.option}>
        <div className={styles.what}>
          <b>{t(`notify.${notifies}`)}</b>
          <small>{t(`notify.${notifies}.hint`)}</small>
        </div>
        <Segments
          label={t('notify.shows')}
          value={notifies}
          options={SHOWN.map((value) => ({ value, text: t(`notify.${value}`) }))}
          onChange={(value) => onChange({ notifies: value })}
        />
      </div>
      {knowsLock && (
        <Option
          label={t('notify.locked')}
          hint={t('notify.locked.hint')}
          isOn={hidesWhenLocked}
          onChange={(isOn) => onChange({ hidesWhenLocked: isOn })}
        />
      )}
      <Option
        label={t('notify.sound')}
        hint={t(hasSound ? 'notify.sound.on' : 'notify.sound.off')}
        isOn={hasSound}
        onChange={(isOn) => onChange({ hasSound: isOn })}
      />
    </div>
  );
}

interface OptionProps {
  readonly label: string;
  readonly hint: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

function Option({ label, hint, isOn, onChange }: OptionProps) {
  return (
    <div className={styles.option}>
      <div className={styles.what}>
        <b>{label}</b>
        <small>{hint}</small>
      </div>
      <Switch label={label} isOn={isOn} onChange={onChange} />
    </div>
  );
}

const permissionNow = (): NotificationPermission =>
  'Notification' in globalThis ? Notification.permission : 'denied';

/** A browser asks the person once, and only when they have pressed this. */
function Permission() {
  const [permission, setPermission] = useState(permissionNow);
  if (permission === 'granted') return null;
  if (permission === 'denied') {
    return (
      <div className={styles.option}>
        <div className={styles.what}>{t('notify.permission.denied')}</div>
      </div>
    );
  }
  return (
    <div className={styles.option}>
      <div className={styles.what}>
        <b>{t('notify.permission')}</b>
        <small>{t('notify.permission.text')}</small>
      </div>
      <Button
        size="small"
        onPress={() => {
          Notification.requestPermission().then(setPermission, () => setPermission('denied'));
        }}
      >
        {t('notify.permission.ask')}
      </Button>
    </div>
  );
}

/** Shows one, and says what the system answered. */
function Test() {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [took, setTook] = useState<number>();
  const wasTried = took !== undefined || problem !== undefined;
  return (
    <div className={styles.option}>
      <div className={styles.what}>
        <b>{t('notify.test')}</b>
        <small role="status">
          {took === undefined ? t('notify.test.text') : t('notify.test.shown', { took })}
        </small>
      </div>
      <Button
        size="small"
        isBusy={isBusy}
        onPress={() => {
          setTook(undefined);
          run(
            () => call('notification.test', null),
            (answer) => setTook(answer.took),
          );
        }}
      >
        {t(wasTried ? 'notify.test.again' : 'notify.test.action')}
      </Button>
      {problem !== undefined && (
        <div className={styles.problem}>
          {problem.code === 'notification-refused' ? (
            <Callout kind="bad" isAlert>
              {t('notify.test.refused', { reason: problem.reason })}
            </Callout>
          ) : (
            <ProblemCallout problem={problem} subject={{ attempt: 'other' }} />
          )}
        </div>
      )}
    </div>
  );
}

interface DesktopProps {
  readonly facts: HostFacts;
  readonly onChange: Change;
  readonly onStartAtLogin: (atLogin: AtLogin) => void;
}

function Desktop({ facts, onChange, onStartAtLogin }: DesktopProps) {
  const { closesToTray } = useSettings();
  const { atLogin } = facts;
  return (
    <div className={styles.list}>
      {facts.hasTray ? (
        <Option
          label={t('notify.tray')}
          hint={t(closesToTray ? 'notify.tray.on' : 'notify.tray.off')}
          isOn={closesToTray}
          onChange={(isOn) => onChange({ closesToTray: isOn })}
        />
      ) : (
        <div className={styles.option}>
          <div className={styles.what}>{t('notify.no-tray')}</div>
        </div>
      )}
      {atLogin !== undefined && (
        <Option
          label={t('notify.login')}
          hint={t(atLogin === 'off' ? 'notify.login.off' : 'notify.login.on')}
          isOn={atLogin !== 'off'}
          onChange={(isOn) => onStartAtLogin(isOn ? 'hidden' : 'off')}
        />
      )}
      {atLogin !== undefined && atLogin !== 'off' && (
        <Option
          label={t('notify.hidden')}
          hint={t(atLogin === 'hidden' ? 'notify.hidden.on' : 'notify.hidden.off')}
          isOn={atLogin === 'hidden'}
          onChange={(isOn) => onStartAtLogin(isOn ? 'hidden' : 'shown')}
        />
      )}
    </div>
  );
}
