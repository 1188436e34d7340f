import { useEffect, useState } from 'react';
import type { HostFacts, Problem } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { problemOf } from '../bridge.ts';
import { Button } from '../components/Button.tsx';
import { Callout } from '../components/Callout.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { useMirror, useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import about from './About.module.css';
import messages from './Messages.module.css';
import styles from './Settings.module.css';
import { Updates } from './Updates.tsx';

/** Which program this is, how newer ones come, and whose work is in it. */
export function About() {
  const { call } = useProgram();
  const { version, kind } = useMirror((mirror) => mirror.host);
  const update = useMirror((mirror) => mirror.update);
  const [facts, setFacts] = useState<HostFacts>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    call('host.facts', null).then(setFacts, (error: unknown) => setProblem(problemOf(error)));
  }, [call]);
  return (
    <>
      <p className={styles.lede}>{t('about.name', { version })}</p>
      <p className={messages.note}>{t('about.licence')}</p>
      {facts?.isUnsandboxed === true && <Callout kind="warn">{t('about.unsandboxed')}</Callout>}
      {kind === 'electron' && facts !== undefined && (
        <>
          <h2 className={messages.heading}>{t('about.updates')}</h2>
          <div className={styles.list}>
            {update === undefined ? (
              <ByOthers isBySystem={facts.isUpdatedBySystem === true} />
            ) : (
              <Updates update={update} />
            )}
          </div>
        </>
      )}
      <h2 className={messages.heading}>{t('about.parts')}</h2>
      <Licences hasElectron={kind === 'electron'} />
      {problem !== undefined && <ProblemCallout problem={problem} subject={{ attempt: 'other' }} />}
    </>
  );
}

function ByOthers({ isBySystem }: { readonly isBySystem: boolean }) {
  return (
    <div className={styles.option}>
      <div className={styles.what}>
        <b>{t(isBySystem ? 'about.system' : 'about.none')}</b>
        <small>{t(isBySystem ? 'about.system.text' : 'about.none.text')}</small>
      </div>
    </div>
  );
}

/** Long: fetched when somebody wants to read it. */
function Licences({ hasElectron }: { readonly hasElectron: boolean }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [text, setText] = useState<string>();
  return (
    <div className={styles.list}>
      <div className={styles.option}>
        <div className={styles.what}>
          {t('about.parts.text')}
          {hasElectron && <small>{t('about.parts.electron')}</small>}
        </div>
        <Button
          size="small"
          isBusy={isBusy}
          aria-expanded={text !== undefined}
          onPress={() => {
            if (text === undefined)
              run(
                () => call('about.licences', null),
                (answer) => setText(answer.text),
              );
            else setText(undefined);
          }}
        >
          {t(text === undefined ? 'about.parts.show' : 'about.parts.hide')}
        </Button>
        {problem !== undefined && (
          <div className={styles.problem}>
            <ProblemCallout problem={problem} subject={{ attempt: 'other' }} />
          </div>
        )}
      </div>
      {text !== undefined && (
        <textarea
          className={about.licences}
          aria-label={t('about.parts')}
          dir="ltr"
          lang="en"
          rows={20}
          readOnly
          value={text}
        />
      )}
    </div>
  );
}
