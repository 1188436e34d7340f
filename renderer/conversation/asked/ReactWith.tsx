import { useState } from 'react';
import type { Message } from '../../../shared/model.ts';
import { IconButton } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import { useProgram } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
import { EmojiPicker } from '../emoji/EmojiPicker.tsx';
import styles from './Asked.module.css';

/** What people answer with most; all others are behind the last button. */
const FIRST = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const;

export function ReactWith({ message, close }: { readonly message: Message; readonly close: () => void }) {
  const { call } = useProgram();
  const { run } = useCommand();
  const [isAll, setAll] = useState(false);
  const own = message.reactions.find(({ isMine }) => isMine)?.emoji;
  const react = (emoji: string): void =>
    run(() => call('message.react', { id: message.id, emoji: emoji === own ? '' : emoji }), close);
  if (isAll) return <EmojiPicker onPick={react} />;
  return (
    <div className={styles.quick} role="group" aria-label={t('message.react')}>
      {FIRST.map((emoji, index) => (
        <button
          key={emoji}
          type="button"
          className={styles.emoji}
          aria-label={t('message.react.with', { emoji })}
          aria-pressed={emoji === own}
          autoFocus={index === 0}
          onClick={() => react(emoji)}
        >
          {emoji}
        </button>
      ))}
      <IconButton label={t('message.react.more')} onPress={() => setAll(true)}>
        <Icon name="plus" />
      </IconButton>
    </div>
  );
}
