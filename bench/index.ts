// `node bench/index.ts [NAME]...`: every figure beside what this machine did with the reference in the same run.

import type { BenchResult } from './result.ts';

const BENCHES: Record<string, () => Promise<{ readonly run: () => BenchResult[] | Promise<BenchResult[]> }>> =
  {
    codec: () => import('./codec.ts'),
    messages: () => import('./messages.ts'),
    bulk: () => import('./bulk.ts'),
    presence: () => import('./presence.ts'),
    watchers: () => import('./watchers.ts'),
    idle: () => import('./idle.ts'),
    logins: () => import('./logins.ts'),
    store: () => import('./store.ts'),
    start: () => import('./start.ts'),
  };

const format = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);

const print = ({ name, value, unit, reference, ratio }: BenchResult): void => {
  const beside = reference ? `   ${reference.name}: ${format(reference.value)} ${unit}` : '';
  const times = ratio === undefined ? '' : `   ratio ${ratio.toPrecision(3)}`;
  process.stdout.write(`${name}: ${format(value)} ${unit}${beside}${times}\n`);
};

const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  const load = BENCHES[name];
  if (!load) throw new Error(`no such bench: ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
  const { run } = await load();
  for (const result of await run()) print(result);
}
