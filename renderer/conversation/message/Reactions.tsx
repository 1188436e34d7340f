import type { Message } from '../../../shared/model.ts';
import { formatNumber } from '../../../shared/i18n/formats.ts';
import { t } from '../../../shared/i18n/t.ts';
import { useProgram } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
import { useActions, useStop } from '../actions.ts';
import styles from './Reactions.module.css';

/** The same emoji of both is one sign with a count; pressing it adds or takes back one's own. */
export function Reactions({ message }: { readonly message: Message }) {
  const { call } = useProgram();
  const { name, isRequest } = useActions();
  const { run, isBusy } = useCommand();
  const stop = useStop();
  const all = [...new Set(message.reactions.map(({ emoji }) => emoji))];
  return (
    <div className={styles.reactions}>
      {all.map((emoji) => {
        const given = message.reactions.filter((one) => one.emoji === emoji);
        const isMine = given.some((one) => one.isMine);
        const who = given.length > 1 ? formatNumber(given.length) : isMine ? t('message.you.short') : '';
        // What is to be seen comes first in what is said, for those who speak to their computer.
        const seen = `${emoji} ${who}`.trim();
        const words = isMine
          ? t('message.reaction.undo', { sign: seen })
          : t('message.reaction.same', { sign: seen, name });
        const sign = (
          <>
            <span className={styles.emoji}>{emoji}</span> {who}
          </>
        );
        if (isRequest) {
          return (
            <span key={emoji} className={styles.reaction}>
              {sign}
            </span>
          );
        }
        return (
          <button
            key={emoji}
            type="button"
            className={styles.reaction}
            aria-pressed={isMine}
            aria-label={words}
            disabled={isBusy}
            tabIndex={stop}
            onClick={() => run(() => call('message.react', { id: message.id, emoji: isMine ? '' : emoji }))}
          >
            {sign}
          </button>
        );
      })}
    </div>
  );
}
