// Files on their way to the program, and how many of them go in one message.

import { encodedSize } from '../../../shared/mime/build.ts';
import type { Call } from '../../bridge.ts';

/** Octets of a portion: no pause for what else goes the same way. */
const PORTION = 1_000_000;
/** Files that the program takes at a time. */
export const MOST_FILES = 8;

export interface Uploaded {
  readonly upload: string;
  readonly name: string;
  readonly type: string;
}

/** Gives the program files; when one of them fails, none is left there. Rejects as the commands do. */
export async function uploadAll(call: Call, files: readonly File[]): Promise<Uploaded[]> {
  const uploaded: Uploaded[] = [];
  try {
    for (const file of files) {
      // One after the other: together they would be in memory at once.
      // oxlint-disable-next-line no-await-in-loop
      const { upload } = await call('upload.begin', { size: file.size });
      uploaded.push({ upload, name: file.name, type: file.type });
      // oxlint-disable-next-line no-await-in-loop
      await append(call, upload, file);
    }
    return uploaded;
  } catch (error) {
    await dropAll(call, uploaded);
    throw error;
  }
}

async function append(call: Call, upload: string, file: File): Promise<void> {
  for (let at = 0; at < file.size; at += PORTION) {
    // In order, and each read only when the one before has been taken.
    // oxlint-disable-next-line no-await-in-loop
    const data = await base64Of(file.slice(at, at + PORTION));
    // oxlint-disable-next-line no-await-in-loop
    await call('upload.append', { upload, data });
  }
}

/** What was given for a message that then was not taken. */
export async function dropAll(call: Call, uploaded: readonly Uploaded[]): Promise<void> {
  // One that is gone already is gone.
  await Promise.allSettled(uploaded.map(({ upload }) => call('upload.drop', { upload })));
}

/** Encoded by the browser, beside what else the window does. */
function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      const text = typeof reader.result === 'string' ? reader.result : '';
      resolve(text.slice(text.indexOf(',') + 1));
    });
    reader.addEventListener('error', () => reject(reader.error ?? new Error('the file cannot be read')));
    reader.readAsDataURL(blob);
  });
}

/** Whether text and files fit a message of `max` octets; anything does where that is not known. */
export const fits = (files: readonly File[], text: string, max: number | undefined): boolean =>
  max === undefined ||
  encodedSize(
    files.map(({ size }) => ({ bytes: { length: size } })),
    text,
  ) <= max;

/**
 * The files of each message: as many as fit one, the text with the first. Every file alone fits.
 */
export function parcelsOf(files: readonly File[], text: string, max: number | undefined): File[][] {
  const parcels: File[][] = [[]];
  for (const file of files) {
    const last = parcels.at(-1) ?? [];
    const words = parcels.length === 1 ? text : '';
    const isFull = last.length >= MOST_FILES || !fits([...last, file], words, max);
    // A text that leaves no room for the first file goes before it.
    if (isFull && (last.length > 0 || words !== '')) parcels.push([file]);
    else last.push(file);
  }
  return parcels;
}
