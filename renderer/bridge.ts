// The window's one way to the program: whatever host put the bridge there, an answer becomes a value or an ImppError.

import { ImppError } from '../shared/errors.ts';
import type { Bridge, CommandName, RequestOf, ResponseOf } from '../shared/ipc.ts';
import type { Problem } from '../shared/model.ts';

declare global {
  interface Window {
    readonly parley?: Bridge;
  }
}

export type Call = <C extends CommandName>(command: C, request: RequestOf<C>) => Promise<ResponseOf<C>>;

/** `call(command, request)` over a bridge; rejects with the ImppError that the program answered. */
export function callOver(bridge: Bridge): Call {
  return async (command, request) => {
    const answer = await bridge.invoke(command, request);
    if (answer.ok) return answer.value;
    throw new ImppError(answer.code, answer.reason, { data: answer.data });
  };
}

/** Any thrown value as what a form can show. Anything but an ImppError is a fault of ours. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ImppError) return { code: error.code, reason: error.message, ...error.data };
  return { code: 'internal-error', reason: error instanceof Error ? error.message : String(error) };
}
