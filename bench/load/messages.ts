// Pairs of users: A sends, and keeps so many messages outstanding; B acknowledges what it is sent.

import { headerOf, logIn, percentile, pool, Wire } from '../wire.ts';
import { say } from './say.ts';

export interface MessagesOptions {
  readonly port: number;
  /** Undefined: the relay, which knows no protocol. */
  readonly domain: string | undefined;
  readonly iterations: number;
  readonly pairs: number;
  readonly outstanding: number;
  /** Before anything counts. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface MessagesReport {
  /** Acknowledged to the sender within the time. */
  readonly messages: number;
  readonly seconds: number;
  /** Sent to acknowledged, milliseconds. */
  readonly roundTrip: { readonly p50: number; readonly p99: number };
  /** Sent to arrived at the other device, milliseconds. */
  readonly oneWay: { readonly p50: number; readonly p99: number };
  /** Of one in 64 messages. */
  readonly outcomes: Record<string, number>;
}

/** Digits of the running number, wherever it stands in a frame. */
const DIGITS = 8;
const RING = 4096;

interface Sample {
  readonly values: Float64Array;
  count: number;
}
const newSample = (): Sample => ({ values: new Float64Array(1 << 21), count: 0 });
const note = (sample: Sample, value: number): void => {
  if (sample.count < sample.values.length) sample.values[sample.count++] = value;
};
const summary = ({ values, count }: Sample): { p50: number; p99: number } => {
  const sorted = values.slice(0, count).sort();
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
};

interface Run {
  isCounting: boolean;
  isOver: boolean;
  acknowledged: number;
  readonly roundTrip: Sample;
  readonly oneWay: Sample;
  readonly outcomes: Record<string, number>;
}

