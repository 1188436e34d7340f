// Run by crash.long.test.ts, which kills it at a random moment: appends without end, and tells each
// acknowledgement on stdout once it has it.

import { openSqliteStorage } from '../../../server/storage/sqlite.ts';
import { message } from './contract-data.ts';

const [path = '', round = '0'] = process.argv.slice(2);
const storage = await openSqliteStorage(path);
let next = 0;

async function write(): Promise<void> {
  for (;;) {
    const id = `${round}.${next}`;
    next += 1;
    const { sequence, copySequence } = await storage.append(message(id), 'bob', 'alice', 1e12);
    process.stdout.write(`${id} ${sequence} ${copySequence}\n`);
    if (next % 3 === 0)
      void storage.setDelivered('bob', sequence).then(() => process.stdout.write(`d ${sequence}\n`));
    if (next % 50 === 0) {
      const revision = await storage.setDocument(
        'alice',
        'contacts',
        { type: 't', body: Buffer.from(id) },
        { limit: 9 },
      );
      process.stdout.write(`r ${revision}\n`);
    }
  }
}

await Promise.all(Array.from({ length: 40 }, write));
