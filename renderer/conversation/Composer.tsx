import {
  type FormEvent,
  type KeyboardEvent,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../i18n/t.ts';
import { useAccount, useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './Composer.module.css';

interface Props {
  readonly account: string;
  readonly peer: string;
  readonly name: string;
  /** What was kept from the last time. */
  readonly draft: string;
  readonly onLeave: () => void;
}

/** A pause in typing of this many milliseconds saves the draft. */
const PAUSE = 600;
/** Well under the smallest message size that a domain may set; more belongs into a file. */
export const LONGEST = 30_000;
/** What browsers report as key while an input method has it. */
const IME_KEY = 229;

/** Where one writes. What is typed is kept until the program says that the message is on disk. Keyed by conversation. */
export function Composer({ account, peer, name, draft, onLeave }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy, clear } = useCommand();
  const [text, setText] = useState(draft);
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  const phase = useAccount(account)?.connection;
  const { changed, saved } = useDraft(account, peer, draft);

  // The field is as tall as its text, up to a third of the window (see the style).
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.blockSize = 'auto';
    element.style.blockSize = `${element.scrollHeight}px`;
  }, [text]);

  useEffect(() => field.current?.focus({ preventScroll: true }), []);

  const isTooLong = text.length > LONGEST;
  /** Enter was pressed while the message before was still being saved: what then stands here goes next. */
  const isNext = useRef(false);
  const send = (): void => {
    if (text.trim() === '' || isTooLong) return;
    isNext.current = isBusy;
    if (isBusy) return;
    const sending = text;
    run(
      () => call('message.send', { account, peer, text: sending.trim() }),
      () => {
        // What was typed while the message was being saved stays.
        setText((now) => (now === sending ? '' : now.startsWith(sending) ? now.slice(sending.length) : now));
        saved(sending);
      },
    );
  };

  useEffect(() => {
    if (!isBusy && isNext.current) send();
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter chooses a word; some tell only by the key code of the first event.
    if (event.nativeEvent.isComposing || event.keyCode === IME_KEY) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (!event.repeat) send();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      onLeave();
    }
  };

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    send();
    field.current?.focus();
  };

  const placeholder =
    phase?.phase === 'online'
      ? t('composer.online', { name })
      : phase === undefined || phase.phase === 'signed-out' || phase.passwordNeeded === true
        ? t('composer.signed-out')
        : t('composer.offline');
  return (
    <form
      className={styles.composer}
      aria-label={t('composer.form', { name })}
      onSubmit={onSubmit}
      data-ring="composer"
    >
      <textarea
        ref={field}
        className={styles.text}
        aria-label={t('composer.label')}
        aria-describedby={hint}
        aria-invalid={isTooLong || undefined}
        placeholder={placeholder}
        rows={1}
        dir="auto"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          changed(event.target.value);
          if (problem !== undefined) clear();
        }}
        onKeyDown={onKeyDown}
        onBlur={() => changed(text, true)}
      />
      <IconButton type="submit" label={t('composer.send')} isDisabled={text.trim() === '' || isTooLong}>
        <Icon name="send" />
      </IconButton>
      <p id={hint} className={styles.hint} role="status">
        {isTooLong && t('composer.too-long', { length: text.length, limit: LONGEST })}
        {problem !== undefined && sentenceFor(problem, { attempt: 'message', address: peer, name })}
      </p>
    </form>
  );
}

interface Draft {
  /** The text is now this; saved after a pause, or at once. */
  readonly changed: (text: string, atOnce?: boolean) => void;
  /** This text became a message: its draft is gone with it. */
  readonly saved: (text: string) => void;
}

/** Keeps what is typed: after a pause, when the field is left, and when the conversation is. */
function useDraft(account: string, peer: string, draft: string): Draft {
  const { call, beforeClose } = useProgram();
  const state = useRef({
    text: draft,
    kept: draft,
    timer: undefined as ReturnType<typeof setTimeout> | undefined,
  });

  const save = useCallback(() => {
    const current = state.current;
    clearTimeout(current.timer);
    current.timer = undefined;
    if (current.text === current.kept) return;
    const { text } = current;
    current.kept = text;
    call('conversation.draft', { account, peer, text }).catch(() => {
      // Not kept: the next pause or the next blur tries again.
      if (current.kept === text) current.kept = draft;
    });
  }, [call, account, peer, draft]);

  const latest = useRef(save);
  useEffect(() => {
    latest.current = save;
  }, [save]);
  useEffect(() => {
    const flush = (): void => latest.current();
    const off = beforeClose(flush);
    return () => {
      off();
      flush();
    };
  }, [beforeClose]);

  const changed = useCallback(
    (text: string, atOnce = false) => {
      const current = state.current;
      current.text = text;
      clearTimeout(current.timer);
      if (atOnce) save();
      else current.timer = setTimeout(save, PAUSE);
    },
    [save],
  );
  const saved = useCallback(
    (text: string) => {
      const current = state.current;
      current.text = current.text.startsWith(text) ? current.text.slice(text.length) : current.text;
      save();
    },
    [save],
  );
  return { changed, saved };
}
