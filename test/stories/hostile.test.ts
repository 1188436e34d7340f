// People and a domain that mean harm, against the window as it is shipped: whatever they say stays text, nothing of it
// runs, nothing leaves the machine, nothing is written but where the person says, and the window goes on.

import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freshId, MESSAGE } from '../conformance/people.ts';
import { type Client, type Domain, startDomain } from '../conformance/wire.ts';
import { Between } from './between.ts';
import { Desktop } from './desktop.ts';
import { isReal } from './hosts.ts';
import { addContact, createAccount, message } from './people.ts';
import { temporaryFolder } from './programs.ts';

const SCRIPT = "harmed.push('here')";
const ELSEWHERE = 'http://canary.example';
const RIGHT_TO_LEFT = '\u202e';

let domain: Domain;
let between: Between;
let desktop: Desktop;
let page: Page;
let mallory: Client;
const home = temporaryFolder();
/** What Chromium and the system make in a home for themselves, as they begin. */
let ofChromium: ReadonlySet<string>;
/** What the window asked for that is not its own. */
const asked: string[] = [];
let count = 0;

beforeAll(async () => {
  domain = await startDomain({ name: 'story.localhost' });
  between = await Between.start(`${domain.host}:${domain.port}`);
  desktop = await Desktop.start({
    platform: process.platform,
    folder: join(home, 'profile'),
    environment: { HOME: home },
  });
  page = await desktop.page();
  ofChromium = new Set(
    ['.cache', '.pki', ...(isReal ? readdirSync(home) : [])].filter((name) => name !== 'profile'),
  );
  page.context().on('request', (request) => {
    if (!/^(?:(?:https:\/\/app\.invalid|app:\/\/parley)\/|data:|blob:)/.test(request.url()))
      asked.push(request.url());
  });
  page.on('dialog', (dialog) => asked.push(`dialog: ${dialog.message()}`));
  await page.evaluate(() => Object.assign(globalThis, { harmed: [] }));
  await createAccount(
    page,
    { ...domain, server: between.server, kill, restart },
    'alice',
    "alice's password",
  );
  mallory = await domain.person('mallory');
  await addContact(page, `mallory@${domain.name}`);
  await says('good day');
  await page.getByRole('region', { name: 'Conversations' }).getByText('mallory').first().click();
  await message(page, 'good day').waitFor();
});
afterAll(async () => {
  await desktop.close();
  await between.close();
  mallory.destroy();
});
afterEach(async () => {
  // Whatever it was, the next message comes and is shown.
  const text = `still here ${++count}`;
  await says(text);
  await message(page, text).waitFor();
  expect(await page.evaluate(() => (globalThis as unknown as { harmed: string[] }).harmed)).toEqual([]);
  expect(asked).toEqual([]);
  expect(desktop.all('refused')).toEqual([]);
  expect(page.context().pages()).toHaveLength(1);
});

const kill = (): Promise<null> => Promise.resolve(null);
const restart = (): Promise<void> => Promise.resolve();

/** SEND of a whole message, as these octets. */
async function sends(client: Client, from: string, fields: string, body: string | Buffer): Promise<void> {
  const id = freshId();
  const head = `From: ${from}\r\nTo: <alice@${domain.name}>\r\nDate: Sat, 01 Aug 2026 10:00:00 +0000\r\nMessage-ID: ${id}\r\nMIME-Version: 1.0\r\n${fields}\r\n\r\n`;
  const octets = Buffer.concat([Buffer.from(head), Buffer.from(body)]);
  await client.request('SEND', { Target: domain.url('alice'), 'Message-ID': id, ...MESSAGE }, octets);
}

/** Mallory, who comes back when he was thrown out; his connections end with each test. */
async function mallorySends(fields: string, body: string | Buffer): Promise<void> {
  if (mallory.socket.destroyed) mallory = await domain.login('mallory', 'phone');
  // What the domain itself refuses has done no harm either.
  await sends(mallory, `<mallory@${domain.name}>`, fields, body);
}

