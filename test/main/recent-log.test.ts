import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { RecentLog } from '../../main/recent-log.ts';
import { FakeClock } from '../fake/clock.ts';
import { App, Domain, PASSWORD, urlOf } from './harness.ts';

const ALICE = urlOf('alice');
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

test('the end of what was logged is kept, and all of it passed on', () => {
  const passed: string[] = [];
  const recent = new RecentLog(new FakeClock(), (event) => passed.push(event));
  for (let number = 0; number < 1500; number++) recent.log(`event ${number}`, { number });
  const lines = recent.text().trimEnd().split('\n');
  expect(lines).toHaveLength(1000);
  expect(lines[0]).toMatch(/^\d{4}-\S+Z event 500 \{"number":500\}$/);
  expect(passed).toHaveLength(1500);
});

test('a person saves it: what happened is in it, and what is secret is not; what waits is counted', async () => {
  const domain = await Domain.start();
  closing.push(() => domain.down());
  const app = await App.start();
  closing.push(() => app.close());
  await app.create(domain, 'alice');
  expect(await app.ask('account.waiting', { account: ALICE })).toEqual({ messages: 0, octets: 0 });
  await domain.down();
  await app.until('offline', ({ accounts }) => accounts[0]?.connection.phase === 'waiting');
  const text = 'what nobody else may read';
  await app.ask('message.send', { account: ALICE, peer: urlOf('bob'), text });
  await app.ask('message.send', { account: ALICE, peer: urlOf('carol'), text });
  const waiting = await app.ask('account.waiting', { account: ALICE });
  expect(waiting).toMatchObject({ messages: 2, peer: urlOf('bob') });
  expect(waiting.octets).toBeGreaterThan(2 * text.length);
  expect(await app.ask('log.save', null)).toBeNull();
  app.saveAs = (name) => join(app.folder, name);
  const path = join(app.folder, 'parley-log.txt');
  expect(await app.ask('log.save', null)).toEqual({ path });
  const saved = readFileSync(path, 'utf8');
  expect(saved).toContain(`online {"account":"${ALICE}"`);
  expect(saved).toContain('offline');
  expect(saved).not.toContain(PASSWORD);
  expect(saved).not.toContain(text);
  expect(statSync(path).mode & 0o077).toBe(0);
});
