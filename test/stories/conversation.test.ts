// A conversation between two people who know each other: answers, corrections, files, what is read, and all that by
// keyboard.

import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  addContact,
  contact,
  createAccount,
  expectAccessible,
  message,
  openPage,
  useBrowser,
  write,
} from './people.ts';
import { type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';

useBrowser();

let domain: DomainProgram;
let alice: Page;
let bob: Page;
const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };

beforeAll(async () => {
  const [started, aliceApp, bobApp] = await Promise.all([
    startDomain(),
    startApp('alice', temporaryFolder()),
    startApp('bob', temporaryFolder()),
  ]);
  domain = started;
  [alice, bob] = await Promise.all([openPage(aliceApp.url, clipboard), openPage(bobApp.url, clipboard)]);
  await createAccount(alice, domain, 'alice', "alice's password");
  await createAccount(bob, domain, 'bob', "bob's password");
  await addContact(alice, `bob@${domain.name}`);
  await addContact(bob, `alice@${domain.name}`);
  await accept(alice);
  await accept(bob);
  await contact(alice, 'bob').click();
  await contact(bob, 'alice').click();
});

/** Lets the one who asks see that one is here: only then they are told that one writes. */
async function accept(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Requests/ }).click();
  await page.getByRole('button', { name: 'Accept', exact: true }).click();
  await page.getByText('Nobody is asking.').waitFor();
}

const field = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const log = (page: Page) => page.getByRole('log');
const focusedLabel = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');

/** The focus of the keyboard on the message with this text. */
async function goTo(page: Page, text: string): Promise<void> {
  await log(page).focus();
  await page.keyboard.press('ArrowUp');
  for (let presses = 0; presses < 30 && !(await focusedLabel(page)).includes(text); presses += 1)
    await page.keyboard.press('ArrowUp');
  expect(await focusedLabel(page)).toContain(text);
}

/** A picture of one colour, `side` pixels square. */
function picture(side: number): Buffer {
  const crcTable = Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value >>> 0;
  });
  const crc = (data: Buffer): number => {
    let value = 0xffffffff;
    for (const octet of data) value = (crcTable[(value ^ octet) & 255] ?? 0) ^ (value >>> 8);
    return (value ^ 0xffffffff) >>> 0;
  };
  const chunk = (type: string, data: Buffer): Buffer => {
    const out = Buffer.alloc(data.length + 12);
    out.writeUInt32BE(data.length);
    out.write(type, 4, 'latin1');
    data.copy(out, 8);
    out.writeUInt32BE(crc(out.subarray(4, data.length + 8)), data.length + 8);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(side * 3, 0x60)]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: side }, () => row)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('what is written', () => {
  test('has its marks, and is never markup', async () => {
    await write(
      alice,
      'The **cover** is `ready`, see https://lindenhof.example/ <img src=x onerror=alert(1)>',
    );
    const got = message(bob, 'onerror');
    await got.waitFor();
    expect(await got.locator('strong').innerText()).toBe('cover');
    expect(await got.locator('code').innerText()).toBe('ready');
    expect(await got.getByRole('link').getAttribute('href')).toBe('https://lindenhof.example/');
    expect(await got.locator('img').count()).toBe(0);
  });

  test('is formatted by keys, and emoji come by their names', async () => {
    await field(alice).fill('well done');
    await field(alice).press('ControlOrMeta+a');
    await field(alice).press('ControlOrMeta+b');
    await expect.poll(() => field(alice).inputValue()).toBe('**well done**');
    await field(alice).press('End');
    await alice.keyboard.type(' :tad');
    await alice.getByRole('listbox', { name: 'Emoji that fit' }).waitFor();
    await alice.keyboard.press('Enter');
    await expect.poll(() => field(alice).inputValue()).toBe('**well done** 🎉 ');
    await alice.keyboard.press('Enter');
    await message(bob, 'well done 🎉').waitFor();
  });

  test('is said to be on its way by the dots, and read by the disc', async () => {
    await field(bob).pressSequentially('I am still wri');
    await alice.getByText('bob is writing').waitFor();
    await field(bob).fill('');
    await alice.getByText('bob is writing').waitFor({ state: 'hidden' });
    await message(alice, 'well done').getByRole('img', { name: 'Read' }).waitFor();
  });
});

