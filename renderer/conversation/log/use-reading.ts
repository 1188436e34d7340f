import { useEffect } from 'react';
import type { Conversation } from '../../../shared/model.ts';
import { useProgram } from '../../store/hooks.ts';

/** Whether somebody can be looking at the window. */
export const isWatched = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

/** Tells the program that the conversation was read, while its end is in sight of somebody. */
export function useReading(conversation: Conversation | undefined): void {
  const { call } = useProgram();
  useEffect(() => {
    if (conversation === undefined || conversation.unread === 0) return;
    const { account, peer } = conversation;
    const read = (): void => {
      if (!isWatched()) return;
      // Read again with the next message, or when the window comes back.
      call('conversation.read', { account, peer }).catch(() => undefined);
    };
    read();
    addEventListener('focus', read);
    document.addEventListener('visibilitychange', read);
    return () => {
      removeEventListener('focus', read);
      document.removeEventListener('visibilitychange', read);
    };
    // The whole conversation, not its count: a message that comes while another is being read leaves that equal.
  }, [call, conversation]);
}
