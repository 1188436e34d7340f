// Run by sqlite-file.test.ts under a limit on the size of files: appends until the disk is full, and a while
// longer. Prints what was acknowledged.

import { openSqliteStorage } from '../../../server/storage/sqlite.ts';
import { account, message } from './contract-data.ts';

// Writing beyond the limit raises this signal; ignored, it is the error EFBIG.
process.on('SIGXFSZ', () => {});

let reason = '';
const storage = await openSqliteStorage(process.argv[2] ?? '', {
  broken: (error) => (reason = error.message),
});
await storage.createAccount(account('alice'));
await storage.createAccount(account('bob'));
const stored: string[] = [];
const codes = new Set<string>();
let refused = 0;
for (let i = 0; refused < 40 && i < 5000; i += 1) {
  const { messageId, ...rest } = message(`m${i}`, { body: new Uint8Array(4000) });
  try {
    await storage.append({ messageId, ...rest }, 'bob', 'alice', 1e9);
    stored.push(messageId);
  } catch (error) {
    refused += 1;
    codes.add((error as { code: string }).code);
  }
}
process.stdout.write(JSON.stringify({ stored, refused, codes: [...codes], reason }));
await storage.close();
