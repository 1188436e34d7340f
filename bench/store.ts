// The app's store with a history of many years: a million messages in two thousand conversations.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchResult } from './result.ts';
import { build, buildBare, makeLong, quantile, scroll, search, type Times } from './store/measure.ts';

const MESSAGES = 1_000_000;
const CONVERSATIONS = 2_000;
const BARE = 100_000;
const LONG = 'impp://c.example/long';
const PAGES = 200;
const SEARCHES = 1_000;
/** Milliseconds between two messages that come during the searches. */
const EVERY = 5;

const beside = (name: string, unit: string, value: number, reference: string, bare: number): BenchResult => ({
  name,
  value,
  unit,
  reference: { name: reference, value: bare },
  ratio: value / bare,
});

const quantiles = (name: string, times: Times, reference: string, bare: Times): BenchResult[] =>
  [50, 95, 99].map((part) =>
    beside(`${name}, p${part}`, 'ms', quantile(times, part / 100), reference, quantile(bare, part / 100)),
  );

/**
 * PARLEY_BENCH_STORE names a file that is built once and used again, for a look at single figures. The long
 * conversation is in it as well.
 */
export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-store-'));
  const path = process.env['PARLEY_BENCH_STORE'] ?? join(folder, 'parley.db');
  try {
    const results: BenchResult[] = [];
    if (!existsSync(path)) {
      const rate = await build(path, MESSAGES, CONVERSATIONS);
      const bare = buildBare(join(folder, 'bare.db'), BARE);
      results.push(
        beside(
          `${MESSAGES.toLocaleString('en')} messages kept, a second`,
          'messages',
          rate,
          'bare inserts',
          bare,
        ),
      );
      makeLong(path, LONG, MESSAGES);
    }
    const scrolled = await scroll(path, LONG, PAGES);
    results.push({
      name: 'a conversation of a million messages opened at its end',
      value: scrolled.open,
      unit: 'ms',
    });
    results.push(...quantiles('a page further, back or forth', scrolled.pages, 'bare rows', scrolled.bare));
    const searched = await search(path, SEARCHES, EVERY);
    results.push(
      ...quantiles('a search while messages come', searched.searches, 'bare index', searched.bare),
    );
    results.push(
      ...quantiles('a message kept while searches go on', searched.received, 'its search', searched.searches),
    );
    results.push({ name: 'event loop late meanwhile, p50', value: searched.delay.p50, unit: 'ms' });
    results.push({ name: 'event loop late meanwhile, p99', value: searched.delay.p99, unit: 'ms' });
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
