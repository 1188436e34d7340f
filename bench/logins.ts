// Connecting, signing in with SCRAM and attaching, over and over.

import type { LoginsOptions } from './load/logins.ts';
import { DOMAIN, ITERATIONS, type Program, runGenerator, startRelay, startServer } from './process.ts';
import type { BenchResult } from './result.ts';

const measure = async (start: () => Promise<Program>, domain: string | undefined): Promise<number> => {
  const program = await start();
  try {
    const options: LoginsOptions = {
      port: program.port,
      domain,
      iterations: ITERATIONS,
      accounts: 200,
      logins: 10_000,
    };
    const report = await runGenerator<{ logins: number; seconds: number }>('logins', options);
    return report.logins / report.seconds;
  } finally {
    await program.stop();
  }
};

/** Logins a second, beside connections with as many round trips to a program that only echoes. */
export async function run(): Promise<BenchResult[]> {
  const echo = await measure(startRelay, undefined);
  const own = await measure(startServer, DOMAIN);
  return [
    {
      name: 'logins with SCRAM-SHA-256, HELLO to ATTACH',
      value: own,
      unit: '/s',
      reference: { name: 'bare echo, as many round trips', value: echo },
      ratio: own / echo,
    },
  ];
}
