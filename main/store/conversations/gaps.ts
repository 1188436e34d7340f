import type { Database } from '../file/database.ts';

/** Numbers of an inbox's log, both ends included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** A part of the log that the domain keeps no longer, with the times between which it lay. */
export interface Loss extends Range {
  readonly from: number;
  readonly until: number;
}

/** Takes a range out of the gaps. */
export const fillRange = (db: Database, account: number, { first, last }: Range): void => {
  const touched = db.all<Range>(
    'SELECT first, last FROM gaps WHERE account = ? AND first <= ? AND last >= ?',
    account,
    last,
    first,
  );
  for (const gap of touched) {
    db.run('DELETE FROM gaps WHERE account = ? AND first = ?', account, gap.first);
    if (gap.first < first)
      db.run('INSERT INTO gaps (account, first, last) VALUES (?, ?, ?)', account, gap.first, first - 1);
    if (gap.last > last)
      db.run('INSERT INTO gaps (account, first, last) VALUES (?, ?, ?)', account, last + 1, gap.last);
  }
};

/** When the entry just below, or just above, a number came; undefined where there is none. */
const timeBeside = (db: Database, account: number, sequence: number, isBelow: boolean): number | undefined =>
  db.get<{ received_at: number }>(
    `SELECT received_at FROM messages WHERE account = ? AND sequence ${isBelow ? '<' : '>'} ?
     ORDER BY sequence ${isBelow ? 'DESC' : 'ASC'} LIMIT 1`,
    account,
    sequence,
  )?.received_at;

export const gapOperations = {
  /** The parts of the inbox that this device has not seen, lowest first; none touch. */
  listGaps: (db: Database, account: number): Range[] =>
    db.all<Range>('SELECT first, last FROM gaps WHERE account = ? ORDER BY first', account),

  /** Remembers a part that has not been seen; an empty range is none. */
  addGap(db: Database, account: number, range: Range): null {
    let { first, last } = range;
    if (first > last) return null;
    const touched = db.all<Range>(
      'SELECT first, last FROM gaps WHERE account = ? AND first <= ? AND last >= ?',
      account,
      last + 1,
      first - 1,
    );
    for (const gap of touched) {
      first = Math.min(first, gap.first);
      last = Math.max(last, gap.last);
      db.run('DELETE FROM gaps WHERE account = ? AND first = ?', account, gap.first);
    }
    db.run('INSERT INTO gaps (account, first, last) VALUES (?, ?, ?)', account, first, last);
    return null;
  },

  /** All numbers of the range are done: here, or gone. */
  fillGap(db: Database, account: number, range: Range): null {
    fillRange(db, account, range);
    return null;
  },

  /**
   * The domain keeps nothing below `inboxFirst`: what was still to be seen of it is lost. Gives what is newly
   * lost. Where nothing older is here, it is the beginning and no loss.
   */
  loseBelow(db: Database, account: number, inboxFirst: number, now: number): Loss[] {
    const gaps = db.all<Range>(
      'SELECT first, last FROM gaps WHERE account = ? AND first < ?',
      account,
      inboxFirst,
    );
    const losses: Loss[] = [];
    for (const gap of gaps) {
      const lost = { first: gap.first, last: Math.min(gap.last, inboxFirst - 1) };
      fillRange(db, account, lost);
      const from = timeBeside(db, account, lost.first, true);
      if (from === undefined) continue;
      const until = timeBeside(db, account, lost.last, false) ?? now;
      const loss = { ...lost, from: Math.min(from, until), until };
      losses.push(loss);
      db.run(
        `INSERT INTO losses (account, first, last, from_at, until_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (account, first) DO UPDATE SET last = excluded.last, until_at = excluded.until_at`,
        account,
        loss.first,
        loss.last,
        loss.from,
        loss.until,
      );
    }
    return losses;
  },
};
