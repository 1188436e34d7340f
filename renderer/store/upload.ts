import { ImppError } from '../../shared/errors.ts';
import type { Call } from '../bridge.ts';

/** Octets of a portion: no pause for what else goes the same way. */
const PORTION = 1_000_000;

interface Options {
  /** Octets that the program has, after each portion. */
  readonly onProgress?: (done: number) => void;
  /** Nobody wants it any more: rejects with `cancelled`. */
  readonly signal?: AbortSignal;
  /** It is no file of a message, and may be larger than one. */
  readonly isBackup?: boolean;
}

/**
 * Brings a file to the program, which names it by the upload given back. Rejects as `upload.begin` and
 * `upload.append` do, with `not-found` when the file cannot be read; what has come over is dropped then.
 */
export async function uploadFile(
  call: Call,
  file: Blob,
  { onProgress, signal, isBackup }: Options = {},
): Promise<string> {
  const { upload } = await call('upload.begin', {
    size: file.size,
    ...(isBackup === undefined ? {} : { isBackup }),
  });
  try {
    for (let at = 0; at < file.size; at += PORTION) {
      // In order, and each read only when the one before has been taken.
      // oxlint-disable-next-line no-await-in-loop
      const data = await base64Of(file.slice(at, at + PORTION));
      if (signal?.aborted === true) throw new ImppError('cancelled', 'the upload was stopped');
      // oxlint-disable-next-line no-await-in-loop
      await call('upload.append', { upload, data });
      onProgress?.(Math.min(file.size, at + PORTION));
    }
    return upload;
  } catch (error) {
    // What is left there goes when the program ends, at the latest.
    await call('upload.drop', { upload }).catch(() => undefined);
    throw error;
  }
}

/** Encoded by the browser, beside what else the window does. */
function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      const text = typeof reader.result === 'string' ? reader.result : '';
      resolve(text.slice(text.indexOf(',') + 1));
    });
    reader.addEventListener('error', () =>
      reject(new ImppError('not-found', 'the file cannot be read', { cause: reader.error })),
    );
    reader.readAsDataURL(blob);
  });
}
