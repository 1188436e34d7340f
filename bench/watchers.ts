// What very many watchers of one presentity cost: each change, the wait of everybody else, rules, renewals, rest.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PresenceOptions, PresenceReport } from './load/presence.ts';
import type { WatchersOptions, WatchersReport } from './load/watchers.ts';
import { DOMAIN, ITERATIONS, runGenerator, startRelay, startServer } from './process.ts';
import type { BenchResult } from './result.ts';
import { logIn, percentile, Wire } from './wire.ts';

const WATCHERS = 10_000;
const RULES = 50;
const WARM_UP = 10;
const CHANGES = 20;
const REST_MS = 5000;
/** Subscriptions of a whole domain, each renewed once an hour. */
const RENEWED_IN_AN_HOUR = 100_000;

/** Somebody who has nothing to do with it, in this process, where nothing else happens: how long a PING takes. */
class Bystander {
  readonly #times: number[] = [];
  #isOver = false;
  /** Says nothing, so that what rest costs can be seen. */
  isPaused = false;
  #pinging: Promise<void> = Promise.resolve();

  static async connect(port: number): Promise<Bystander> {
    const wire = await Wire.connect(port);
    wire.onFrame(() => {});
    await logIn(wire, {
      domain: DOMAIN,
      iterations: ITERATIONS,
      isNew: true,
      user: 'bystander',
      device: 'b',
    });
    const bystander = new Bystander();
    bystander.#pinging = bystander.#ping(wire);
    return bystander;
  }

  /** Milliseconds, of the time since the last look. */
  take(): { p50: number; p99: number; most: number } {
    const sorted = Float64Array.from(this.#times.splice(0)).sort();
    return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), most: sorted.at(-1) ?? Number.NaN };
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#pinging;
  }

  async #ping(wire: Wire): Promise<void> {
    while (!this.#isOver) {
      await sleep(2);
      if (this.isPaused) continue;
      const start = performance.now();
      await wire.ask('PING 1 impp/1.0');
      this.#times.push(performance.now() - start);
    }
    wire.socket.destroy();
  }
}

/** The same octets to as many sockets that acknowledge them, by a relay; `cpu` is the milliseconds of a change. */
async function relayed(watchers: number): Promise<PresenceReport & { readonly cpu: number }> {
  const program = await startRelay();
  try {
    let cpu = 0;
    const options: PresenceOptions = {
      port: program.port,
      domain: undefined,
      iterations: ITERATIONS,
      watchers,
      warmUp: WARM_UP,
      changes: CHANGES,
    };
    const report = await runGenerator<PresenceReport>('presence', options, (word) => {
      cpu = word === 'counting' ? program.cpu() : program.cpu() - cpu;
    });
    return { ...report, cpu: cpu / CHANGES };
  } finally {
    await program.stop();
  }
}

const beside = (
  name: string,
  unit: string,
  value: number,
  reference: NonNullable<BenchResult['reference']>,
): BenchResult => ({ name, value, unit, reference, ratio: value / reference.value });

/** 10,000 watchers under 50 rules, all connected, all acknowledging; beside them one who only says PING. */
export async function run(watchers = WATCHERS): Promise<BenchResult[]> {
  const relay = await relayed(watchers);
  const program = await startServer();
  try {
    const bystander = await Bystander.connect(program.port);
    const cpu: Record<string, number> = {};
    const waits: Record<string, ReturnType<Bystander['take']>> = {};
    let since = { word: '', cpu: 0 };
    let rest = 0;
    let undisturbed: ReturnType<Bystander['take']> | undefined;
    const options: WatchersOptions = {
      port: program.port,
      domain: DOMAIN,
      iterations: ITERATIONS,
      watchers,
      rules: RULES,
      warmUp: WARM_UP,
      changes: CHANGES,
    };
    const report = await runGenerator<WatchersReport>('watchers', options, async (word) => {
      cpu[since.word] = program.cpu() - since.cpu;
      waits[since.word] = bystander.take();
      if (word === 'resting') {
        await sleep(1000);
        undisturbed = bystander.take();
        bystander.isPaused = true;
        const before = program.cpu();
        await sleep(REST_MS);
        rest = program.cpu() - before;
        bystander.isPaused = false;
      }
      since = { word, cpu: program.cpu() };
    });
    await bystander.close();
    const { changing, judging } = waits;
    const at = `${watchers.toLocaleString('en')} watchers, ${RULES} rules: `;
    const perRenewal = (cpu['renewing'] ?? Number.NaN) / watchers;
    const atRest = (value: number | undefined) => ({ name: 'at rest', value: value ?? Number.NaN });
    const byRelay = (value: number) => ({ name: 'bare relay', value });
    const ofChange = (cpu['changing'] ?? Number.NaN) / CHANGES;
    const longest = `${at}somebody else’s PING meanwhile, longest`;
    return [
      beside(`${at}change to the first notification`, 'ms', report.first, byRelay(relay.first.p50)),
      beside(`${at}change to the last notification`, 'ms', report.last, byRelay(relay.last.p50)),
      beside(`${at}processor time for a change`, 'ms', ofChange, byRelay(relay.cpu)),
      beside(
        `${at}somebody else’s PING meanwhile, p50`,
        'ms',
        changing?.p50 ?? Number.NaN,
        atRest(undisturbed?.p50),
      ),
      beside(longest, 'ms', changing?.most ?? Number.NaN, atRest(undisturbed?.most)),
      { name: `${at}SET-ACL that shows all another view, to its OK`, value: report.rulesInForce, unit: 'ms' },
      beside(`${at}the same, to the last notification`, 'ms', report.rulesTold, byRelay(relay.last.p50)),
      beside(longest, 'ms', judging?.most ?? Number.NaN, atRest(undisturbed?.most)),
      { name: `${at}processor time at rest`, value: (rest / REST_MS) * 1000, unit: 'ms/s' },
      { name: 'renewal of a subscription, processor time', value: perRenewal * 1000, unit: 'µs' },
      { name: 'renewals, a second', value: watchers / report.renewing, unit: '/s' },
      {
        name: `${RENEWED_IN_AN_HOUR.toLocaleString('en')} subscriptions renewed every hour, processor time`,
        value: (perRenewal * RENEWED_IN_AN_HOUR) / 3600,
        unit: 'ms/s',
      },
    ];
  } finally {
    await program.stop();
  }
}