describe('answers', () => {
  test('quote what they answer, by keyboard, and lead to it', async () => {
    await goTo(bob, 'The cover is');
    await bob.keyboard.press('r');
    await bob.getByText('Reply to alice').waitFor();
    await expect.poll(() => focusedLabel(bob)).toBe('Message');
    await bob.keyboard.type('In the same parcel, then');
    await bob.keyboard.press('Enter');
    const got = message(alice, 'In the same parcel');
    await got.getByText('The cover is ready').waitFor();
    await got.getByRole('button', { name: /The cover is ready/ }).click();
    await expect.poll(() => focusedLabel(alice)).toContain('onerror');
  });

  test('may be a sign', async () => {
    await message(alice, 'In the same parcel').hover();
    await message(alice, 'In the same parcel').getByRole('button', { name: 'React', exact: true }).click();
    await alice.getByRole('button', { name: 'React with 👍' }).click();
    const seen = bob.getByRole('button', { name: '👍. alice reacted, do the same' });
    await seen.waitFor();
    await seen.click();
    await alice.getByRole('button', { name: '👍 2. Your reaction, take it back' }).click();
    await bob.getByRole('button', { name: '👍 You. Your reaction, take it back' }).waitFor();
  });
});

describe('second thoughts', () => {
  test('the arrow up corrects the last message, and both see what it was', async () => {
    await write(alice, 'That is the gray');
    await message(bob, 'That is the gray').waitFor();
    await field(alice).press('ArrowUp');
    await alice.getByText('Correct your message').waitFor();
    await field(alice).fill('That is the grey');
    await alice.keyboard.press('Enter');
    await message(bob, 'That is the grey').waitFor();
    await bob.getByRole('button', { name: /^Corrected/ }).click();
    const versions = bob.getByRole('dialog', { name: 'Versions of this message' });
    await versions.getByText('That is the gray').waitFor();
    await versions.getByText('That is the grey').waitFor();
    await expectAccessible(bob);
    await bob.keyboard.press('Escape');
    await versions.waitFor({ state: 'hidden' });
  });

  test('a correction is left by Esc, and what was begun before is still there', async () => {
    await field(alice).fill('A draft');
    await goTo(alice, 'That is the grey');
    await alice.keyboard.press('e');
    await expect.poll(() => field(alice).inputValue()).toBe('That is the grey');
    await alice.keyboard.press('Escape');
    await expect.poll(() => field(alice).inputValue()).toBe('A draft');
    await field(alice).fill('');
  });

  test('a message is taken back at both', async () => {
    await write(alice, 'Never mind this');
    await message(bob, 'Never mind this').waitFor();
    await goTo(alice, 'Never mind this');
    await alice.keyboard.press('Enter');
    await alice.getByRole('menuitem', { name: 'Take back…' }).click();
    await alice.getByRole('button', { name: 'Take back', exact: true }).click();
    await log(bob).getByText('alice took this message back.').waitFor();
    await log(alice).getByText('You took this message back.').waitFor();
    await expect.poll(() => message(bob, 'Never mind this').count()).toBe(0);
  });
});

