import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomBytes } from '../shared/clock.ts';
import { ImppError } from '../shared/errors.ts';

/** Files on their way at a time: a message's worth, and no more than a window at fault may fill a disk with. */
const MOST_OPEN = 8;
const LARGEST = 64 * 1024 * 1024;
/** A backup holds everything, and is read from its file, never into memory. */
const LARGEST_BACKUP = 64 * 1024 ** 3;

interface Upload {
  readonly path: string;
  readonly file: FileHandle;
  readonly size: number;
  readonly isBackup: boolean;
  written: number;
  /** Portions are written in the order in which they came. */
  last: Promise<unknown>;
}

/** Files on their way from a window to the program, each in a file that only this person can read. */
export class Uploads {
  readonly #folder: string;
  readonly #random: RandomBytes;
  readonly #uploads = new Map<string, Upload>();
  #opening = 0;

  private constructor(folder: string, random: RandomBytes) {
    this.#folder = folder;
    this.#random = random;
  }

  /** Deletes what an earlier program left in `folder`. */
  static async open(folder: string, random: RandomBytes): Promise<Uploads> {
    await rm(folder, { recursive: true, force: true });
    return new Uploads(folder, random);
  }

  /** Begins a file of `size` octets. Throws `message-too-large`, `too-many-requests`. */
  async begin(size: number, isBackup = false): Promise<string> {
    const largest = isBackup ? LARGEST_BACKUP : LARGEST;
    if (size > largest) {
      throw new ImppError('message-too-large', 'the file is too large', {
        data: { maxMessageSize: largest },
      });
    }
    if (this.#uploads.size + this.#opening >= MOST_OPEN) {
      throw new ImppError('too-many-requests', 'too many files are on their way');
    }
    const upload = Buffer.from(this.#random(16)).toString('base64url');
    const path = join(this.#folder, upload);
    this.#opening++;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const file = await open(path, 'wx', 0o600);
      this.#uploads.set(upload, { path, file, size, isBackup, written: 0, last: Promise.resolve() });
    } finally {
      this.#opening--;
    }
    return upload;
  }

  /** Adds a portion, as base64. Throws `not-found`, `invalid-argument` for more than was announced. */
  async append(id: string, data: string): Promise<void> {
    const upload = this.#find(id);
    const bytes = Buffer.from(data, 'base64');
    if (bytes.length > upload.size - upload.written) {
      throw new ImppError('invalid-argument', 'the file is larger than announced');
    }
    upload.written += bytes.length;
    const writing = upload.last.then(() => upload.file.writeFile(bytes));
    upload.last = writing.catch(() => {});
    await writing;
  }

  /** Forgets the file. */
  async drop(id: string): Promise<void> {
    await this.#remove(id, this.#find(id));
  }

  /** The whole file, which is forgotten. Throws `not-found`, `invalid-argument` while it is not complete, or for a backup. */
  async take(id: string): Promise<Uint8Array> {
    const upload = this.#find(id);
    this.#requireWhole(upload);
    if (upload.isBackup) throw new ImppError('invalid-argument', 'a backup is no file of a message');
    await upload.last;
    try {
      return await readFile(upload.path);
    } finally {
      await this.#remove(id, upload);
    }
  }

  /**
   * Lets `use` read the file where it lies; then it is forgotten. Throws `not-found`, `invalid-argument` while it is
   * not complete.
   */
  async useFile<T>(id: string, use: (path: string) => Promise<T>): Promise<T> {
    const upload = this.#find(id);
    this.#requireWhole(upload);
    await upload.last;
    try {
      return await use(upload.path);
    } finally {
      await this.#remove(id, upload);
    }
  }

  /** Octets of a file that is complete. Throws `not-found`, `invalid-argument`. */
  sizeOf(id: string): number {
    const upload = this.#find(id);
    this.#requireWhole(upload);
    return upload.size;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#uploads].map(([id, upload]) => this.#remove(id, upload)));
  }

  #find(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload === undefined) throw new ImppError('not-found', 'there is no such file on its way');
    return upload;
  }

  #requireWhole({ written, size }: Upload): void {
    if (written < size) throw new ImppError('invalid-argument', 'the file is not complete');
  }

  async #remove(id: string, upload: Upload): Promise<void> {
    this.#uploads.delete(id);
    await upload.last;
    await upload.file.close();
    await rm(upload.path, { force: true });
  }
}
