import type { Account, Rule, View } from '../../shared/model.ts';
import { Button } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { PresenceSign } from '../components/PresenceSign.tsx';
import { formatList } from '../../shared/i18n/formats.ts';
import { t } from '../../shared/i18n/t.ts';
import { shownWords, stateShown, viewTitle } from '../i18n/views.ts';
import { useProgram, useRules, useViews } from '../store/hooks.ts';
import styles from './PresenceMenu.module.css';

interface Props {
  readonly account: Account;
  readonly close: () => void;
}

/** Who is shown what at the moment, and what they are shown when nobody is signed in. */
export function PresenceViews({ account, close }: Props) {
  const { view } = useProgram();
  const views = useViews(account.id);
  const rules = useRules(account.id);
  const shown = views.filter(({ id }) => id === 'default' || rules.some((rule) => rule.view === id));
  const left = views.filter(({ away }) => away !== undefined && away.note !== '');
  const edit = (): void => {
    close();
    view.getState().open({ type: 'settings', pane: 'views' });
  };
  if (views.length === 0) return null;
  return (
    <>
      <hr className={styles.rule} />
      <section className={styles.block} aria-label={t('presence.views')}>
        <div className={styles.label}>
          <span>{t('presence.views')}</span>
          <Button size="tiny" look="quiet" onPress={edit}>
            {t('presence.views.edit')}
          </Button>
        </div>
        {shown.map((one) => (
          <button key={one.id} type="button" className={styles.view} onClick={edit}>
            <PresenceSign state={stateShown(one, account.own)} isSilent />
            <span>
              <b dir="auto">{viewTitle(one.id, views)}</b>
              {t('words.more', {
                words: t('words.of', { first: peopleOf(one, rules), second: shownWords(one, account.own) }),
              })}
            </span>
            <Icon name="chev-end" size="small" isDirected />
          </button>
        ))}
      </section>
      <hr className={styles.rule} />
      <section className={styles.block} aria-label={t('presence.signed-out')}>
        <div className={styles.label}>
          <span>{t('presence.signed-out')}</span>
          <Button size="tiny" look="quiet" onPress={edit} aria-label={t('presence.signed-out.edit.label')}>
            {t('presence.signed-out.edit')}
          </Button>
        </div>
        {left.length === 0 && (
          <div className={styles.view}>
            <PresenceSign state="offline" isSilent />
            <span>{t('presence.signed-out.nothing')}</span>
          </div>
        )}
        {left.map((one) => (
          <div key={one.id} className={styles.view}>
            <PresenceSign state="offline" isSilent />
            <span>
              {one.id !== 'default' && <b>{t('words.head', { title: viewTitle(one.id, views) })} </b>}
              <bdi>{one.away?.note}</bdi>
            </span>
          </div>
        ))}
      </section>
    </>
  );
}

/** Whom the rules show a view, as far as they name it. */
function peopleOf({ id }: View, rules: readonly Rule[]): string {
  const who = [...new Set(rules.filter((rule) => rule.view === id).flatMap((rule) => rule.who))];
  if (who.includes('*')) return t('view.everyone-else');
  if (id === 'default') return t('view.everyone-allowed');
  const people = who.filter((one) => one.startsWith('impp://') && !one.endsWith('/*')).length;
  const others = who.length - people;
  return formatList([
    ...(people > 0 ? [t('view.people', { count: people })] : []),
    ...(others > 0 ? [t('view.domains', { count: others })] : []),
  ]);
}
