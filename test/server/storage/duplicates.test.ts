import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { openDatabase } from '../../../server/storage/sqlite-database.ts';
import { sqliteDuplicates } from '../../../server/storage/sqlite-duplicates.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();

type Step =
  | { kind: 'add'; hash: number }
  | { kind: 'remove'; nth: number }
  | { kind: 'commit' | 'crash' | 'rollback' };

const hash = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.maxSafeNat());
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('add' as const), hash }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), nth: fc.nat({ max: 50 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'rollback' as const) }) },
);

test('whatever is added, removed, merged, rolled back or cut off: what was committed is found, and no more', () => {
  const db = openDatabase(join(folder(), 'x.sqlite'));
  const insert = db.prepare(
    `INSERT INTO message (id, hash, origin, target, message_id, type, received, entry_key, octets) VALUES (?, ?, '', '', '', '', 0, 0, 0)`,
  );
  const drop = db.prepare('DELETE FROM message WHERE id = ?');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      db.exec('DELETE FROM message; DELETE FROM duplicate; UPDATE merged SET duplicates = 0');
      let duplicates = sqliteDuplicates(db, 4);
      let committed: { id: number; hash: number }[] = [];
      let present = committed;
      db.exec('BEGIN');
      for (const each of [...steps, { kind: 'crash' } as const]) {
        if (each.kind === 'add') {
          const id = duplicates.add(each.hash);
          insert.run(id, each.hash);
          present = [...present, { id, hash: each.hash }];
        } else if (each.kind === 'remove') {
          const gone = present[each.nth];
          if (!gone) continue;
          drop.run(gone.id);
          duplicates.remove([gone]);
          present = present.filter((other) => other !== gone);
        } else {
          if (each.kind === 'commit') {
            duplicates.merge();
            db.exec('COMMIT');
            committed = present;
          } else {
            db.exec('ROLLBACK');
            present = committed;
            if (each.kind === 'rollback') duplicates.forget();
            else duplicates = sqliteDuplicates(db, 4);
          }
          db.exec('BEGIN');
        }
        for (const { id, hash: wanted } of present) expect(duplicates.find(wanted)).toContain(id);
        expect(new Set(present.map(({ id }) => id)).size).toBe(present.length);
      }
      db.exec('COMMIT');
    }),
    { numRuns: 300 },
  );
  db.close();
});

test('the hash fits a number, and differs by store', () => {
  const key = { origin: 'impp://a.example/a', target: 'impp://a.example/b', messageId: '<1@a>' };
  const hashes = [1, 2].map(() => {
    const db = openDatabase(join(folder(), 'x.sqlite'));
    const value = sqliteDuplicates(db).hashOf(key);
    db.close();
    return value;
  });
  expect(hashes.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
  expect(hashes[0]).not.toBe(hashes[1]);
});

test('hashes of neighbours differ', () => {
  const db = openDatabase(join(folder(), 'x.sqlite'));
  const duplicates = sqliteDuplicates(db);
  const target = 'impp://a.example/b';
  const hashes = Array.from({ length: 100_000 }, (_, i) =>
    duplicates.hashOf({ origin: target, target, messageId: `<${i}@a>` }),
  );
  expect(new Set(hashes).size).toBe(hashes.length);
  db.close();
});
