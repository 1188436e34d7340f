// Files on their way to the program, and how many of them go in one message.

import { encodedSize } from '../../../shared/mime/size.ts';
import type { Call } from '../../bridge.ts';
import { uploadFile } from '../../store/upload.ts';

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
      const upload = await uploadFile(call, file);
      uploaded.push({ upload, name: file.name, type: file.type });
    }
    return uploaded;
  } catch (error) {
    await dropAll(call, uploaded);
    throw error;
  }
}

/** What was given for a message that then was not taken. */
export async function dropAll(call: Call, uploaded: readonly Uploaded[]): Promise<void> {
  // One that is gone already is gone.
  await Promise.allSettled(uploaded.map(({ upload }) => call('upload.drop', { upload })));
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
