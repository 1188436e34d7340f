import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { checkFolder } from '../../../server/admin/check-folder.ts';
import { defaultConfig } from '../../../server/config.ts';
import { openStorage } from '../../../server/storage/open.ts';
import { temporaryFolders } from '../storage/folder.ts';

const folder = temporaryFolders();
const isRoot = process.getuid?.() === 0;

async function said(data: string): Promise<string> {
  return (await checkFolder(defaultConfig({ data }))).map(({ what, text }) => `${what} ${text}`).join('\n');
}

test('what is not there is not made by looking; room is told', async () => {
  const data = join(folder(), 'new');
  const text = await said(data);
  expect(text).toMatch(/^(ok|note) .*\d+ MiB are free in /m);
  expect(text).toContain(`ok ${join(data, 'parley.sqlite')} will be made on first use.`);
  expect(() => chmodSync(data, 0o700)).toThrow('ENOENT');
});

test('a folder and a store that others may read', async () => {
  const data = folder();
  await (await openStorage(defaultConfig({ data }))).close();
  expect(await said(data)).not.toContain('can be read by');
  chmodSync(data, 0o755);
  chmodSync(join(data, 'parley.sqlite'), 0o644);
  const text = await said(data);
  expect(text).toContain(`note ${data} can be read by other users of this machine (chmod 700`);
  expect(text).toContain(`parley.sqlite can be read by other users of this machine (chmod 600`);
  expect(text).toContain('can be read and written, and holds 0 accounts.');
});

test.runIf(isRoot)('a folder of the user who runs parleyd is none for root to run it in', async () => {
  const data = join(folder(), 'theirs');
  mkdirSync(data);
  chownSync(data, 4321, 4321);
  expect(await said(data)).toContain('belongs to user 4321: run parleyd as that user, not as root.');
});

test.skipIf(isRoot)('a folder that cannot be written in', async () => {
  const data = folder();
  chmodSync(data, 0o500);
  expect(await said(data)).toMatch(/^wrong The folder .* is not writable for this user/m);
});
