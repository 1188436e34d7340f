import { type Keys, SHORTCUTS, type ShortcutName, type ShortcutPlace } from '../../shared/shortcuts.ts';
import { t } from '../../shared/i18n/t.ts';
import { keysWords } from '../i18n/keys.ts';
import { useMirror } from '../store/hooks.ts';
import messages from './Messages.module.css';
import settings from './Settings.module.css';
import styles from './Shortcuts.module.css';

interface Row {
  readonly name: ShortcutName;
  readonly keys: readonly Keys[];
  readonly isAppOnly?: true;
}

const PLACES = Object.keys(SHORTCUTS) as readonly ShortcutPlace[];

const rowsOf = (place: ShortcutPlace): readonly Row[] =>
  // The compiler holds names and table together; what is read from an object has lost that.
  Object.entries(SHORTCUTS[place]).map(([id, one]) => ({ ...one, name: `${place}.${id}` as ShortcutName }));

/** One key, or the first and the last of several digits, which are words of the language with keys between them. */
function KeysOf({ keys, platform }: { readonly keys: readonly Keys[]; readonly platform: string }) {
  const [first, last] = [keys[0], keys.at(-1)];
  if (first === undefined) return null;
  if (last === undefined || last === first || !/^\d$/.test(first.key) || !/^\d$/.test(last.key))
    return <kbd>{keysWords(first, platform)}</kbd>;
  return (
    <span className={styles.range}>
      {t('key.to', { first: keysWords(first, platform), last: keysWords(last, platform) })}
    </span>
  );
}

/** All keys that do something, by where they do it. */
export function Shortcuts() {
  const { kind, platform } = useMirror((mirror) => mirror.host);
  return (
    <>
      <p className={settings.lede}>{t('shortcuts.lede')}</p>
      {PLACES.map((place) => (
        <section key={place} aria-labelledby={`shortcuts-${place}`}>
          <h2 className={messages.heading} id={`shortcuts-${place}`}>
            {t(`shortcuts.${place}`)}
          </h2>
          <dl className={`${settings.list} ${styles.keys}`}>
            {rowsOf(place)
              .filter(({ isAppOnly }) => isAppOnly !== true || kind === 'electron')
              .map(({ name, keys }) => (
                <div key={name} className={styles.row}>
                  <dt>{t(`shortcut.${name}`)}</dt>
                  <dd>
                    <KeysOf keys={keys} platform={platform} />
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <h2 className={messages.heading}>{t('shortcuts.lists')}</h2>
      <p className={`${settings.text} ${styles.lists}`}>{t('shortcuts.lists.text')}</p>
    </>
  );
}
