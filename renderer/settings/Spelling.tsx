import { type FormEvent, useEffect, useState } from 'react';
import type { HostFacts, Settings } from '../../shared/model.ts';
import { collator, languageName } from '../../shared/i18n/formats.ts';
import { t } from '../../shared/i18n/t.ts';
import { Button, IconButton } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { Icon } from '../components/Icon.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Select } from '../components/Select.tsx';
import { Switch } from '../components/Switch.tsx';
import { useMirror, useProgram, useSettings } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import messages from './Messages.module.css';
import styles from './Settings.module.css';
import spelling from './Spelling.module.css';

/** Where dictionaries come from. */
const SERVER = 'redirector.gvt1.com';

interface Props {
  readonly onChange: (part: Partial<Settings>) => void;
}

/** Whether spelling is checked, and in which languages where dictionaries are to be fetched for that. */
export function Spelling({ onChange }: Props) {
  const { call } = useProgram();
  const kind = useMirror((mirror) => mirror.host.kind);
  const { checksSpelling } = useSettings();
  const [facts, setFacts] = useState<HostFacts>();
  useEffect(() => {
    // What is not known is not offered.
    call('host.facts', null).then(setFacts, () => undefined);
  }, [call]);
  const dictionaries = facts?.dictionaries;
  const hint = !checksSpelling
    ? 'off'
    : kind === 'browser'
      ? 'browser'
      : dictionaries === undefined
        ? 'system'
        : 'on';
  return (
    <>
      <h2 className={messages.heading}>{t('spelling.title')}</h2>
      <div className={styles.list}>
        <div className={styles.option}>
          <div className={styles.what}>
            <b>{t('spelling.check')}</b>
            <small>{t(`spelling.check.${hint}`)}</small>
          </div>
          <Switch
            label={t('spelling.check')}
            isOn={checksSpelling}
            onChange={(isOn) => onChange({ checksSpelling: isOn })}
          />
        </div>
        {dictionaries !== undefined && checksSpelling && (
          <Languages dictionaries={dictionaries} onChange={onChange} />
        )}
      </div>
    </>
  );
}

function Languages({ dictionaries, onChange }: Props & { readonly dictionaries: readonly string[] }) {
  const { spellingLanguages } = useSettings();
  const [isAdding, setAdding] = useState(false);
  return (
    <div className={styles.option}>
      <div className={styles.what}>
        <b>{t('spelling.languages')}</b>
        {spellingLanguages.length === 0 && <small>{t('spelling.languages.none')}</small>}
        <ul className={spelling.languages}>
          {spellingLanguages.map((language) => (
            <li key={language} className={spelling.language}>
              <bdi>{languageName(language)}</bdi>
              <IconButton
                size="tiny"
                label={t('spelling.remove', { language: languageName(language) })}
                onPress={() =>
                  onChange({ spellingLanguages: spellingLanguages.filter((one) => one !== language) })
                }
              >
                <Icon name="close" size="small" />
              </IconButton>
            </li>
          ))}
        </ul>
      </div>
      <Button size="small" onPress={() => setAdding(true)}>
        {t('spelling.add')}
      </Button>
      {isAdding && (
        <AddLanguage
          languages={dictionaries.filter((language) => !spellingLanguages.includes(language))}
          onClose={() => setAdding(false)}
        />
      )}
    </div>
  );
}

interface AddProps {
  readonly languages: readonly string[];
  readonly onClose: () => void;
}

/** Says where the dictionary comes from before it is fetched. */
function AddLanguage({ languages, onClose }: AddProps) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const named = languages
    .map((value) => ({ value, text: languageName(value) }))
    .sort((a, b) => collator().compare(a.text, b.text));
  const [language, setLanguage] = useState(() => wanted(languages) ?? named[0]?.value ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run(() => call('spelling.add', { language }), onClose);
  };
  return (
    <Dialog title={t('spelling.dialog.title')} onClose={onClose}>
      <form onSubmit={submit}>
        <Select label={t('spelling.language')} value={language} options={named} onChange={setLanguage} />
        <p className={messages.text}>{t('spelling.dialog.text', { server: SERVER })}</p>
        {problem !== undefined && <ProblemCallout problem={problem} subject={{ attempt: 'other' }} />}
        <DialogButtons>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t(isBusy ? 'spelling.fetching' : 'spelling.fetch')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

/** The first language of this computer for which there is a dictionary. */
const wanted = (languages: readonly string[]): string | undefined =>
  navigator.languages
    .flatMap((one) => [one, one.split('-')[0] ?? one])
    .find((one) => languages.includes(one));
