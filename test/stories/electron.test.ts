// The bundles that are shipped, unmodified: main and preload on the stand-in for Electron, and on the real
// binary where there is one.

import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Desktop } from './desktop.ts';
import { addContact, createAccount, expectAccessible, openSettings } from './people.ts';
import { type DomainProgram, startDomain } from './programs.ts';

describe('the Electron host', () => {
  let domain: DomainProgram;
  let page: Page;
  let desktop: Desktop;

  beforeAll(async () => {
    domain = await startDomain();
    desktop = await Desktop.start({ platform: process.platform, hasTray: false });
    page = await desktop.page();
  });
  afterAll(() => desktop.close());

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
    await openSettings(page, 'Contacts');
    await page.getByRole('button', { name: 'Save as file' }).click();
    const path = await desktop.until<string>('saved', (one) => one.endsWith('eve.vcf'));
    expect(await readFile(path, 'utf8')).toContain(`bob@${domain.name}`);

    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = 'data:application/octet-stream,outside';
      link.download = 'outside.bin';
      link.click();
    });
    await desktop.until('refused', (what) => what === 'data:application/octet-stream,outside');
    await page.keyboard.press('Escape');
  });

  test.skipIf(process.platform === 'darwin')('ends when its last window is closed', async () => {
    desktop.do('destroy-window');
    expect(await desktop.ended).toBe(0);
  });
});
