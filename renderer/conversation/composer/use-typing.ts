import { useCallback, useEffect, useRef } from 'react';
import { useProgram } from '../../store/hooks.ts';

/** While one writes, that is said again so often; the program decides who is told, and how often. */
const AGAIN = 5000;
/** Without a key for so long one no longer writes. */
const PAUSE = 15_000;

/** Tells the program that the person writes: call it with each change of the text. */
export function useTyping(account: string, peer: string): (text: string) => void {
  const { call } = useProgram();
  const state = useRef({ told: 0, timer: undefined as ReturnType<typeof setTimeout> | undefined });

  const tell = useCallback(
    (isTyping: boolean) => {
      // A help for the other, and no more: what fails of it is not worth a word.
      call('conversation.typing', { account, peer, isTyping }).catch(() => undefined);
    },
    [call, account, peer],
  );
  const stop = useCallback(() => {
    const { current } = state;
    clearTimeout(current.timer);
    if (current.told > 0) tell(false);
    current.told = 0;
  }, [tell]);
  useEffect(() => stop, [stop]);

  return useCallback(
    (text: string) => {
      const { current } = state;
      if (text.trim() === '') {
        stop();
        return;
      }
      clearTimeout(current.timer);
      current.timer = setTimeout(stop, PAUSE);
      const now = Date.now();
      if (now - current.told < AGAIN) return;
      current.told = now;
      tell(true);
    },
    [stop, tell],
  );
}
