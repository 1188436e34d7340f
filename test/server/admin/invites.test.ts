import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import jsQR from 'jsqr';
import { describe, expect, test } from 'vitest';

import { createInvite, listInvites, qrInBlocks, removeInvite } from '../../../server/admin/invites.ts';
import { defaultConfig } from '../../../server/config.ts';
import { openStorage } from '../../../server/storage/open.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { parseInvitation } from '../../../shared/impp/invitation.ts';
import { account } from '../storage/contract-data.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { printedBy } from './in-process.ts';

const folder = temporaryFolders();

const within = async <T>(data: string, work: (storage: Storage) => Promise<T>): Promise<T> => {
  const storage = await openStorage(defaultConfig({ data }), 'administer');
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
};

/** What a camera sees: each module is four by four points, dark ones black. */
const seen = (modules: readonly (readonly boolean[])[]): string | undefined => {
  const scale = 4;
  const size = modules.length * scale;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1)
      if (modules[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true)
        pixels.fill(0, 4 * (y * size + x), 4 * (y * size + x) + 3);
  return jsQR(pixels, size, size)?.data;
};

describe('invite create', () => {
  test('prints the token, then the link, and with --qr the same as a picture', async () => {
    const data = folder();
    const file = join(data, 'invite.svg');
    await within(data, (storage) => storage.createAccount(account('märy')));
    const args = ['--data', data, '--domain', 'a.example', '--contact', 'märy', '--qr', file];
    const [token = '', link = '', ...rest] = (
      await printedBy(createInvite, 'invite', 'create', ...args)
    ).split('\n');
    expect(token).toMatch(/^[\w-]{24}$/);
    expect(link).toBe(`impp://a.example/?invite=${token}&contact=m%C3%A4ry@a.example`);
    expect(rest).toEqual(['']);
    expect(parseInvitation(link)).toMatchObject({ host: 'a.example', token, contact: { user: 'märy' } });

    const svg = readFileSync(file, 'utf8');
    const [, width = ''] = /viewBox="0 0 (\d+)/.exec(svg) ?? [];
    const modules = Array.from({ length: Number(width) / 10 }, () =>
      Array.from({ length: Number(width) / 10 }, () => false),
    );
    for (const [, x, y] of svg.matchAll(/M(\d+),(\d+)h10v10h-10z/g)) {
      const row = modules[Number(y) / 10];
      if (row) row[Number(x) / 10] = true;
    }
    expect(seen(modules)).toBe(link);
  });

  test('the blocks of a terminal are the same code', async () => {
    const link = 'impp://a.example/?invite=AbC-_123';
    const blocks = await qrInBlocks(link);
    // White on black: a block that is there is light.
    const modules = blocks
      .replaceAll(/\u001b\[[0-9;]*m/g, '')
      .split('\n')
      .flatMap((line) => [
        Array.from(line, (sign) => sign !== '█' && sign !== '▀'),
        Array.from(line, (sign) => sign !== '█' && sign !== '▄'),
      ]);
    const square = modules.slice(0, modules[0]?.length);
    expect(seen(square)).toBe(link);
  });

  test.each([
    ['a contact of another domain', ['--contact', 'bob@b.example'], /address of the domain a.example/],
    ['a contact that is no address', ['--contact', 'bo b'], /not an address/],
    ['a contact that there is not', ['--contact', 'nobody'], /no account nobody@a.example/],
    ['a picture over another file', ['--qr', '/etc/hostname'], /there already/],
  ])('refuses %s, and makes no invitation', async (_what, args, sentence) => {
    const data = folder();
    const all = ['invite', 'create', '--data', data, '--domain', 'a.example', ...args];
    await expect(printedBy(createInvite, ...all)).rejects.toThrow(sentence);
    expect(await within(data, (storage) => storage.listInvites(0))).toEqual([]);
  });
});

test('invitations are listed without their tokens, and removed by either', async () => {
  const place = ['--data', folder(), '--domain', 'a.example'];
  const create = async (...args: string[]): Promise<string> =>
    (await printedBy(createInvite, 'invite', 'create', ...place, ...args)).split('\n')[0] ?? '';
  const [first, second] = [await create('--days', '3'), await create('--uses', '5')];
  const listed = await printedBy(listInvites, 'invite', 'list', ...place);
  expect(listed).toMatch(
    /^[0-9a-f]{12}\t1\t\d{4}-\d\d-\d\d\t\d{4}-\d\d-\d\dT[\d:.]+Z\n[0-9a-f]{12}\t5\t.*\n$/,
  );
  expect(listed).not.toContain(first);
  await printedBy(removeInvite, 'invite', 'remove', first, ...place);
  const [id = ''] = (await printedBy(listInvites, 'invite', 'list', ...place)).split('\t');
  await printedBy(removeInvite, 'invite', 'remove', id, ...place);
  expect(await printedBy(listInvites, 'invite', 'list', ...place)).toBe('');
  await expect(printedBy(removeInvite, 'invite', 'remove', second, ...place)).rejects.toThrow(
    /no such invitation/,
  );
});
