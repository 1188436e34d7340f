import { ImppError } from '../../shared/errors.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import type { Pairs } from '../connection/connection.ts';
import type { Context } from './context.ts';

/** Another device that keeps changing the same thing this often is at fault itself. */
const MOST_CONFLICTS = 8;

/** A thing at the server that several devices change: how it is asked for and set. */
export interface Shared {
  readonly get: string;
  readonly set: string;
  readonly headers: Pairs;
  readonly contentType: string;
}

export const documentNamed = (name: string, contentType: string): Shared => ({
  get: 'GET-DOCUMENT',
  set: 'SET-DOCUMENT',
  headers: [['Name', name]],
  contentType,
});

/** What is there; no body: nothing was ever set, or it was removed. */
export const readShared = async (
  context: Context,
  shared: Shared,
): Promise<{ revision: number; body: Uint8Array | undefined }> => {
  const response = await context.connection().request(shared.get, shared.headers);
  const body = response.body?.length === 0 ? undefined : response.body;
  return { revision: readDecimal(response.headers, 'Revision') ?? 0, body };
};

/**
 * Reads, edits and writes; where another device was first, reads again and does the same edit on what is there
 * now [IMPP 9, 10]. `edit` gives the new body, or undefined where there is nothing to change.
 */
export const changeShared = async (
  context: Context,
  shared: Shared,
  edit: (body: Uint8Array | undefined) => Uint8Array | undefined,
): Promise<void> => {
  for (let conflicts = 0; ; conflicts++) {
    const { revision, body } = await readShared(context, shared);
    const changed = edit(body);
    if (changed === undefined) return;
    try {
      await context
        .connection()
        .request(
          shared.set,
          [...shared.headers, ['If-Revision', String(revision)], ['Content-Type', shared.contentType]],
          changed,
        );
      return;
    } catch (error) {
      const isConflict = error instanceof ImppError && error.code === 'conflict';
      if (!isConflict || conflicts === MOST_CONFLICTS) throw error;
    }
  }
};