describe('files', () => {
  const content = Buffer.from('Bogen 1-4\n'.repeat(5000));
  test('are attached, named, sent and saved, octet for octet', async () => {
    await alice.setInputFiles('input[type=file]', [
      { name: 'Innenteil Bogen 1–4.pdf', mimeType: 'application/pdf', buffer: content },
      { name: 'folha.png', mimeType: 'image/png', buffer: picture(300) },
      { name: 'lying.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload="alert(1)"/>') },
    ]);
    await alice.getByRole('list', { name: 'Attached files' }).getByText('50 kB').waitFor();
    await write(alice, 'Three files');
    const got = message(bob, 'Three files');
    await got.getByRole('button', { name: 'Picture folha.png, show large' }).waitFor();
    // What is no picture is a file, whatever it says of itself.
    await got.getByRole('button', { name: 'Save lying.png' }).waitFor();
    const [download] = await Promise.all([
      bob.waitForEvent('download'),
      got.getByRole('button', { name: 'Save Innenteil Bogen 1–4.pdf' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('Innenteil Bogen 1–4.pdf');
    expect(await readFile(await download.path())).toEqual(content);
    await expectAccessible(bob);
  });

  test('pictures are shown large and left by Esc', async () => {
    await message(bob, 'Three files')
      .getByRole('button', { name: /^Picture folha/ })
      .click();
    const large = bob.getByRole('dialog', { name: 'folha.png' });
    await large.getByRole('img', { name: 'Picture folha.png' }).waitFor();
    await bob.keyboard.press('Escape');
    await large.waitFor({ state: 'hidden' });
  });

  test('that are too large are refused before anything is sent, with the limit named', async () => {
    await alice.setInputFiles('input[type=file]', [
      { name: 'huge.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(12_000_000, 1) },
    ]);
    await alice.getByText(/takes files up to [\d.]+ MB\. huge\.bin is 12 MB\./).waitFor();
    expect(await alice.getByRole('list', { name: 'Attached files' }).count()).toBe(0);
  });
});

describe('messages together', () => {
  test('are chosen with the arrows and copied with names and times', async () => {
    await goTo(alice, 'Three files');
    await alice.keyboard.press('Shift+ArrowUp');
    await alice.getByText('2 messages selected').waitFor();
    await alice.keyboard.press('ControlOrMeta+c');
    await expect
      .poll(() => alice.evaluate(() => navigator.clipboard.readText()))
      .toMatch(/^You, .*\nYou took this message back\.\n\nYou, .*\nThree files\nInnenteil Bogen 1–4\.pdf/);
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await alice.getByText('2 messages selected').waitFor({ state: 'hidden' });
  });

  test('give up one marked word, too', async () => {
    const words = message(alice, 'That is the grey').getByText('That is the grey');
    await words.dblclick({ position: { x: 8, y: 8 } });
    await words.click({ button: 'right', position: { x: 8, y: 8 } });
    await expectAccessible(alice);
    await alice.getByRole('menuitem', { name: 'Copy selected text' }).click();
    await expect.poll(() => alice.evaluate(() => navigator.clipboard.readText())).toMatch(/^That ?$/);
  });

  test('say what became of them, step by step', async () => {
    await goTo(alice, 'That is the grey');
    await alice.keyboard.press('d');
    const details = alice.getByRole('dialog', { name: 'Read' });
    await details.getByText('Saved on this computer').waitFor();
    await details.getByText('Read by bob').waitFor();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await details.waitFor({ state: 'hidden' });
    await expect.poll(() => focusedLabel(alice)).toContain('That is the grey');
  });

  test('are deleted here, and only here', async () => {
    await write(alice, 'Only for bob');
    await message(bob, 'Only for bob').waitFor();
    await goTo(alice, 'Only for bob');
    await alice.keyboard.press('Delete');
    await alice.getByRole('alertdialog').getByRole('button', { name: 'Delete here', exact: true }).click();
    await expect.poll(() => message(alice, 'Only for bob').count()).toBe(0);
    expect(await message(bob, 'Only for bob').count()).toBe(1);
  });
});

describe('a long conversation', () => {
  test('opens where it was left, and goes to its beginning and back', async () => {
    await bob.getByRole('button', { name: 'Settings' }).click();
    for (let number = 1; number <= 80; number += 1) {
      await write(alice, `Line ${number} of many`);
      await expect.poll(() => field(alice).inputValue(), { interval: 5 }).toBe('');
    }
    await message(alice, 'Line 80 of many')
      .getByRole('img', { name: /^(Delivered|Stored)$/ })
      .waitFor();
    await bob.getByRole('button', { name: 'Conversations' }).click();
    await contact(bob, 'alice').click();
    await log(bob).getByText('New', { exact: true }).waitFor();
    await message(bob, 'Line 1 of many').waitFor();
    await bob.getByRole('button', { name: '80 unread, to the newest' }).click();
    await message(bob, 'Line 80 of many').waitFor();
    await log(bob).focus();
    await bob.keyboard.press('Home');
    await expect.poll(() => focusedLabel(bob)).toContain('The cover is ready');
    await bob.keyboard.press('End');
    await message(bob, 'Line 80 of many').waitFor();
    await message(alice, 'Line 80 of many').getByRole('img', { name: 'Read' }).waitFor();
  });

  test('keeps a place while others write', async () => {
    await log(alice).focus();
    await alice.keyboard.press('Home');
    await expect.poll(() => focusedLabel(alice)).toContain('The cover is ready');
    const top = () =>
      message(alice, 'onerror')
        .first()
        .evaluate((element) => element.getBoundingClientRect().top);
    const before = await top();
    await write(bob, 'Meanwhile');
    await alice.getByRole('button', { name: '1 unread, to the newest' }).click();
    await message(alice, 'Meanwhile').waitFor();
    await log(alice).focus();
    await alice.keyboard.press('Home');
    await expect.poll(() => focusedLabel(alice)).toContain('The cover is ready');
    await expect.poll(top).toBe(before);
  });

  test('a day is gone to by key', async () => {
    await alice.keyboard.press('ControlOrMeta+g');
    await alice.getByRole('dialog', { name: 'Go to a day' }).waitFor();
    await expectAccessible(alice);
    await alice.keyboard.press('Enter');
    await expect.poll(() => focusedLabel(alice)).toContain('The cover is ready');
  });
});
