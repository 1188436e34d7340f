// Every message stored, acknowledged, delivered, acknowledged: how many a second, and how long each takes.

import type { MessagesOptions, MessagesReport } from './load/messages.ts';
import { DOMAIN, ITERATIONS, type Program, runGenerator, startRelay, startServer } from './process.ts';
import type { BenchResult } from './result.ts';

type Load = Pick<MessagesOptions, 'pairs' | 'outstanding' | 'warmUpMs' | 'durationMs'>;

const MANY: Load = { pairs: 50, outstanding: 16, warmUpMs: 2_000, durationMs: 6_000 };
const ONE: Load = { pairs: 1, outstanding: 1, warmUpMs: 500, durationMs: 3_000 };

interface Measured {
  readonly report: MessagesReport;
  /** Processor milliseconds of the program while it was counted. */
  readonly cpu: number;
}

const measure = async (program: Program, domain: string | undefined, load: Load): Promise<Measured> => {
  let cpu = 0;
  const options: MessagesOptions = { port: program.port, domain, iterations: ITERATIONS, ...load };
  const report = await runGenerator<MessagesReport>('messages', options, (word) => {
    cpu = word === 'counting' ? program.cpu() : program.cpu() - cpu;
  });
  return { report, cpu };
};

const withProgram = async (
  start: () => Promise<Program>,
  domain: string | undefined,
  load: Load,
): Promise<Measured> => {
  const program = await start();
  try {
    return await measure(program, domain, load);
  } finally {
    await program.stop();
  }
};

const compare = (
  name: string,
  unit: string,
  relay: Measured,
  own: Measured,
  of: (m: Measured) => number,
): BenchResult => ({
  name,
  value: of(own),
  unit,
  reference: { name: 'bare relay', value: of(relay) },
  ratio: of(own) / of(relay),
});

/** Messages a second and latencies of parleyd with SQLite, beside a relay under the same generator. */
export async function run(): Promise<BenchResult[]> {
  const many = {
    relay: await withProgram(startRelay, undefined, MANY),
    own: await withProgram(startServer, DOMAIN, MANY),
  };
  const one = {
    relay: await withProgram(startRelay, undefined, ONE),
    own: await withProgram(startServer, DOMAIN, ONE),
  };
  const { delivered = 0, ...others } = many.own.report.outcomes;
  const rest = Object.values(others).reduce((sum, count) => sum + count, 0);
  const all = `${MANY.pairs} pairs, ${MANY.outstanding} outstanding`;
  const pair = (of: (m: Measured) => number, name: string): BenchResult =>
    compare(name, 'ms', one.relay, one.own, of);
  const load = (of: (m: Measured) => number, name: string, unit: string): BenchResult =>
    compare(`${all}: ${name}`, unit, many.relay, many.own, of);
  return [
    load(({ report }) => report.messages / report.seconds, 'messages', '/s'),
    load(({ report, cpu }) => (cpu / report.messages) * 10_000, 'processor time for 10,000', 'ms'),
    load(({ report }) => report.roundTrip.p50, 'sent to acknowledged p50', 'ms'),
    load(({ report }) => report.roundTrip.p99, 'sent to acknowledged p99', 'ms'),
    load(({ report }) => report.oneWay.p50, 'one way p50', 'ms'),
    load(({ report }) => report.oneWay.p99, 'one way p99', 'ms'),
    { name: `${all}: answered \`delivered\``, value: (100 * delivered) / (delivered + rest), unit: '%' },
    pair(({ report }) => report.oneWay.p50, 'one pair, one way p50'),
    pair(({ report }) => report.oneWay.p99, 'one pair, one way p99'),
    pair(({ report }) => report.roundTrip.p50, 'one pair, sent to acknowledged p50'),
    pair(({ report }) => report.roundTrip.p99, 'one pair, sent to acknowledged p99'),
  ];
}
