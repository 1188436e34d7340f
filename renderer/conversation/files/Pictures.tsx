import { type RefObject, useEffect, useRef, useState } from 'react';
import type { FilePart, Message } from '../../../shared/model.ts';
import { t } from '../../../shared/i18n/t.ts';
import { useActions, useStop } from '../actions.ts';
import { FileRow } from './FileRow.tsx';
import styles from './Files.module.css';
import { isPicture } from './previews.ts';
import { Picture } from './Picture.tsx';

/** Which files of a message are shown as pictures: none of a request, none that is not whole here. */
export function picturesOf(message: Message, isRequest: boolean): readonly FilePart[] {
  return isRequest || message.deferred !== undefined ? [] : message.files.filter(isPicture);
}

interface Props {
  readonly message: Message;
  readonly files: readonly FilePart[];
}

/**
 * Pictures in frames whose size is known before anything has been loaded, so that nothing moves when they come. One
 * that turns out to be none is a file like others.
 */
export function Pictures({ message, files }: Props) {
  const [bad, setBad] = useState<ReadonlySet<number>>(new Set());
  const good = files.filter(({ index }) => !bad.has(index));
  return (
    <>
      {good.length > 0 && (
        <div className={good.length === 1 ? styles.single : styles.grid}>
          {good.map((file) => (
            <Frame
              key={file.index}
              message={message}
              file={file}
              onBad={() => setBad((before) => new Set(before).add(file.index))}
            />
          ))}
        </div>
      )}
      {bad.size > 0 && (
        <div className={styles.bad}>
          {files
            .filter(({ index }) => bad.has(index))
            .map((file) => (
              <FileRow key={file.index} message={message} file={file} />
            ))}
        </div>
      )}
    </>
  );
}

interface FrameProps {
  readonly message: Message;
  readonly file: FilePart;
  readonly onBad: () => void;
}

function Frame({ message, file, onBad }: FrameProps) {
  const { previews, ask } = useActions();
  const stop = useStop();
  const { id } = message;
  const { index, name } = file;
  const frame = useRef<HTMLButtonElement>(null);
  const isNear = useNear(frame);
  const [loaded, setPicture] = useState(() => previews.peek(id, index));
  // What is far from sight is let go: a conversation of pictures takes no more memory than what is seen of it.
  const picture = isNear ? loaded : undefined;
  useEffect(() => {
    if (!isNear) return;
    let isHere = true;
    previews.get(id, index).then(
      (ready) => isHere && setPicture(ready),
      () => isHere && onBad(),
    );
    return () => {
      isHere = false;
      setPicture(undefined);
    };
    // What is bad stays bad: a new function to say so loads nothing again.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [previews, id, index, isNear]);
  // Much taller or wider than its frame: shown whole on a ground instead of a slice of it.
  const isWhole =
    picture !== undefined && (picture.height > picture.width * 1.2 || picture.width > picture.height * 3);
  return (
    <button
      ref={frame}
      type="button"
      className={styles.frame}
      tabIndex={stop}
      aria-label={
        picture === undefined ? t('file.picture.loading', { name }) : t('file.picture.open', { name })
      }
      onClick={() => ask({ type: 'picture', message, index })}
    >
      {picture !== undefined && (
        <Picture
          picture={picture}
          name={t('file.picture', { name })}
          className={`${styles.picture} ${isWhole ? styles.whole : ''}`}
        />
      )}
    </button>
  );
}

/** Whether it is in sight of the log, or less than a height of it away. */
function useNear(element: RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting === true), {
      root: current.closest('[role="log"]'),
      rootMargin: '100% 0px',
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return isNear;
}
