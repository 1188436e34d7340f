// What large messages cost the server in memory, and everybody else in time.

import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkOptions, BulkReport } from './load/bulk.ts';
import { DOMAIN, ITERATIONS, type Program, runGenerator, startServer } from './process.ts';
import type { BenchResult } from './result.ts';
import { logIn, percentile, Wire } from './wire.ts';

const MIB = 1024 * 1024;
const USER = 'sender';
const LOAD: Omit<BulkOptions, 'port'> = {
  domain: DOMAIN,
  iterations: ITERATIONS,
  user: USER,
  connections: 20,
  octets: 10 * MIB,
  warmUp: 2,
  rounds: 3,
};
/** For as long nothing else happens, for comparison. */
const REST_MS = 4000;
/** Between two small messages. */
const PAUSE_MS = 2;
/** Between two looks at the memory. */
const LOOK_MS = 20;

interface Delay {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

/** Small messages of the same user over another connection, from this process, where nothing else happens. */
class Chat {
  readonly #times: number[] = [];
  readonly #wires: readonly Wire[];
  #isOver = false;
  #chatting: Promise<void> = Promise.resolve();

  private constructor(wires: readonly Wire[]) {
    this.#wires = wires;
  }

  static async start(port: number): Promise<Chat> {
    const [own, other] = await Promise.all([Wire.connect(port), Wire.connect(port)]);
    for (const wire of [own, other]) {
      wire.onFrame((frame) => {
        const [method = '', id = ''] = frame.start.split(' ');
        wire.socket.write(`OK (${method}) ${id} impp/1.0\r\n\r\n`);
      });
    }
    const login = { domain: DOMAIN, iterations: ITERATIONS, device: 'chat', isNew: true };
    const connectionId = await logIn(own, { ...login, user: USER });
    await logIn(other, { ...login, user: 'friend' });
    const chat = new Chat([own, other]);
    chat.#chatting = chat.#chat(own, connectionId);
    return chat;
  }

  /** Milliseconds from SEND to its OK with `delivered`, of the time since the last look. */
  take(): Delay {
    const sorted = Float64Array.from(this.#times.splice(0)).sort();
    return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), most: sorted.at(-1) ?? Number.NaN };
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#chatting;
    for (const wire of this.#wires) wire.socket.destroy();
  }

  async #chat(wire: Wire, connectionId: string): Promise<void> {
    const body = `From: <${USER}@${DOMAIN}>\r\nTo: <friend@${DOMAIN}>\r\n\r\nShall we meet at the corner at seven?`;
    for (let count = 1; !this.#isOver; count += 1) {
      await sleep(PAUSE_MS);
      const start = performance.now();
      const head =
        `SEND c${count} impp/1.0\r\nFrom: impp://${DOMAIN}/${USER}\r\nConnection-ID: ${connectionId}\r\n` +
        `Target: impp://${DOMAIN}/friend\r\nMessage-ID: <chat.${count}@${DOMAIN}>\r\n` +
        `Content-Type: message/rfc822\r\nContent-Length: ${body.length}`;
      await wire.ask(head, body);
      this.#times.push(performance.now() - start);
    }
  }
}

/** Looks at the memory of a program until it is told to stop; the most that it saw, octets. */
const watchMemory = (program: Program): (() => number) => {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, program.resident());
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    return most;
  };
};

export interface BulkMeasured {
  /** Resident octets: before, the most while bodies moved, afterwards, and with every connection in the middle of one. */
  readonly memory: { before: number; most: number; after: number; halfway: number };
  /** Of small messages: with nothing else, and while bodies moved. */
  readonly delay: { alone: Delay; meanwhile: Delay };
  readonly report: BulkReport;
}

/** Moves large bodies through a parleyd of its own. */
export async function measure(load: Omit<BulkOptions, 'port'>, restMs = REST_MS): Promise<BulkMeasured> {
  const program = await startServer({
    settings: { 'limits.inbox-quota': load.connections * load.octets * (load.warmUp + load.rounds + 2) },
  });
  const { port } = program;
  const chat = await Chat.start(port);
  const memory = { before: 0, most: 0, after: 0, halfway: 0 };
  const delay = { alone: chat.take(), meanwhile: chat.take() };
  let stop = (): number => 0;
  const heard = async (word: string): Promise<void> => {
    if (word === 'resting') {
      memory.before = await program.memory();
      chat.take();
      await sleep(restMs);
      delay.alone = chat.take();
    } else if (word === 'moving') stop = watchMemory(program);
    else if (word === 'moved') {
      memory.most = stop();
      delay.meanwhile = chat.take();
      memory.after = await program.memory();
    } else memory.halfway = await program.memory();
  };
  try {
    const report = await runGenerator<BulkReport>('bulk', { ...load, port }, heard);
    return { memory, delay, report };
  } finally {
    stop();
    await chat.close();
    await program.stop();
  }
}

/** Memory for a connection with a large body, and the delay of small messages of the same user meanwhile. */
export async function run(): Promise<BenchResult[]> {
  const { memory, delay, report } = await measure(LOAD);
  const { connections } = LOAD;
  const name = `${connections} connections with 10 MiB each`;
  const time = (of: keyof Delay): BenchResult => ({
    name: `${name}: a small message of the same user meanwhile, ${of}`,
    value: delay.meanwhile[of],
    unit: 'ms',
    reference: { name: 'with nothing else', value: delay.alone[of] },
    ratio: delay.meanwhile[of] / delay.alone[of],
  });
  const each = (what: string, octets: number): BenchResult => ({
    name: `${name}: ${what}, for each`,
    value: octets / connections / 1024,
    unit: 'KiB',
  });
  return [
    each('memory in the middle of a body', memory.halfway - memory.after),
    each('most memory while they move, garbage included', memory.most - memory.before),
    time('p50'),
    time('p99'),
    time('most'),
    { name: `${name}: sending`, value: report.sending / MIB, unit: 'MiB/s' },
    { name: `${name}: fetching`, value: report.fetching / MIB, unit: 'MiB/s' },
  ];
}
