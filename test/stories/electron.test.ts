// The bundles that are shipped, unmodified: main and preload on the stand-in for Electron, and on the real
// binary where there is one.

import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addContact, createAccount, expectAccessible } from './people.ts';
import { type DomainProgram, startDomain, startProgram, temporaryFolder } from './programs.ts';

describe('the Electron host', () => {
  let domain: DomainProgram;
  let page: Page;
  let close = (): Promise<void> => Promise.resolve();
  let ended: Promise<unknown>;
  const folder = temporaryFolder();
  /** What the stand-in says that it did, for whoever waits for the next line. */
  const said = new EventEmitter();

  beforeAll(async () => {
    domain = await startDomain();
    const { child, found } = await startProgram(
      'test/fake/electron/run.ts',
      ['out/main/index.js', `--user-data-dir=${folder}`],
      /^stand-in ready (\S+)$/,
      { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' },
      (line) => said.emit('line', line),
    );
    ended = new Promise((resolve) => child.once('exit', resolve));
    const browser = await chromium.connectOverCDP(found[1] ?? '');
    const [context] = browser.contexts();
    if (!context) throw new Error('the stand-in has no window');
    page = context.pages()[0] ?? (await context.waitForEvent('page'));
    close = () => browser.close();
  });
  afterAll(() => close());

  test('shows the app to a window that has no Node', async () => {
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(
      await page.evaluate(() =>
        ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
      ),
    ).toEqual([]);
    expect(
      await page.evaluate(() => Object.keys((globalThis as unknown as { parley: object }).parley)),
    ).toEqual(['invoke', 'on']);
    await expectAccessible(page);
  });

  test('refuses commands that are not on the list', async () => {
    const refusal = await page.evaluate(async () => {
      const { parley } = globalThis as unknown as {
        parley: { invoke(name: string, request: unknown): Promise<unknown> };
      };
      return parley.invoke('eval', '1').then(String, (error: Error) => error.message);
    });
    expect(refusal).toContain('no such command');
  });

  test('lets a person create an account', async () => {
    await createAccount(page, domain, 'eve', "eve's password");
  });

  test('contacts are saved where the person says, and nothing else is downloaded', async () => {
    await addContact(page, `bob@${domain.name}`);
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page
      .getByRole('navigation', { name: 'Settings' })
      .getByRole('button', { name: 'Contacts' })
      .click();
    const saved = once(said, 'line', { signal: AbortSignal.timeout(20_000) });
    await page.getByRole('button', { name: 'Save as file' }).click();
    const path = join(folder, 'downloads', 'eve.vcf');
    expect(await saved).toEqual([`stand-in saved ${path}`]);
    expect(await readFile(path, 'utf8')).toContain(`bob@${domain.name}`);

    const refused = once(said, 'line', { signal: AbortSignal.timeout(20_000) });
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = 'data:application/octet-stream,outside';
      link.download = 'outside.bin';
      link.click();
    });
    expect(await refused).toEqual(['stand-in refused data:application/octet-stream,outside']);
    await page.keyboard.press('Escape');
  });

  test('ends when its last window is closed', async () => {
    await page.close();
    expect(await ended).toBe(0);
  });
});
