import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemRandom } from '../../main/clock.ts';
import { Uploads } from '../../main/uploads.ts';

let profile: string;
let folder: string;
let uploads: Uploads;

beforeEach(async () => {
  profile = mkdtempSync(join(tmpdir(), 'parley-uploads-'));
  folder = join(profile, 'uploads');
  uploads = await Uploads.open(folder, systemRandom);
});

afterEach(async () => {
  await uploads.close();
  rmSync(profile, { recursive: true, force: true });
});

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a file on its way', () => {
  test('is what its portions were, in their order', async () => {
    const upload = await uploads.begin(11);
    await Promise.all(['hel', 'lo ', 'world'].map((part) => uploads.append(upload, base64(part))));
    expect(Buffer.from(await uploads.take(upload)).toString()).toBe('hello world');
  });

  test('can be read by this person alone, and is gone when it is used up', async () => {
    const upload = await uploads.begin(2);
    await uploads.append(upload, base64('ab'));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, upload)).mode & 0o777).toBe(0o600);
    await uploads.take(upload);
    expect(readdirSync(folder)).toEqual([]);
    await expect(uploads.take(upload)).rejects.toEqual(code('not-found'));
  });

  test('is gone when it is dropped, and used where it lies only once', async () => {
    const dropped = await uploads.begin(5);
    await uploads.drop(dropped);
    await expect(uploads.append(dropped, base64('x'))).rejects.toEqual(code('not-found'));
    const used = await uploads.begin(1);
    await uploads.append(used, base64('x'));
    expect(await uploads.useFile(used, (path) => Promise.resolve(statSync(path).size))).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('may be larger when it is a backup, which is read where it lies and never into memory', async () => {
    const large = 64 * 1024 * 1024 + 1;
    await expect(uploads.begin(large)).rejects.toEqual(code('message-too-large'));
    await uploads.drop(await uploads.begin(large, true));
    await expect(uploads.begin(64 * 1024 ** 3 + 1, true)).rejects.toEqual(code('message-too-large'));
    const backup = await uploads.begin(1, true);
    await uploads.append(backup, base64('x'));
    await expect(uploads.take(backup)).rejects.toEqual(code('invalid-argument'));
    expect(await uploads.useFile(backup, (path) => Promise.resolve(statSync(path).size))).toBe(1);
  });

  test('is not used before it is complete', async () => {
    const upload = await uploads.begin(3);
    await uploads.append(upload, base64('ab'));
    await expect(uploads.take(upload)).rejects.toEqual(code('invalid-argument'));
    expect(() => uploads.sizeOf(upload)).toThrow(code('invalid-argument'));
    await uploads.append(upload, base64('c'));
    expect(uploads.sizeOf(upload)).toBe(3);
  });

  test('may be empty', async () => {
    expect(await uploads.take(await uploads.begin(0))).toHaveLength(0);
  });
});

describe('a window at fault', () => {
  test('cannot write more than it announced', async () => {
    const upload = await uploads.begin(4);
    await uploads.append(upload, base64('abc'));
    await expect(uploads.append(upload, base64('de'))).rejects.toEqual(code('invalid-argument'));
    await uploads.append(upload, base64('d'));
    expect(Buffer.from(await uploads.take(upload)).toString()).toBe('abcd');
  });

  test('cannot fill the disk: eight files, 64 MiB each', async () => {
    await expect(uploads.begin(64 * 1024 * 1024 + 1)).rejects.toEqual(code('message-too-large'));
    const begun = await Promise.allSettled(Array.from({ length: 10 }, () => uploads.begin(64 * 1024 * 1024)));
    expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
    await expect(uploads.begin(1)).rejects.toEqual(code('too-many-requests'));
  });

  test('cannot name a file of its choice', async () => {
    writeFileSync(join(profile, 'parley.db'), 'x');
    await expect(uploads.take('../parley.db')).rejects.toEqual(code('not-found'));
    await expect(uploads.drop('../parley.db')).rejects.toEqual(code('not-found'));
    expect(existsSync(join(profile, 'parley.db'))).toBe(true);
  });
});

test('what a program that was killed left is gone at the next start', async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'left'), 'x');
  await Uploads.open(folder, systemRandom);
  expect(existsSync(join(folder, 'left'))).toBe(false);
});
