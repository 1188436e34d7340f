// What a change of presence costs when many watch: notifications a second, and how long the last one waits.

import type { PresenceOptions, PresenceReport } from './load/presence.ts';
import { DOMAIN, ITERATIONS, type Program, runGenerator, startRelay, startServer } from './process.ts';
import type { BenchResult } from './result.ts';

const WATCHERS = 500;
const CHANGES = 100;
/** As many again before, so that what is measured is compiled. */
const WARM_UP = 100;

interface Measured extends PresenceReport {
  /** Processor milliseconds of the program while it was counted. */
  readonly cpu: number;
}

const measure = async (start: () => Promise<Program>, domain: string | undefined): Promise<Measured> => {
  const program = await start();
  try {
    let cpu = 0;
    const options: PresenceOptions = {
      port: program.port,
      domain,
      iterations: ITERATIONS,
      watchers: WATCHERS,
      warmUp: WARM_UP,
      changes: CHANGES,
    };
    const report = await runGenerator<PresenceReport>('presence', options, (word) => {
      cpu = word === 'counting' ? program.cpu() : program.cpu() - cpu;
    });
    return { ...report, cpu };
  } finally {
    await program.stop();
  }
};

/** One presentity, 500 watchers, 100 changes, every notification acknowledged; beside a relay that fans out. */
export async function run(): Promise<BenchResult[]> {
  const relay = await measure(startRelay, undefined);
  const own = await measure(startServer, DOMAIN);
  const compare = (name: string, unit: string, of: (measured: Measured) => number): BenchResult => ({
    name: `${WATCHERS} watchers: ${name}`,
    value: of(own),
    unit,
    reference: { name: 'bare relay', value: of(relay) },
    ratio: of(own) / of(relay),
  });
  return [
    compare('notifications, acknowledged', '/s', ({ notifications, seconds }) => notifications / seconds),
    compare('change to the last notification p50', 'ms', ({ last }) => last.p50),
    compare('change to the last notification p99', 'ms', ({ last }) => last.p99),
    compare('processor time for 10,000', 'ms', ({ cpu, notifications }) => (cpu / notifications) * 10_000),
  ];
}