const PLAIN = 'Content-Type: text/plain; charset=utf-8';
const says = (text: string): Promise<void> => mallorySends(PLAIN, `${text}\r\n`);

test('texts stay texts', async () => {
  const texts = [
    `<script>${SCRIPT}</script><img src=x onerror="${SCRIPT}"><svg onload="${SCRIPT}"><iframe srcdoc="<script>parent.${SCRIPT}</script>">`,
    `<style>@import '${ELSEWHERE}/style';</style><link rel=stylesheet href=${ELSEWHERE}><meta http-equiv=refresh content="0;url=${ELSEWHERE}">`,
    `[press me](javascript:${SCRIPT}) ![picture](${ELSEWHERE}/picture.png) <javascript:${SCRIPT}>`,
    `javascript:${SCRIPT} data:text/html,<script>${SCRIPT}</script> vbscript:x file:///etc/passwd \\\\canary.example\\share`,
    `${'*'.repeat(2000)}${'_'.repeat(2000)}${'`'.repeat(2000)}${'>'.repeat(2000)}${'['.repeat(2000)}`,
    `${RIGHT_TO_LEFT}https://evil.example/moc.knab${'\u2066\u2067\u2068'.repeat(500)}`,
    `zero${'\u200b\u200d\u2060\ufeff'.repeat(5000)}width`,
    `z${'\u0300\u0301\u0489'.repeat(5000)}lgo`,
    '\u001b]0;title\u0007\u001b[2J\u001b[31mred\u001b[0m \u0000\u0008\u009b',
    `${'😀\u200d'.repeat(3000)}`,
    'line\r\n'.repeat(20_000),
  ];
  for (const text of texts) await says(text);
  await message(page, '<script>').first().waitFor();
  const links = await page
    .getByRole('log')
    .getByRole('link')
    .evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  expect(links.filter((href) => !/^(?:https?|mailto):/.test(href ?? ''))).toEqual([]);
  expect(
    await page.getByRole('log').locator('script, iframe, style, meta, object, embed, svg[onload]').count(),
  ).toBe(0);
});

test('a line of a mebibyte is one message, and the window still answers at once', async () => {
  await says(`${'a'.repeat(200_000)} ${'https://a.example/'.repeat(40_000)}`);
  await says('after the long one');
  await message(page, 'after the long one').waitFor();
  const late = await page.evaluate(async () => {
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve));
    return performance.now() - began;
  });
  // A window that hangs takes longer, however fast the machine is.
  expect(late).toBeLessThan(5000);
});

test('parts within parts, broken and misnamed ones, are shown as far as they can be read', async () => {
  const nested = Array.from({ length: 200 }).reduce<string>(
    (inside, _, depth) =>
      `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n${inside}\r\n--b${depth}--\r\n`,
    `Content-Type: text/html\r\n\r\n<script>${SCRIPT}</script>\r\n`,
  );
  const [field = '', ...rest] = nested.split('\r\n\r\n');
  const bodies: [string, string | Buffer][] = [
    [field, rest.join('\r\n\r\n')],
    ['Content-Type: text/html; charset=utf-8', `<body onload="${SCRIPT}"><img src="${ELSEWHERE}/x">`],
    [
      'Content-Type: multipart/alternative; boundary=x',
      `--x\r\n${PLAIN}\r\n\r\nplain\r\n--x\r\nContent-Type: text/html\r\n\r\n<script>${SCRIPT}</script>\r\n--x--\r\n`,
    ],
    ['Content-Type: multipart/mixed; boundary=""', '--\r\n\r\n----'],
    ['Content-Type: message/rfc822', `${'Content-Type: message/rfc822\r\n\r\n'.repeat(300)}end`],
    ['Content-Type: text/plain; charset=x-nobody-has-this', randomBytes(5000)],
    [`${PLAIN}\r\nContent-Transfer-Encoding: base64`, '!!!! not base64 ===='.repeat(100)],
    [
      'Content-Type: image/svg+xml',
      `<svg xmlns="http://www.w3.org/2000/svg" onload="${SCRIPT}"><script>${SCRIPT}</script><image href="${ELSEWHERE}/i"/></svg>`,
    ],
    ['Content-Type: image/png', randomBytes(20_000)],
    ['Content-Type: message/disposition-notification', 'Disposition: <x>'],
    [
      'Content-Type: application/im-iscomposing+xml',
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><isComposing>&b;</isComposing>',
    ],
  ];
  for (const [fields, body] of bodies) await mallorySends(fields, body);
});

