import { type RefObject, useCallback, useMemo, useState } from 'react';
import type { Emoji } from '../emoji/emoji.ts';
import { useEmoji } from '../emoji/use-emoji.ts';
import { closedBefore, nameBefore, suggestionsFor } from './completion.ts';
import type { Edit } from './formatting.ts';

export interface Completion {
  /** What is offered now, the active one among them. */
  readonly shown: readonly Emoji[];
  readonly active: number;
  /** The name so far. */
  readonly typed: string;
  readonly editFor: (emoji: Emoji) => Edit | undefined;
  /** Whether the key was for what is offered. */
  readonly onKey: (key: string, edit: (edit: Edit | undefined) => void) => boolean;
  /** After each change of the field: what a name that was closed becomes. */
  readonly onChange: (field: HTMLTextAreaElement) => Edit | undefined;
  readonly onSelect: () => void;
  readonly close: () => void;
}

const NOTHING: readonly Emoji[] = [];

/** Offers emoji by their names while one types them. */
export function useCompletion(field: RefObject<HTMLTextAreaElement | null>, text: string): Completion {
  const [caret, setCaret] = useState<number>();
  const [active, setActive] = useState(0);
  /** Esc leaves this name alone. */
  const [closedAt, setClosedAt] = useState<number>();
  const begun = caret === undefined ? undefined : nameBefore(text, caret);
  const all = useEmoji(begun !== undefined);
  const name = begun?.name;
  const found = useMemo(
    () => (name === undefined || all === undefined ? NOTHING : suggestionsFor(all, name)),
    [all, name],
  );
  const shown = begun === undefined || begun.from === closedAt ? NOTHING : found;

  const editFor = (emoji: Emoji): Edit | undefined => {
    if (begun === undefined || caret === undefined) return undefined;
    const sign = `${emoji.sign} `;
    const end = begun.from + sign.length;
    return { from: begun.from, to: caret, text: sign, start: end, end };
  };
  const onKey = (key: string, edit: (edit: Edit | undefined) => void): boolean => {
    const chosen = shown[active] ?? shown[0];
    if (chosen === undefined) return false;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      setActive((active + (key === 'ArrowDown' ? 1 : -1) + shown.length) % shown.length);
      return true;
    }
    if (key === 'Enter' || key === 'Tab') {
      edit(editFor(chosen));
      return true;
    }
    if (key !== 'Escape') return false;
    setClosedAt(begun?.from);
    return true;
  };
  const onChange = ({ value, selectionStart }: HTMLTextAreaElement): Edit | undefined => {
    setCaret(selectionStart);
    setActive(0);
    const closed = all && closedBefore(all, value, selectionStart);
    if (closed === undefined) return undefined;
    const end = closed.from + closed.sign.length;
    return { from: closed.from, to: selectionStart, text: closed.sign, start: end, end };
  };
  const onSelect = useCallback(() => {
    const { selectionStart, selectionEnd } = field.current ?? {};
    setCaret(selectionStart === selectionEnd ? selectionStart : undefined);
  }, [field]);
  const close = useCallback(() => setCaret(undefined), []);
  return {
    shown,
    active: Math.min(active, Math.max(0, shown.length - 1)),
    typed: name ?? '',
    editFor,
    onKey,
    onChange,
    onSelect,
    close,
  };
}
