import { type MouseEvent, useMemo, useState } from 'react';
import { t } from '../i18n/t.ts';
import { useProgram } from '../store/hooks.ts';
import { type Part, partsOf } from './links.ts';
import styles from './MessageRow.module.css';

/** More than this is shown on demand: a pasted log must not push everything else out of the window. */
const LONG = 2400;
const MANY_LINES = 30;

/** The text of a message as text. Only its links are more, and they are opened outside. */
export function MessageText({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false);
  const cut = useMemo(() => cutOf(text), [text]);
  const shown = isWhole || cut === undefined ? text : text.slice(0, cut);
  const parts = useMemo(() => partsOf(shown), [shown]);
  return (
    <>
      <span className={styles.text} dir="auto">
        {parts.map((part, index) => (part.type === 'text' ? part.text : <Link key={index} part={part} />))}
        {shown !== text && '…'}
      </span>
      {cut !== undefined && (
        <button
          type="button"
          className={styles.more}
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? t('message.less') : t('message.more')}
        </button>
      )}
    </>
  );
}

function Link({ part }: { readonly part: Part & { type: 'link' } }) {
  const { call } = useProgram();
  const open = (event: MouseEvent): void => {
    event.preventDefault();
    // A link that the program refuses to open simply stays closed: it was checked here by the same rule.
    call('link.open', { url: part.url }).catch(() => undefined);
  };
  return (
    <a href={part.url} rel="noreferrer noopener" dir="ltr" onClick={open} onAuxClick={open}>
      {part.text}
    </a>
  );
}

/** Where a huge text is cut: at a line end if one is near, never inside a surrogate pair. */
function cutOf(text: string): number | undefined {
  let end = text.length > LONG * 1.25 ? LONG : text.length;
  let lines = 0;
  for (let index = text.indexOf('\n'); index >= 0 && index < end; index = text.indexOf('\n', index + 1)) {
    lines += 1;
    if (lines === MANY_LINES) {
      end = index;
      break;
    }
  }
  if (end === text.length) return undefined;
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end - 1 : end;
}
