// Bodies that are too large to stand in one row: what runs inside the SQLite worker, within a transaction. They
// come, go out and are removed a piece at a time, so that none of it holds up what else there is to commit.

import type { DatabaseSync } from 'node:sqlite';

import { letGo } from '../let-go.ts';
import { bodyGone } from './rules.ts';
import type { Storage } from './storage.ts';
import type { Synchronous } from './synchronous.ts';

const COMING = 0;
const KEPT = 1;
const LOOSE = 2;

/** A key is `body << 20 | number of the piece`. */
const LAST_PIECE = 0xfffff;

/** Octets of pieces after which the write-ahead log goes into the file: a few milliseconds of work at a time. */
const CHECKPOINT = 1024 * 1024;

/** Pieces removed in a step. To free one, SQLite reads all of its pages. */
const STEP = 8;

export interface SqliteBodies extends Synchronous<Pick<Storage, 'addPiece' | 'getPiece'>> {
  begin(octets: number): number;
  /** It comes no more; its pieces go with the steps of `clearBodies`. What a message has stays. */
  readonly abandonBody: (body: number) => void;
  /** Removes some pieces of what no message has; whether there may be more. */
  readonly clearBodies: () => boolean;
  /** A message has the body from here on. @throws internal-error when it is not one that was coming */
  keep(body: number): void;
  /** No message has it any more. */
  release(body: number): void;
  /**
   * After a commit whose callers have been answered. Left to itself, SQLite moves all of a large body at once,
   * and every message that comes meanwhile waits for it.
   */
  checkpoint(): void;
}

export function sqliteBodies(db: DatabaseSync): SqliteBodies {
  const insert = db.prepare(`INSERT INTO body (octets, state) VALUES (?, ${COMING}) RETURNING id`);
  const insertPiece = db.prepare(
    `INSERT INTO piece SELECT (?1 << 20) | ?2, ?3 WHERE (SELECT state FROM body WHERE id = ?1) = ${COMING}`,
  );
  const readPiece = db.prepare('SELECT octets FROM piece WHERE key = (? << 20) | ?');
  const keepBody = db.prepare(`UPDATE body SET state = ${KEPT} WHERE id = ? AND state = ${COMING}`);
  const abandonBody = db.prepare(`UPDATE body SET state = ${LOOSE} WHERE id = ? AND state = ${COMING}`);
  const releaseBody = db.prepare(`UPDATE body SET state = ${LOOSE} WHERE id = ?`);
  const readLoose = db.prepare(`SELECT id FROM body WHERE state <> ${KEPT} AND state = ${LOOSE} LIMIT 1`);
  const dropPieces = db.prepare(
    `DELETE FROM piece WHERE key IN
     (SELECT key FROM piece WHERE key BETWEEN (?1 << 20) AND (?1 << 20 | ${LAST_PIECE}) LIMIT ${STEP})`,
  );
  const dropBody = db.prepare('DELETE FROM body WHERE id = ?');
  let written = 0;

  return {
    begin: (octets) => (insert.get(octets) as { id: number }).id,
    addPiece(body, number, piece) {
      if (number > LAST_PIECE || insertPiece.run(body, number, piece).changes === 0) throw bodyGone(body);
      written += piece.length;
      letGo(piece);
    },
    getPiece: (body, number) => (readPiece.get(body, number) as { octets: Uint8Array } | undefined)?.octets,
    keep(body) {
      if (keepBody.run(body).changes === 0) throw bodyGone(body);
    },
    abandonBody: (body) => void abandonBody.run(body),
    release: (body) => void releaseBody.run(body),
    checkpoint() {
      if (written < CHECKPOINT) return;
      written = 0;
      db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    },
    clearBodies() {
      const loose = readLoose.get() as { id: number } | undefined;
      if (!loose) return false;
      if (Number(dropPieces.run(loose.id).changes) < STEP) dropBody.run(loose.id);
      return true;
    },
  };
}

/** Bodies that were coming when the last server ended will not come any more. */
export const releaseUnfinished = (db: DatabaseSync): void =>
  db.exec(`UPDATE body SET state = ${LOOSE} WHERE state <> ${KEPT}`);
