// The bundles that are shipped, unmodified: main and preload on the stand-in for Electron, and on the real
// binary where there is one.

import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount, expectAccessible } from './people.ts';
import { type DomainProgram, startDomain, startProgram, temporaryFolder } from './programs.ts';

describe('the Electron host', () => {
  let domain: DomainProgram;
  let page: Page;
  let close = (): Promise<void> => Promise.resolve();
  let ended: Promise<unknown>;

  beforeAll(async () => {
    domain = await startDomain();
    const { child, found } = await startProgram(
      'test/fake/electron/run.ts',
      ['out/main/index.js', `--user-data-dir=${temporaryFolder()}`],
      /^stand-in ready (\S+)$/,
      { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' },
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

  test('ends when its last window is closed', async () => {
    await page.close();
    expect(await ended).toBe(0);
  });
});
