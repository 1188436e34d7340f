import { vi } from 'vitest';

import { type CommandLine, readCommandLine } from '../../../server/admin/command-line.ts';

/** Runs a command in this process. Gives what it printed; throws what it throws. */
export async function printedBy(
  command: (line: CommandLine) => number | Promise<number>,
  ...args: string[]
): Promise<string> {
  const pieces: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    pieces.push(String(piece));
    return true;
  });
  try {
    await command(readCommandLine(args));
    return pieces.join('');
  } finally {
    write.mockRestore();
  }
}