test('names are names, of whom one knows and of strangers', async () => {
  const names = [
    `<img src=x onerror=${SCRIPT}>`,
    `${RIGHT_TO_LEFT}nimda ${'\u0300'.repeat(300)}`,
    'n'.repeat(900),
    'Parley <parley@story.localhost>',
  ];
  for (const [index, name] of names.entries()) {
    const stranger = await domain.person(`stranger${index}`);
    const from = `=?utf-8?B?${Buffer.from(name).toString('base64')}?= <stranger${index}@${domain.name}>`;
    await sends(stranger, from, PLAIN, `<b onclick=${SCRIPT}>from a stranger</b>\r\n`);
    stranger.destroy();
  }
  await page.getByRole('button', { name: /^Requests/ }).click();
  await page
    .getByRole('article', { name: /writes to you for the first time$/ })
    .nth(3)
    .waitFor();
  expect(await page.getByRole('main').locator('img[src="x"], b, script').count()).toBe(0);
  await page.getByRole('region', { name: 'Conversations' }).getByText('mallory').first().click();
});

test('files are saved where the person says, under names that are no paths', async () => {
  const names = [
    '../../../../.bashrc',
    '..\\..\\Start Menu\\Startup\\run.bat',
    '/etc/passwd',
    'C:\\Windows\\evil.dll',
    'CON.txt',
    `photo${RIGHT_TO_LEFT}gpj.exe`,
    `${'x'.repeat(600)}.pdf`,
    '..',
    '-rf',
    '~/.ssh/authorized_keys',
  ];
  const parts = names.map(
    (name) =>
      `--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=utf-8''${encodeURIComponent(name)}\r\n\r\nharm\r\n`,
  );
  await mallorySends('Content-Type: multipart/mixed; boundary=x', `${parts.join('')}--x--\r\n`);
  const buttons = page
    .getByRole('log')
    .getByRole('article')
    .last()
    .getByRole('button', { name: /^Save / });
  await buttons.nth(names.length - 1).waitFor();
  for (let index = 0; index < names.length; index += 1) {
    await buttons.nth(index).click();
    await expect.poll(() => desktop.all('saved').length).toBe(index + 1);
  }
  const downloads = join(desktop.folder, 'downloads');
  for (const path of desktop.all('saved')) {
    const name = String(path).slice(downloads.length + 1);
    expect(join(downloads, name)).toBe(path);
    expect(name).toMatch(/^[^/\\:*?"<>|\u202a-\u202e]{1,255}$/);
    expect(name).not.toMatch(/^(?:\.|con\b)/i);
  }
  expect(readdirSync(home).filter((name) => !ofChromium.has(name))).toEqual(['profile']);
});

test('an address book of somebody else brings names, and nothing else', async () => {
  const cards = [
    `FN:<img src=x onerror=${SCRIPT}>\r\nIMPP:impp://${domain.name}/bystander1\r\nPHOTO:${ELSEWHERE}/photo.png\r\nURL:javascript:${SCRIPT}`,
    `FN:${RIGHT_TO_LEFT}bank\r\nIMPP:impp://${domain.name}/bystander2\r\nNOTE:${'x'.repeat(100_000)}`,
    `FN:nobody\r\nIMPP:javascript:${SCRIPT}`,
  ].map((card) => `BEGIN:VCARD\r\nVERSION:4.0\r\n${card}\r\nEND:VCARD\r\n`);
  const before = await page.getByRole('region', { name: 'Contacts' }).getByRole('listitem').count();
  await page.evaluate(
    async ([account, text]) => {
      const { parley } = globalThis as unknown as {
        parley: { invoke(name: string, request: unknown): Promise<{ ok: boolean }> };
      };
      await parley.invoke('contacts.import', { account, text });
    },
    [domain.url('alice'), cards.join('')],
  );
  await expect
    .poll(() => page.getByRole('region', { name: 'Contacts' }).getByRole('listitem').count())
    .toBe(before + 2);
  expect(await page.getByRole('region', { name: 'Contacts' }).locator('img[src="x"]').count()).toBe(0);
});

const request = (method: string, headers: Record<string, string>, body?: Buffer | string): Buffer =>
  mallory.compose(method, { From: domain.url('mallory'), To: domain.url('alice'), ...headers }, body);

test.each<[string, () => Buffer]>([
  ['says what is no message', () => randomBytes(64 * 1024)],
  ['begins a line and never ends it', () => Buffer.from(`SEND ${'A'.repeat(4 * 1024 * 1024)}`)],
  [
    'sends a header that never ends',
    () => Buffer.from(`SEND s1 impp/1.0\r\n${'X-More: aaaaaaaaaaaaaaaa\r\n'.repeat(200_000)}`),
  ],
  ['announces more than there is room for', () => request('SEND', { 'Content-Length': '99999999999999' })],
])('a domain that %s is left, and found again', async (_what, octets) => {
  const before = between.count;
  const gone = between.closed();
  await between.say(octets());
  await gone;
  // Not waiting for its turn: the person asks for it.
  await page.evaluate((account) => {
    const { parley } = globalThis as unknown as {
      parley: { invoke(name: string, request: unknown): Promise<unknown> };
    };
    return parley.invoke('account.connect', { account });
  }, domain.url('alice'));
  await expect.poll(() => between.count, { timeout: 15_000 }).toBeGreaterThan(before);
});

test.each<[string, () => Buffer]>([
  [
    'answers what nobody asked',
    () => Buffer.from('OK (SEND) nobody-asked impp/1.0\r\nOutcome: delivered\r\n\r\n'),
  ],
  [
    'asks for what only a domain is asked',
    () => request('SET-ACL', { Target: domain.url('alice') }, '<acl/>'),
  ],
  [
    'breaks the frame in the middle of a body',
    () =>
      Buffer.concat([
        request('SEND', { 'Content-Length': '10' }),
        Buffer.from('short\r\nSEND x impp/9.9\r\n\r\n'),
      ]),
  ],
])('a domain that %s is borne', async (_what, octets) => {
  await between.say(octets());
});

test('a domain that floods is borne: requests by the thousand, documents and messages of nobody', async () => {
  const flood = [
    ...Array.from({ length: 5000 }, (_, index) =>
      request('PING', {}, undefined)
        .toString()
        .replace(/^PING \S+/, `PING f${index}`),
    ),
    ...Array.from({ length: 200 }, (_, index) =>
      request(
        'SEND',
        {
          'Message-ID': `<flood${index}@x>`,
          'Inbox-Sequence': '999999999999',
          'Content-Type': 'message/rfc822',
        },
        'no header at all',
      ).toString(),
    ),
    request(
      'DOCUMENT-NOTIFY',
      { Document: 'rules', 'Content-Type': 'application/impp-acl' },
      `<a>${'<b>'.repeat(5000)}`,
    ).toString(),
    request(
      'CHANGE-NOTIFY',
      { 'Content-Type': 'application/presence' },
      `<!DOCTYPE x [<!ENTITY e "${'e'.repeat(1000)}">]><p>&e;</p>`,
    ).toString(),
  ];
  await between.say(Buffer.from(flood.join('')));
});
