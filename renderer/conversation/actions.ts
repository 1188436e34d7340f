// What rows of the log ask of the conversation that they stand in.

import { createContext, useContext } from 'react';
import { ImppError } from '../../shared/errors.ts';
import type { Message, Place } from '../../shared/model.ts';
import type { Previews } from './files/previews.ts';

/** What is open over the log about some of its messages. */
export type Question =
  | { readonly type: 'details' | 'versions' | 'react' | 'retract'; readonly message: Message }
  | {
      readonly type: 'menu';
      readonly message: Message;
      readonly at?: { readonly x: number; readonly y: number };
      /** The text in it that was marked when the menu was opened: pressing in the menu takes the mark away. */
      readonly marked: string;
    }
  | { readonly type: 'picture'; readonly message: Message; readonly index: number }
  | { readonly type: 'forward' | 'delete'; readonly messages: readonly Message[] };

export interface Actions {
  readonly account: string;
  readonly name: string;
  /** From somebody who is not accepted: nothing in it is live, and nothing goes back. */
  readonly isRequest: boolean;
  readonly previews: Previews;
  readonly ask: (question: Question) => void;
  readonly reply: (message: Message) => void;
  readonly correct: (message: Message) => void;
  /** Shows the message at a place, wherever it is. */
  readonly jump: (place: Place) => void;
}

export const ActionsContext = createContext<Actions | undefined>(undefined);

export function useActions(): Actions {
  const actions = useContext(ActionsContext);
  if (actions === undefined) throw new ImppError('internal-error', 'no conversation around this row');
  return actions;
}

/** Whether Tab stops inside the row: only in the one that is read, or a log would be a hundred stops long. */
export const StopContext = createContext(false);

export const useStop = (): 0 | -1 => (useContext(StopContext) ? 0 : -1);
