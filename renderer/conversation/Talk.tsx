import { type DragEvent, useCallback, useRef, useState } from 'react';
import type { Message } from '../../shared/model.ts';
import { Icon } from '../components/Icon.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useProgram } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { Composer, type ComposerHandle } from './composer/Composer.tsx';
import type { Target } from './composer/TargetBar.tsx';
import { TypingLine } from './composer/TypingLine.tsx';
import { filesOf } from './composer/use-attachments.ts';
import styles from './Conversation.module.css';
import { Log } from './log/Log.tsx';
import { abilitiesOf } from './message/abilities.ts';
import { RequestBar } from './RequestBar.tsx';

interface Props {
  readonly account: string;
  readonly peer: string;
  readonly name: string;
}

/** The log and where one writes, and what goes from one to the other. Keyed by conversation. */
export function Talk({ account, peer, name }: Props) {
  const { call, mirror } = useProgram();
  const key = pairKey(account, peer);
  const draft = useMirror((state) => state.conversations.get(key)?.draft ?? '');
  const isRequest = useMirror((state) => state.conversations.get(key)?.isRequest === true);
  const [target, setTarget] = useState<Target>();
  const composer = useRef<ComposerHandle>(null);
  const root = useRef<HTMLDivElement>(null);
  const { isOver, handlers } = useDrop((data) => {
    if (!isRequest && target?.type !== 'correct') composer.current?.attach(filesOf(data));
  });

  const toComposer = useCallback(() => composer.current?.focus(), []);
  const toLog = useCallback(
    () => root.current?.querySelector<HTMLElement>('[data-ring="conversation"]')?.focus(),
    [],
  );
  const aim = useCallback((next: Target | undefined) => {
    setTarget(next);
    composer.current?.focus();
  }, []);
  const reply = useCallback((message: Message) => aim({ type: 'reply', message }), [aim]);
  const correct = useCallback((message: Message) => aim({ type: 'correct', message }), [aim]);
  const correctLast = useCallback(() => {
    const messages = mirror.getState().mirror?.logs.get(key)?.messages ?? [];
    const last = messages.findLast((message) => abilitiesOf(message, false).correct);
    if (last !== undefined) correct(last);
  }, [mirror, key, correct]);
  const replace = useCallback(
    ({ id }: Message) =>
      composer.current?.chooseFiles(() => {
        // It was never sent; should it stay, its words under it still say so.
        call('message.delete', { id }).catch(() => undefined);
      }),
    [call],
  );

  return (
    <div ref={root} className={styles.talk} {...handlers}>
      <Log
        account={account}
        peer={peer}
        name={name}
        onLeave={toComposer}
        onReply={reply}
        onCorrect={correct}
        onReplace={replace}
      />
      <TypingLine account={account} peer={peer} name={name} />
      {isRequest ? (
        <RequestBar account={account} peer={peer} name={name} />
      ) : (
        <Composer
          ref={composer}
          account={account}
          peer={peer}
          name={name}
          draft={draft}
          target={target}
          onTarget={setTarget}
          onCorrectLast={correctLast}
          onLeave={toLog}
        />
      )}
      {isOver && !isRequest && (
        <div className={styles.drop} aria-hidden="true">
          <Icon name="attach" size="large" />
          {t('log.drop')}
        </div>
      )}
    </div>
  );
}

/** Whether files are being dragged over it, and what to do with them when they are let go. */
function useDrop(onDrop: (data: DataTransfer) => void) {
  const [isOver, setOver] = useState(false);
  const isFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');
  const handlers = {
    onDragOver(event: DragEvent) {
      if (!isFiles(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    },
    onDragLeave(event: DragEvent) {
      // Leaving a part for another part is not leaving.
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
    },
    onDrop(event: DragEvent) {
      setOver(false);
      if (!isFiles(event)) return;
      event.preventDefault();
      onDrop(event.dataTransfer);
    },
  };
  return { isOver, handlers };
}
