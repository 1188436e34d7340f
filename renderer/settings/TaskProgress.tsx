import { useId, useState } from 'react';
import { t } from '../../shared/i18n/t.ts';
import { Button } from '../components/Button.tsx';
import { useMirror, useProgram } from '../store/hooks.ts';
import styles from './TaskProgress.module.css';

/** A name for what takes long, by which it is told how far it is and can be stopped. */
export function useTask(): string {
  const [task] = useState(() => crypto.randomUUID());
  return task;
}

interface Props {
  readonly task: string;
  /** What goes on, in a word or two. */
  readonly words: string;
}

/** How far a task is, with the way to stop it. Shown while it runs. */
export function TaskProgress({ task, words }: Props) {
  const { call } = useProgram();
  const id = useId();
  const progress = useMirror((mirror) => mirror.tasks.get(task));
  return (
    <div className={styles.task}>
      <label htmlFor={id}>
        {progress === undefined
          ? words
          : t('task.progress', { words, share: Math.floor((100 * progress.done) / progress.total) })}
      </label>
      <progress
        id={id}
        className={styles.bar}
        // Without a value it says that it goes on.
        {...(progress === undefined ? {} : { max: progress.total, value: progress.done })}
      />
      <Button
        size="small"
        onPress={() => {
          // What comes of it is told by the task itself.
          call('task.stop', { task }).catch(() => undefined);
        }}
      >
        {t('task.stop')}
      </Button>
    </div>
  );
}
