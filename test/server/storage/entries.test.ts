import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { openDatabase } from '../../../server/storage/sqlite-database.ts';
import { COPY, DELIVERED, sqliteEntries, UNDELIVERED } from '../../../server/storage/sqlite-entries.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();

type Step =
  | { kind: 'add'; to: number; from: number }
  | { kind: 'deliver' | 'remove'; nth: number }
  | { kind: 'settle'; account: number }
  | { kind: 'commit' | 'crash' | 'rollback' };

const account = fc.integer({ min: 1, max: 4 });
const nth = fc.nat({ max: 60 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('add' as const), to: account, from: account }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('deliver' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const), account }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'rollback' as const) }) },
);

interface Known {
  readonly account: number;
  readonly sequence: number;
  readonly message: number;
  readonly state: number;
}

test('whatever is entered, delivered, removed, moved, rolled back or cut off: an inbox is what was committed', () => {
  const db = openDatabase(join(folder(), 'x.sqlite'));
  const insert = db.prepare(
    `INSERT INTO message (id, hash, origin, target, message_id, type, received, entry_key, copy_key, octets)
     VALUES (?, 0, '', '', '', '', 0, (? << 31) | ?, (? << 31) | ?, 7)`,
  );
  const dropEntry = db.prepare('DELETE FROM entry WHERE key = (? << 31) | ?');
  const markRemoved = db.prepare('UPDATE message SET was_delivered = ? WHERE id = ?');
  const markCopyRemoved = db.prepare('UPDATE message SET copy_key = NULL WHERE id = ?');
  const read = db.prepare(
    'SELECT key >> 31 AS account, key & 2147483647 AS sequence, message, state FROM entry ORDER BY key',
  );

  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      db.exec('DELETE FROM message; DELETE FROM entry; DELETE FROM delivered; UPDATE merged SET entries = 0');
      let entries = sqliteEntries(db, 6);
      let committed: { known: readonly Known[]; last: readonly number[]; id: number } = {
        known: [],
        last: [0, 0, 0, 0, 0],
        id: 0,
      };
      let present = committed;
      db.exec('BEGIN');
      for (const each of [...steps, { kind: 'commit' } as const, { kind: 'crash' } as const]) {
        if (each.kind === 'add') {
          const { to, from } = each;
          const id = present.id + 1;
          const last = present.last.with(to, (present.last[to] ?? 0) + 1);
          const isCopied = from !== to;
          const copied = isCopied ? last.with(from, (last[from] ?? 0) + 1) : last;
          const [sequence = 0, copySequence = 0] = [last[to], copied[from]];
          insert.run(id, to, sequence, isCopied ? from : null, isCopied ? copySequence : null);
          const entry = { message: id, octets: 7, expires: null };
          entries.add(to, sequence, { ...entry, state: UNDELIVERED });
          const known = [...present.known, { account: to, sequence, message: id, state: UNDELIVERED }];
          if (isCopied) {
            entries.add(from, copySequence, { ...entry, state: COPY });
            known.push({ account: from, sequence: copySequence, message: id, state: COPY });
          }
          present = { known, last: copied, id };
        } else if (each.kind === 'deliver' || each.kind === 'remove') {
          const entry = present.known[each.nth];
          if (!entry) continue;
          const { account: of, sequence, message, state } = entry;
          if (each.kind === 'deliver') {
            // Once, and only of what was undelivered: the octets that wait are counted by it.
            expect(entries.setDelivered(of, sequence)).toBe(state === UNDELIVERED ? 7 : undefined);
            const known = present.known.with(each.nth, { ...entry, state: Math.max(state, DELIVERED) });
            present = { ...present, known };
          } else {
            entries.settle(of);
            dropEntry.run(of, sequence);
            if (state === COPY) markCopyRemoved.run(message);
            else markRemoved.run(state, message);
            present = { ...present, known: present.known.filter((other) => other !== entry) };
          }
        } else if (each.kind === 'settle') entries.settle(each.account);
        else {
          if (each.kind === 'commit') {
            entries.merge();
            db.exec('COMMIT');
            committed = present;
          } else {
            db.exec('ROLLBACK');
            present = committed;
            if (each.kind === 'rollback') entries.forget();
            else entries = sqliteEntries(db, 6);
          }
          db.exec('BEGIN');
        }
        for (const { account: of, sequence, state } of present.known) {
          expect(entries.stateOf(of, sequence)).toBe(state);
        }
      }
      for (const of of [1, 2, 3, 4]) entries.settle(of);
      const expected = present.known.toSorted((a, b) => a.account - b.account || a.sequence - b.sequence);
      expect(read.all().map((row) => ({ ...row }))).toEqual(expected);
      db.exec('COMMIT');
    }),
    { numRuns: 400 },
  );
  db.close();
});
