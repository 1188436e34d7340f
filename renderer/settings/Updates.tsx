import { type ReactNode, useState } from 'react';
import type { Problem, Update } from '../../shared/model.ts';
import { formatSize } from '../../shared/i18n/formats.ts';
import { t } from '../../shared/i18n/t.ts';
import { problemOf } from '../bridge.ts';
import { Button } from '../components/Button.tsx';
import { Callout } from '../components/Callout.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Switch } from '../components/Switch.tsx';
import { timeWithDay } from '../i18n/times.ts';
import { useMirror, useNow, useProgram, useSettings } from '../store/hooks.ts';
import about from './About.module.css';
import styles from './Settings.module.css';

const MINUTE = 60_000;

type Step = 'update.look' | 'update.download' | 'update.stop' | 'update.restart';

/** What is known of a newer version, with the one step that comes next. */
export function Updates({ update }: { readonly update: Update }) {
  const { call } = useProgram();
  const { looksForUpdates } = useSettings();
  const isHidden = useMirror((mirror) =>
    mirror.accounts.some(({ network }) => network.proxy.kind === 'socks5'),
  );
  const [problem, setProblem] = useState<Problem>();
  const fail = (error: unknown): void => setProblem(problemOf(error));
  const step = (command: Step) => (): void => {
    setProblem(undefined);
    call(command, null).catch(fail);
  };
  const look = (looks: boolean): void => {
    setProblem(undefined);
    call('settings.change', { looksForUpdates: looks }).catch(fail);
  };
  const failed = 'problem' in update ? update.problem : undefined;
  return (
    <>
      <div className={styles.option}>
        <div className={styles.what} role="status">
          <State update={update} />
        </div>
        {update.phase === 'available' && (
          <Button size="small" look="primary" onPress={step('update.download')}>
            {t(failed === undefined ? 'about.download' : 'about.look.again')}
          </Button>
        )}
        {update.phase === 'downloading' && (
          <>
            <Button size="small" onPress={step('update.stop')}>
              {t('about.stop')}
            </Button>
            <progress
              className={about.progress}
              aria-label={t('about.downloading', { version: update.version })}
              {...(update.total > 0 ? { value: update.done, max: update.total } : {})}
            />
          </>
        )}
        {update.phase === 'ready' && (
          <Button size="small" look="primary" onPress={step('update.restart')}>
            {t('about.restart')}
          </Button>
        )}
        {(update.phase === 'idle' || update.phase === 'newest' || update.phase === 'looking') && (
          <Button size="small" isBusy={update.phase === 'looking'} onPress={step('update.look')}>
            {t(failed === undefined ? 'about.look' : 'about.look.again')}
          </Button>
        )}
        {failed !== undefined && (
          <div className={styles.problem}>
            <Callout kind="bad" isAlert>
              {sentenceFor(failed)}
            </Callout>
          </div>
        )}
      </div>
      <div className={styles.option}>
        <div className={styles.what}>
          <b>{t('about.looks')}</b>
          <small>
            {t(!looksForUpdates ? 'about.looks.off' : isHidden ? 'about.looks.proxy' : 'about.looks.on')}
          </small>
        </div>
        <Switch label={t('about.looks')} isOn={looksForUpdates} onChange={look} />
        {problem !== undefined && (
          <div className={styles.problem}>
            <ProblemCallout problem={problem} subject={{ attempt: 'other' }} />
          </div>
        )}
      </div>
    </>
  );
}

function State({ update }: { readonly update: Update }): ReactNode {
  const now = useNow(MINUTE);
  switch (update.phase) {
    case 'idle':
      return t('about.idle');
    case 'looking':
      return t('about.looking');
    case 'newest':
      return (
        <Two what={t('about.newest')} more={t('about.newest.at', { time: timeWithDay(update.at, now) })} />
      );
    case 'available':
      return (
        <Two what={t('about.available', { version: update.version })} more={t('about.available.text')} />
      );
    case 'ready':
      return <Two what={t('about.ready', { version: update.version })} more={t('about.ready.text')} />;
    case 'downloading': {
      const { version, done, total } = update;
      const far =
        total === 0 ? '' : t('about.downloading.done', { done: formatSize(done), total: formatSize(total) });
      // How far it is changes four times a second: nothing to read out.
      return (
        <>
          <b>{t('about.downloading', { version })}</b>
          <small aria-hidden="true">{far}</small>
        </>
      );
    }
  }
}

function Two({ what, more }: { readonly what: string; readonly more: string }) {
  return (
    <>
      <b>{what}</b>
      <small>{more}</small>
    </>
  );
}

function sentenceFor(problem: Problem): string {
  if (problem.code === 'unreachable') return t('about.problem.unreachable');
  if (problem.code === 'update-refused') return t('about.problem.update-refused');
  return t('about.problem.other', { reason: problem.reason });
}