export async function messages(options: MessagesOptions): Promise<MessagesReport> {
  const run: Run = {
    isCounting: false,
    isOver: false,
    acknowledged: 0,
    roundTrip: newSample(),
    oneWay: newSample(),
    outcomes: {},
  };
  const pairs = await pool(options.pairs, 8, (index) => connectPair(options, index, run));
  for (const pair of pairs) pair.begin();
  await pause(options.warmUpMs);
  await say('counting');
  const start = performance.now();
  run.isCounting = true;
  await pause(options.durationMs);
  run.isCounting = false;
  const seconds = (performance.now() - start) / 1000;
  await say('counted');
  run.isOver = true;
  const { acknowledged, outcomes } = run;
  return {
    messages: acknowledged,
    seconds,
    roundTrip: summary(run.roundTrip),
    oneWay: summary(run.oneWay),
    outcomes,
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A frame with a running number in several places, to be written over. */
class Template {
  readonly #octets: Buffer;
  readonly #places: number[] = [];

  /** @param text with `########` where the number goes */
  constructor(text: string) {
    this.#octets = Buffer.from(text, 'latin1');
    for (let at = text.indexOf('########'); at >= 0; at = text.indexOf('########', at + DIGITS)) {
      this.#places.push(at);
    }
  }

  get length(): number {
    return this.#octets.length;
  }

  write(target: Buffer, at: number, number: number): void {
    target.set(this.#octets, at);
    for (const place of this.#places) {
      let rest = number;
      for (let i = DIGITS - 1; i >= 0; i -= 1) {
        target[at + place + i] = 0x30 + (rest % 10);
        rest = Math.floor(rest / 10);
      }
    }
  }
}

const readNumber = (octets: Buffer, at: number): number => {
  let number = 0;
  for (let i = at; i < at + DIGITS; i += 1) number = number * 10 + (octets[i] ?? 0) - 0x30;
  return number;
};

const END = Buffer.from('\r\n\r\n');
const LENGTH = '\r\nContent-Length: ';

/** Splits a stream into frames without making anything of what is in them. */
class Splitter {
  #rest: Buffer | undefined;
  readonly #take: (data: Buffer, start: number, headEnd: number) => void;
  readonly #hasBodies: boolean;

  constructor(hasBodies: boolean, take: (data: Buffer, start: number, headEnd: number) => void) {
    this.#hasBodies = hasBodies;
    this.#take = take;
  }

  push(chunk: Buffer): void {
    const data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = 0;
    while (at < data.length) {
      const end = data.indexOf(END, at);
      let next = end + 4;
      if (end >= 0 && this.#hasBodies) {
        const length = data.indexOf(LENGTH, at, 'latin1');
        if (length >= 0 && length < end)
          next += Number.parseInt(data.toString('latin1', length + 18, length + 26), 10);
      }
      if (end < 0 || next > data.length) {
        this.#rest = data.subarray(at);
        return;
      }
      this.#take(data, at, end);
      at = next;
    }
  }
}

const connectPair = async (options: MessagesOptions, index: number, run: Run): Promise<{ begin(): void }> => {
  const { port, domain, iterations, outstanding } = options;
  const [a, b] = await Promise.all([Wire.connect(port), Wire.connect(port)]);
  const host = domain ?? 'relay.example';
  const names = { a: `a${index}`, b: `b${index}` };
  let connection = 'none';
  if (domain === undefined) {
    a.socket.write(`PAIR ${index}\n`);
    b.socket.write(`PAIR ${index}\n`);
  } else {
    const login = { domain, iterations, isNew: true, device: 'bench' };
    connection = await logIn(a, { ...login, user: names.a });
    await logIn(b, { ...login, user: names.b });
  }
  const from = `impp://${host}/${names.a}`;
  const body = [
    `From: <${names.a}@${host}>`,
    `To: <${names.b}@${host}>`,
    'Date: Mon, 05 Jan 2026 12:00:00 +0000',
    `Message-ID: <########.${index}@${host}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    `Shall we meet at the corner at seven? ${'x'.repeat(100)}`,
  ].join('\r\n');
  const send = new Template(
    [
      'SEND ######## impp/1.0',
      `From: ${from}`,
      `Connection-ID: ${connection}`,
      `Target: impp://${host}/${names.b}`,
      `Message-ID: <########.${index}@${host}>`,
      'Content-Type: message/rfc822',
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
  );
  const sentAt = new Float64Array(RING);
  let next = 1;

  const sendMore = (count: number): void => {
    if (run.isOver) return;
    const octets = Buffer.allocUnsafe(count * send.length);
    const now = performance.now();
    for (let i = 0; i < count; i += 1) {
      sentAt[next % RING] = now;
      send.write(octets, i * send.length, next);
      next += 1;
    }
    a.socket.write(octets);
  };

  // `OK (SEND) 00000017 impp/1.0`
  let answers = 0;
  const answered = new Splitter(false, (data, start, end) => {
    const isOk = data[start] === 0x4f;
    if (!isOk) throw new Error(data.toString('latin1', start, end));
    answers += 1;
    if (!run.isCounting) return;
    run.acknowledged += 1;
    note(run.roundTrip, performance.now() - (sentAt[readNumber(data, start + 10) % RING] ?? 0));
    // Looking at one in 64 tells the outcomes without costing anything.
    if (domain !== undefined && (run.acknowledged & 63) === 0) {
      const outcome = headerOf(data.toString('latin1', start, end), 'Outcome');
      run.outcomes[outcome] = (run.outcomes[outcome] ?? 0) + 1;
    }
  });
  a.onChunk((chunk) => {
    answers = 0;
    answered.push(chunk);
    if (answers > 0) sendMore(answers);
  });

  // `SEND ID impp/1.0`, the ID being the server's own.
  const echo = Buffer.from(` impp/1.0\r\nTo: ${from}\r\nConnection-ID: ${connection}\r\n\r\n`, 'latin1');
  const ok = Buffer.from('OK (SEND) ', 'latin1');
  const number = Buffer.from('Message-ID: <', 'latin1');
  let acknowledgements: Buffer[] = [];
  const received = new Splitter(true, (data, start) => {
    const idEnd = data.indexOf(0x20, start + 5);
    if (run.isCounting) {
      const at = data.indexOf(number, start) + number.length;
      note(run.oneWay, performance.now() - (sentAt[readNumber(data, at) % RING] ?? 0));
    }
    acknowledgements.push(ok, data.subarray(start + 5, idEnd), echo);
  });
  b.onChunk((chunk) => {
    received.push(chunk);
    if (acknowledgements.length === 0) return;
    b.socket.write(Buffer.concat(acknowledgements));
    acknowledgements = [];
  });
  return { begin: () => sendMore(outstanding) };
};
