// Run by crash-bodies.long.test.ts, which kills it at a random moment: stores large bodies without end, drops some,
// and tells each that was entered on stdout.

import { openSqliteStorage } from '../../../server/storage/sqlite.ts';
import { message, pattern } from './contract-data.ts';

const [path = '', round = '0'] = process.argv.slice(2);
const octetsOf = Array.from({ length: 7 }, (_, number) => pattern(100_000, number * 100_000));
const storage = await openSqliteStorage(path);
let next = 0;

async function write(): Promise<void> {
  for (;;) {
    const id = `${round}.${next}`;
    const pieces = 1 + (next % 7);
    next += 1;
    const octets = pieces * 100_000;
    const body = await storage.beginBody('bob', octets, 1e12);
    for (let number = 0; number < pieces; number += 1)
      await storage.addPiece(body, number, new Uint8Array(octetsOf[number] ?? []));
    if (next % 5 === 0) await storage.dropBody(body);
    else {
      const large = message(id, { body: new Uint8Array(), large: { id: body, octets } });
      const { sequence } = await storage.append(large, 'bob', 'alice', 1e12);
      process.stdout.write(`${id} ${sequence} ${octets}\n`);
    }
  }
}

await Promise.all(Array.from({ length: 5 }, write));
