// Every series that parleyd shows, by its name. At most 20, and no label that a peer could choose: docs/operations/monitoring.md
// says what each is for, and a test holds that page against this file.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Counter, Gauge, Registry } from 'prom-client';

import { readHistory } from '../acme/folder.ts';
import type { Config } from '../config.ts';
import type { Server } from '../server.ts';
import { storageFile } from '../storage/open.ts';
import { askStore } from './health.ts';

type Value = readonly [labels: Readonly<Record<string, string>>, value: number];

interface Series {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /** Asked at each look. */
  readonly read: () => Iterable<Value> | Promise<Iterable<Value>>;
}

const one = (value: number): Value[] => [[{}, value]];

const PEERS = ['client', 'domain'] as const;

export interface Metrics {
  /** What Prometheus reads, and the type of it. */
  readonly contentType: string;
  text(): Promise<string>;
  close(): void;
}

/** The series of a server; `version` is that of the program. */
export function createMetrics(server: Server, config: Config, version: string): Metrics {
  const { tally } = server;
  const registry = new Registry();
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();

  const byPeer = (what: 'done' | 'refused' | 'messages', label: string) =>
    function* (): Iterable<Value> {
      for (const peer of PEERS)
        for (const [name, count] of tally[peer][what].entries()) yield [{ peer, [label]: name }, count];
    };

  const gauges: readonly Series[] = [
    {
      name: 'parley_info',
      help: 'Always 1: which domain and which parleyd.',
      labels: ['domain', 'version'],
      read: () => [[{ domain: config.domain, version }, 1]],
    },
    {
      name: 'parley_connections',
      help: 'Connections now, by who is at the other end and how far they have come.',
      labels: ['peer', 'state'],
      read: () => server.census().map(({ peer, state, count }): Value => [{ peer, state }, count]),
    },
    {
      name: 'parley_store_answer_seconds',
      help: 'How long the store took to answer just now; 5 when it has not answered.',
      read: async () => one((await askStore(server.domain)) / 1000),
    },
    {
      name: 'parley_store_bytes',
      help: 'Size of the store on the disk: its file, and the log of what is not in it yet.',
      labels: ['part'],
      read: () => storeSizes(config),
    },
    {
      name: 'parley_disk_free_bytes',
      help: 'What parleyd may still write where its store is.',
      read: () => freeOctets(config),
    },
    {
      name: 'parley_certificate_end_timestamp_seconds',
      help: 'When the certificate that is served ends.',
      read: () => (server.certificateEnd === undefined ? [] : one(server.certificateEnd / 1000)),
    },
    {
      name: 'parley_certificate_failures',
      help: 'How often in a row the authority has issued no certificate; not there without ACME.',
      read: () => (config.acme.terms ? one(readHistory(config.data).failures) : []),
    },
    {
      name: 'parley_loop_delay_seconds',
      help: 'Since the last look: 99 of 100 events were dealt with after at most so long.',
      read: () => one(delayOf(loop)),
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Memory of the process.',
      read: () => one(process.memoryUsage.rss()),
    },
    {
      name: 'process_start_time_seconds',
      help: 'When the process began.',
      read: () => one(Math.round(Date.now() / 1000 - process.uptime())),
    },
  ];
  const counters: readonly Series[] = [
    {
      name: 'parley_connections_total',
      help: 'Connections that were taken.',
      read: () => one(tally.connections),
    },
    {
      name: 'parley_connections_cut_total',
      help: 'Connections that were turned away or cut off, and why.',
      labels: ['reason'],
      read: () => labelled('reason', tally.cuts),
    },
    {
      name: 'parley_requests_total',
      help: 'Requests that were answered OK.',
      labels: ['peer', 'method'],
      read: byPeer('done', 'method'),
    },
    {
      name: 'parley_refusals_total',
      help: 'Requests that were answered ERROR here, by the code.',
      labels: ['peer', 'code'],
      read: byPeer('refused', 'code'),
    },
    {
      name: 'parley_messages_total',
      help: 'Messages that were taken, by what had become of them at the answer.',
      labels: ['peer', 'outcome'],
      read: byPeer('messages', 'outcome'),
    },
    {
      name: 'parley_domains_unreachable_total',
      help: 'How often another domain could not be reached.',
      read: () => one(tally.unreachable),
    },
    {
      name: 'parley_log_lines_total',
      help: 'Warnings and errors in the log.',
      labels: ['level'],
      read: () => labelled('level', tally.logs),
    },
    {
      name: 'process_cpu_seconds_total',
      help: 'Time of processors that the process has used.',
      read: () => {
        const { user, system } = process.cpuUsage();
        return one((user + system) / 1e6);
      },
    },
  ];

  for (const { name, help, labels = [], read } of gauges) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      async collect() {
        const values = await read();
        gauge.reset();
        // What cannot be known is left out; the library would say 0.
        gauge.remove({});
        for (const [given, value] of values) gauge.set(given, value);
      },
    });
  }
  for (const { name, help, labels = [], read } of counters) {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      async collect() {
        const values = await read();
        counter.reset();
        for (const [given, value] of values) counter.inc(given, value);
      },
    });
  }

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    close: () => void loop.disable(),
  };
}

function* labelled(label: string, counts: Iterable<[string, number]>): Iterable<Value> {
  for (const [name, count] of counts) yield [{ [label]: name }, count];
}

async function storeSizes(config: Config): Promise<Value[]> {
  const path = storageFile(config);
  if (path === undefined) return [];
  const sizeOf = async (file: string): Promise<number> =>
    (await stat(file).catch(() => undefined))?.size ?? 0;
  return [
    [{ part: 'file' }, await sizeOf(path)],
    [{ part: 'log' }, await sizeOf(`${path}-wal`)],
  ];
}

async function freeOctets(config: Config): Promise<Value[]> {
  const path = storageFile(config);
  if (path === undefined) return [];
  const { bavail, bsize } = await statfs(dirname(path));
  return one(bavail * bsize);
}

function delayOf(loop: ReturnType<typeof monitorEventLoopDelay>): number {
  // Nanoseconds; NaN before the first measurement.
  const delay = loop.percentile(99) / 1e9;
  loop.reset();
  return Number.isFinite(delay) ? delay : 0;
}
