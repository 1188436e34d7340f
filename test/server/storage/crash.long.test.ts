import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { openSqliteStorage } from '../../../server/storage/sqlite.ts';
import { account, message } from './contract-data.ts';
import { temporaryFolders } from './folder.ts';

const ROUNDS = 25;
const folder = temporaryFolders();

test(`${ROUNDS} times killed while writing, nothing that was acknowledged is lost or doubled`, {
  timeout: 300_000,
}, async () => {
  const path = join(folder(), 'x.sqlite');
  const first = await openSqliteStorage(path);
  await first.createAccount(account('alice'));
  await first.createAccount(account('bob'));
  await first.close();

  const acknowledged = new Map<string, { sequence: number; copySequence: number }>();
  const delivered = new Set<number>();
  let revision = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const lines = await writeUntilKilled(path, round, Math.floor(Math.random() * 200));
    for (const line of lines) {
      const [id = '', sequence, copySequence] = line.split(' ');
      if (id === 'd') delivered.add(Number(sequence));
      else if (id === 'r') revision = Math.max(revision, Number(sequence));
      else acknowledged.set(id, { sequence: Number(sequence), copySequence: Number(copySequence) });
    }

    const storage = await openSqliteStorage(path);
    const entries = await storage.entries('bob', { after: 0, limit: 1e9 });
    const copies = await storage.entries('alice', { after: 0, limit: 1e9 });
    const gapless = entries.map((_, i) => i + 1);
    expect(entries.map((entry) => entry.sequence)).toEqual(gapless);
    expect(copies.map((entry) => entry.sequence)).toEqual(gapless);
    const bySequence = new Map(entries.map((entry) => [entry.sequence, entry]));
    expect(new Set(entries.map((entry) => entry.messageId)).size).toBe(entries.length);
    // One comparison at the end: thousands of them are what would take long here.
    const lost: string[] = [];
    for (const [id, { sequence, copySequence }] of acknowledged) {
      const ids = [bySequence.get(sequence)?.messageId, copies[copySequence - 1]?.messageId];
      if (ids.some((each) => each !== `<${id}@a.example>`)) lost.push(id);
    }
    for (const sequence of delivered) if (!bySequence.get(sequence)?.isDelivered) lost.push(`d ${sequence}`);
    expect(lost).toEqual([]);
    const document = await storage.getDocument('alice', 'contacts');
    expect(document.revision).toBeGreaterThanOrEqual(revision);
    // A sender that has no answer asks again: it is the same entry, or a new one if it never came in.
    const [id = 'none', known] = [...acknowledged].at(-1) ?? [];
    const again = await storage.append(message(id), 'bob', 'alice', 1e12);
    expect(again.isDuplicate).toBe(known !== undefined);
    if (known) expect(again.sequence).toBe(known.sequence);
    else acknowledged.set(id, { sequence: again.sequence, copySequence: again.copySequence ?? 0 });
    await storage.close();
  }
});

/** The lines that the writer has told; killed `delay` milliseconds after the first dozen of them. */
async function writeUntilKilled(path: string, round: number, delay: number): Promise<string[]> {
  const program = fileURLToPath(new URL('./crash-program.ts', import.meta.url));
  const child = spawn(process.execPath, [program, path, `${round}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    if (lines.push(line) === 12) setTimeout(() => child.kill('SIGKILL'), delay);
  }
  await closed;
  expect(child.signalCode).toBe('SIGKILL');
  // The last line may have been cut in the middle.
  return lines.filter((line) => /^\S+ \d+( \d+)?$/.test(line)).slice(0, -1);
}
