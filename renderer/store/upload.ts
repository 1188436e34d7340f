import { encodeBase64 } from '../../shared/base64.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Call } from '../bridge.ts';

/** Octets of one portion: small enough that no other command waits long behind it. */
const PORTION = 512 * 1024;

interface Options {
  /** Octets that the program has, after each portion. */
  readonly onProgress?: (done: number) => void;
  /** Nobody wants it any more: rejects with `cancelled`. */
  readonly signal?: AbortSignal;
}

/**
 * Brings a file to the program, which names it by the upload given back. Rejects as `upload.begin` and
 * `upload.append` do, with `not-found` when the file cannot be read; what has come over is dropped then.
 */
export async function uploadFile(
  call: Call,
  file: Blob,
  { onProgress, signal }: Options = {},
): Promise<string> {
  const { upload } = await call('upload.begin', { size: file.size });
  try {
    for (let at = 0; at < file.size; at += PORTION) {
      const bytes = await file
        .slice(at, at + PORTION)
        .arrayBuffer()
        .catch((cause: unknown) => {
          throw new ImppError('not-found', 'the file cannot be read', { cause });
        });
      if (signal?.aborted === true) throw new ImppError('cancelled', 'the upload was stopped');
      await call('upload.append', { upload, data: encodeBase64(new Uint8Array(bytes)) });
      onProgress?.(Math.min(file.size, at + PORTION));
    }
    return upload;
  } catch (error) {
    // What remains of it goes when the program ends, at the latest.
    call('upload.drop', { upload }).catch(() => undefined);
    throw error;
  }
}
