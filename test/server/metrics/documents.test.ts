// What docs/operations says of the series, against those that there are.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { createMetrics } from '../../../server/metrics/registry.ts';
import { TestDomain } from '../harness.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../../../docs/operations/${name}`, import.meta.url), 'utf8');

const namesIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/\b(?:parley|process)_[a-z_]+\b/g)].map(([name]) => name));

const domain = await TestDomain.start({ config: { storage: { url: 'memory:' } } });
const metrics = createMetrics(domain.server, domain.server.domain.config, '1');
const series = [...(await metrics.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name).sort();
metrics.close();
await domain.close();

test('the page has each of them, and no other', () => {
  const rows = [...read('monitoring.md').matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name);
  expect(rows.sort()).toEqual(series);
  for (const name of namesIn(read('monitoring.md'))) expect(series).toContain(name);
});

test('alerts and dashboard ask for what there is', () => {
  const dashboard = JSON.parse(read('dashboard.json')) as { panels: { targets: { expr: string }[] }[] };
  const asked = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
  for (const name of namesIn(`${read('alerts.yml')}\n${asked}`)) expect(series).toContain(name);
  // Whoever looks at the dashboard sees all of it.
  for (const name of series.filter((each) => each !== 'process_start_time_seconds'))
    expect(asked).toContain(name);
});
