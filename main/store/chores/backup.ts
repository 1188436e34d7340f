// A backup: all of one account in a SQLite file of this schema, in an age file that only the passphrase opens
// [https://age-encryption.org/v1]. Any age program opens it, too.

import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { Decrypter, Encrypter } from 'age-encryption';
import { ImppError } from '../../../shared/errors.ts';
import { Database, removeStore } from '../file/database.ts';
import { requireSound } from './copies.ts';
import { partOf } from '../file/part.ts';

/** Where a backup lies open while it is made or read: beside the store, and as private. */
const besideFor = (path: string, purpose: 'backup' | 'restore'): string =>
  join(dirname(path), `${purpose}.db`);

/** Removes what a program that was killed has left open. */
export const removeOpened = (path: string): void => {
  removeStore(besideFor(path, 'backup'));
  removeStore(besideFor(path, 'restore'));
};

/** Tables whose rows belong to an account, parents first; those of messages follow them. */
const OF_ACCOUNT = [
  'account_values',
  'contacts',
  'contact_edits',
  'conversation_edits',
  'gaps',
  'losses',
  'deleted',
  'messages',
  'effects',
] as const;

const copyAccount = (store: string, to: string, account: number): void => {
  removeStore(to);
  const db = new Database(to);
  try {
    db.run('ATTACH ? AS live', store);
    // One transaction: all of it as of one moment, while the store goes on.
    db.exec('BEGIN');
    db.run(`INSERT INTO accounts SELECT * FROM live.accounts WHERE id = ?`, account);
    db.exec(`UPDATE accounts SET secret = 'not-kept', secret_check = NULL, mechanism = NULL`);
    db.run(
      'INSERT INTO conversations SELECT * FROM live.conversations WHERE account = ? AND is_gone = 0',
      account,
    );
    for (const table of OF_ACCOUNT) {
      const kept =
        table === 'messages' || table === 'effects'
          ? ' AND conversation IN (SELECT id FROM conversations)'
          : '';
      db.run(`INSERT INTO ${table} SELECT * FROM live.${table} WHERE account = ?${kept}`, account);
    }
    db.exec(`INSERT INTO bodies SELECT * FROM live.bodies WHERE message IN (SELECT id FROM messages);
      INSERT INTO steps SELECT * FROM live.steps WHERE message IN (SELECT id FROM messages);
      COMMIT; DETACH live`);
  } finally {
    db.close();
  }
};

const source = (path: string): ReadableStream<Uint8Array> =>
  Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;

/** A file that nobody else may read, on the disk when it is closed. */
const sink = (path: string): WritableStream<Uint8Array> =>
  Writable.toWeb(createWriteStream(path, { mode: 0o600, flush: true })) as WritableStream<Uint8Array>;

/** What is wrong with a file that does not open. */
const refused = (error: unknown): ImppError => {
  const reason = error instanceof Error ? error.message : '';
  // The words of the library; there is no other sign of it.
  if (reason.includes('no identity matched'))
    return new ImppError('authentication-failed', 'the passphrase is another one', { cause: error });
  return new ImppError('invalid-argument', 'this is no backup, or it is damaged', { cause: error });
};

export const backupChores = {
  /** Removes what a backup that was stopped has left open. */
  dropOpened(path: string): null {
    removeOpened(path);
    return null;
  },

  /** Writes all of an account to the file `to`, for the passphrase. */
  async createBackup(path: string, account: number, passphrase: string, to: string): Promise<null> {
    const plain = besideFor(path, 'backup');
    const part = partOf(to);
    try {
      copyAccount(path, plain, account);
      const encrypter = new Encrypter();
      encrypter.setPassphrase(passphrase);
      const octets = source(plain);
      const encrypted = await encrypter.encrypt(octets);
      await encrypted.pipeTo(sink(part));
      renameSync(part, to);
      return null;
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    } finally {
      removeStore(plain);
    }
  },

  /**
   * Opens a backup into a file beside the store, for `restoreAccount`, and gives that file; whoever asked removes it.
   * Throws `authentication-failed` for another passphrase, `invalid-argument` for what is no whole backup.
   */
  async openBackup(path: string, backup: string, passphrase: string): Promise<string> {
    const plain = besideFor(path, 'restore');
    removeStore(plain);
    try {
      const decrypter = new Decrypter();
      decrypter.addPassphrase(passphrase);
      const octets = source(backup);
      const opened = await decrypter.decrypt(octets);
      await opened.pipeTo(sink(plain));
      // One of an older Parley is brought to this schema.
      const db = new Database(plain);
      try {
        requireSound(db);
      } finally {
        db.close();
      }
      return plain;
    } catch (error) {
      removeStore(plain);
      throw refused(error);
    }
  },
};
