import type { Quote as QuoteModel } from '../../../shared/model.ts';
import { plain } from '../../../shared/text/format.ts';
import { t } from '../../../shared/i18n/t.ts';
import { useActions, useStop } from '../actions.ts';
import styles from './Quote.module.css';
import { quotedName } from './words.ts';

/** What a message answers: who wrote it and how it begins. Pressing it goes there. */
export function Quote({ quote }: { readonly quote: QuoteModel }) {
  const { name, jump } = useActions();
  const stop = useStop();
  const { place, text } = quote;
  if (text === undefined) {
    const words = quote.id === undefined ? t('message.quote.unknown') : t('message.quote.retracted');
    return <span className={styles.quote}>{words}</span>;
  }
  const words = (
    <>
      <b dir="auto">{quotedName(quote, name)}</b>
      <span className={styles.text} dir="auto">
        {plain(text)}
      </span>
    </>
  );
  if (place === undefined) return <span className={styles.quote}>{words}</span>;
  return (
    <button
      type="button"
      className={styles.quote}
      tabIndex={stop}
      title={t('message.quote.go')}
      onClick={() => jump(place)}
    >
      {words}
    </button>
  );
}
