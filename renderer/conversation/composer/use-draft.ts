import { useCallback, useEffect, useRef } from 'react';
import { useProgram } from '../../store/hooks.ts';

/** A pause in typing of this many milliseconds saves the draft. */
const PAUSE = 600;

export interface Draft {
  /** The text is now this; saved after a pause, or at once. */
  readonly changed: (text: string, atOnce?: boolean) => void;
  /** This text became a message: its draft is gone with it. */
  readonly saved: (text: string) => void;
}

/** Keeps what is typed: after a pause, when the field is left, and when the conversation is. */
export function useDraft(account: string, peer: string, draft: string): Draft {
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
