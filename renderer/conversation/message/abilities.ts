import type { Message } from '../../../shared/model.ts';

/** What may be done with a message where it stands. */
export interface Abilities {
  readonly reply: boolean;
  readonly react: boolean;
  readonly correct: boolean;
  readonly forward: boolean;
  readonly copy: boolean;
  readonly retry: boolean;
  /** Stops what has no answer yet, or has not been fetched whole. */
  readonly cancel: boolean;
  readonly retract: boolean;
}

/** `isRequest`: from somebody who is not accepted, so that nothing goes back to them. */
export function abilitiesOf(message: Message, isRequest: boolean, isTransferred = false): Abilities {
  const { isMine, outcome, text, deferred } = message;
  const isHere = message.isRetracted !== true;
  const isUndelivered = outcome === 'failed' || outcome === 'expired';
  const isOpen = outcome === 'waiting' || outcome === 'sent';
  const isTaken = isHere && !isUndelivered;
  return {
    reply: isTaken && !isRequest,
    react: isTaken && outcome !== 'waiting' && !isRequest,
    correct: isMine && isTaken && text !== '',
    forward: isHere && deferred === undefined && !isRequest,
    copy: isHere && text !== '',
    retry: isUndelivered,
    cancel: isMine ? isOpen : isTransferred,
    retract: isMine && isTaken && outcome !== 'waiting',
  };
}
