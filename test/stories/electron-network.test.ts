// The Electron host and the network: what the system says of power, screen and proxies, on a line that a test can cut.

import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Bridge } from '../../shared/ipc.ts';
import { certificateFor } from '../fixtures/certificates.ts';
import { startSocks } from '../fixtures/proxies.ts';
import { Desktop } from './desktop.ts';
import { createAccount } from './people.ts';
import { startDomain } from './programs.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A line to the domain. Cut, nothing comes through and nobody is told, as on a network that was left. */
async function layLine(server: string) {
  const at = server.lastIndexOf(':');
  const ends = new Set<Socket>();
  let isCut = false;
  const line = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(Number(server.slice(at + 1)), server.slice(0, at));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.on('data', (bytes: Buffer) => to.write(bytes));
    }
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const end of ends) end.destroy();
    await new Promise((resolve) => line.close(resolve));
  });
  return {
    server: `127.0.0.1:${(line.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true;
      for (const end of ends) end.pause();
    },
    mend: () => {
      isCut = false;
    },
  };
}

const tip = (words: string) => (tray: { readonly tip: string }) => tray.tip.startsWith(`Parley: ${words}`);

test('lock, suspension and their ends are seen in presence; online again within five seconds; the system names proxies', async () => {
  const domain = await startDomain();
  const line = await layLine(domain.server);
  const { cert, key } = await certificateFor('a.example');
  const other = await startDomain('a.example', ['--tls-cert', cert, '--tls-key', key]);
  const proxy = await startSocks((place) => (place === 'a.example:2779' ? other.server : undefined));
  const desktop = await Desktop.start({
    platform: process.platform,
    environment: { DESKTOP_PROXY: `SOCKS5 ${proxy.address}` },
  });
  closing.push(
    () => proxy.close(),
    () => desktop.close(),
  );
  const page = await desktop.page();
  const began = Date.now();
  await createAccount(page, { ...domain, server: line.server }, 'eve', "eve's password");
  const firstTime = Date.now() - began;
  await desktop.until('tray', tip('available'));

  // Gone and back, by the screen and by the machine.
  for (const [leave, back] of [
    ['lock-screen', 'unlock-screen'],
    ['suspend', 'resume'],
  ]) {
    desktop.do('power', { event: leave });
    await desktop.until('tray', tip('away'));
    desktop.do('power', { event: back });
    await desktop.until('tray', tip('available'));
  }

  // The machine sleeps, and its network is another one when it wakes: what stood open is dead, and does not say so.
  const since = (): Promise<number | undefined> =>
    page.evaluate(async () => {
      const { parley } = globalThis as unknown as { parley: Bridge };
      const answer = await parley.invoke('snapshot', null);
      const { connection } = (answer.ok ? answer.value.accounts[0] : undefined) ?? {};
      return connection?.phase === 'online' ? connection.way?.since : undefined;
    });
  desktop.do('power', { event: 'suspend' });
  await desktop.until('tray', tip('away'));
  line.cut();
  const woke = Date.now();
  line.mend();
  desktop.do('power', { event: 'resume' });
  await expect.poll(since, { timeout: 20_000, interval: 50 }).toBeGreaterThan(woke);
  // On a machine that is busy with something else everything takes longer, the first time did as well.
  expect(Date.now() - woke, 'milliseconds until online').toBeLessThan(Math.max(5000, 4 * firstTime));
  await desktop.until('tray', tip('available'));

  // A domain that is not this machine is reached as the system says.
  const facts = await page.evaluate(
    (ca) =>
      (globalThis as unknown as { parley: Bridge }).parley.invoke('domain.look', { domain: 'a.example', ca }),
    readFileSync(cert, 'utf8'),
  );
  expect(facts).toMatchObject({ ok: true, value: { isPrivate: true, server: 'a.example:2779' } });
  expect(proxy.asked).toEqual(['a.example:2779']);
});
