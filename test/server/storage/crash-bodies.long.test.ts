import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { openSqliteStorage } from '../../../server/storage/sqlite.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { account, pattern } from './contract-data.ts';
import { temporaryFolders } from './folder.ts';

const ROUNDS = 10;
const folder = temporaryFolders();

test(`${ROUNDS} times killed while bodies come and go: what was entered is whole, and nothing else is there`, {
  timeout: 300_000,
}, async () => {
  const path = join(folder(), 'x.sqlite');
  const first = await openSqliteStorage(path);
  await first.createAccount(account('alice'));
  await first.createAccount(account('bob'));
  await first.close();
  for (let round = 0; round < ROUNDS; round += 1) {
    const told = await writeUntilKilled(path, round, Math.floor(Math.random() * 300));
    const storage = await openSqliteStorage(path);
    await storage.prune({ before: 0, now: 0, quota: 1e12 });
    const entries = await storage.entries('bob', { after: 0, limit: 1e6 });
    const byId = new Map(entries.map((entry) => [entry.messageId, entry]));
    for (const [id, octets] of told) expect(byId.get(`<${id}@a.example>`)?.large?.octets).toBe(octets);
    // An entry of this round that was not acknowledged is whole, too.
    for (const { large, messageId } of entries) {
      if (large && messageId.startsWith(`<${round}.`)) await expectWhole(storage, large);
    }
    await storage.close();

    const db = new DatabaseSync(path, { readOnly: true });
    const { bodies, pieces, octets } = db
      .prepare(
        `SELECT (SELECT count(*) FROM body) AS bodies, (SELECT count(*) FROM piece) AS pieces,
           (SELECT sum(octets) FROM body) AS octets`,
      )
      .get() as { bodies: number; pieces: number; octets: number };
    db.close();
    expect([bodies, pieces]).toEqual([entries.length, octets / 100_000]);
  }
});

const expectWhole = async (storage: Storage, { id, octets }: { id: number; octets: number }) => {
  let at = 0;
  for (let number = 0; at < octets; number += 1) {
    const piece = await storage.getPiece(id, number);
    if (!piece) throw new Error(`body ${id} lacks what is from ${at} on`);
    expect(Buffer.compare(piece, pattern(piece.length, at))).toBe(0);
    at += piece.length;
  }
  expect(at).toBe(octets);
};

/** What the writer has told, killed `delay` milliseconds after the first two of them: IDs and octets. */
async function writeUntilKilled(path: string, round: number, delay: number): Promise<[string, number][]> {
  const program = fileURLToPath(new URL('./crash-bodies-program.ts', import.meta.url));
  const child = spawn(process.execPath, [program, path, `${round}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told: [string, number][] = [];
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /^(\S+) \d+ (\d00000)$/.exec(line);
    if (found && told.push([found[1] ?? '', Number(found[2])]) === 2)
      setTimeout(() => child.kill('SIGKILL'), delay);
  }
  await closed;
  expect(child.signalCode).toBe('SIGKILL');
  return told;
}
