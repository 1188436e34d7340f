// Reads hostile messages of the size in its argument, one after the other, in a process whose heap is small.

import { readFile, readMessage } from '../../../shared/mime/read.ts';
import { HOSTILE } from './hostile-messages.ts';

const size = Number(process.argv[2]);
for (const [what, make] of Object.entries(HOSTILE)) {
  process.stdout.write(`${what}: `);
  const octets = Buffer.from(make(size));
  const { files } = readMessage(octets);
  for (const { index } of files) readFile(octets, undefined, index);
  process.stdout.write('read\n');
}
