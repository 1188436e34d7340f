// The Electron host on the three desktops: tray, notifications, badge, links, and what closing the window means.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LOOK_EVERY } from '../../main/host/electron/tray-loss.ts';
import { Desktop } from './desktop.ts';
import { canShow } from './hosts.ts';
import { addContact, createAccount, expectAccessible, openSettings } from './people.ts';
import { type DomainProgram, endProgram, startDomain, startProgram, temporaryFolder } from './programs.ts';

const FIVE_MINUTES = 300_000;

interface TrayLook {
  readonly image: string;
  readonly isTemplate: boolean;
  readonly tip: string;
  readonly menu: readonly string[];
}
interface NotificationLook {
  readonly title: string;
  readonly body: string;
  readonly silent: boolean;
  readonly hasReply?: boolean;
  readonly actions?: readonly { readonly text: string }[];
}

let domain: DomainProgram;
const desktops: Desktop[] = [];
const others: ChildProcess[] = [];
let users = 0;

beforeAll(async () => {
  domain = await startDomain();
});
afterEach(async () => {
  await Promise.all(desktops.splice(0).map((desktop) => desktop.close()));
  await Promise.all(others.splice(0).map((child) => endProgram(child, 'SIGKILL')));
});

async function open(options: Parameters<typeof Desktop.start>[0]): Promise<Desktop> {
  const desktop = await Desktop.start(options);
  desktops.push(desktop);
  return desktop;
}

/** Somebody who writes to `user`. */
async function correspondent(user: string, name: string): Promise<(text: string) => void> {
  const { child } = await startProgram(
    'test/stories/core-program.ts',
    [
      `--data=${temporaryFolder()}`,
      `--server=${domain.server}`,
      '--password=a password',
      `--address=${name}@${domain.name}`,
      `--peer=${user}@${domain.name}`,
    ],
    /^core ready$/,
    { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' },
  );
  others.push(child);
  return (text) => child.stdin?.write(`${JSON.stringify({ text })}\n`);
}

/** A person with an account, on a desktop, and a friend who writes to them. */
async function atHome(platform: NodeJS.Platform, hasTray = true) {
  const user = `eve${++users}`;
  const name = `bob${users}`;
  const friend = `${name}@${domain.name}`;
  const desktop = await open({ platform, hasTray });
  const page = await desktop.page();
  await createAccount(page, domain, user, "eve's password");
  const write = await correspondent(user, name);
  await addContact(page, friend);
  return { desktop, page, write, name, friend };
}

/** The same for all tests of a `describe`, which leave it as they found it. */
function useHome(platform: NodeJS.Platform): () => Awaited<ReturnType<typeof atHome>> {
  let home: Awaited<ReturnType<typeof atHome>>;
  let friends: ChildProcess[];
  beforeAll(async () => {
    home = await atHome(platform);
    // Not to be ended after the first.
    desktops.length = 0;
    friends = others.splice(0);
  });
  afterAll(async () => {
    await home.desktop.close();
    await Promise.all(friends.map((child) => endProgram(child, 'SIGKILL')));
  });
  return () => home;
}

describe.each((['linux', 'win32', 'darwin'] as const).filter(canShow))('on %s', (platform) => {
  const home = useHome(platform);

  test('a message is told of while the window is hidden, opens its conversation, and the panels count it', async () => {
    const { desktop, page, write, name } = home();
    desktop.do('close-window');
    await desktop.until('window', (state) => state === 'hidden');
    write('<b>Lunch</b> & more?');
    const body = platform === 'linux' ? '&lt;b&gt;Lunch&lt;/b&gt; &amp; more?' : '<b>Lunch</b> & more?';
    const { title, hasReply, actions } = await desktop.until<NotificationLook>(
      'notification',
      (one) => one.body === body,
    );
    expect(title).toBe(name);
    // On Linux, Electron's notifications have neither.
    expect(hasReply).toBe(platform === 'linux' ? undefined : true);
    expect(actions?.map(({ text }) => text)).toEqual(platform === 'linux' ? undefined : ['Mute for 1 hour']);
    await desktop.until<TrayLook>('tray', ({ tip }) => tip === 'Parley: available, 1 unread message');
    if (platform === 'win32') await desktop.until('overlay', (picture) => picture === 'overlay/unread.png');
    else await desktop.until('badge', (count) => count === 1);

    desktop.do('notification-click', { title });
    await desktop.until('window', (state) => state === 'shown');
    await page.getByRole('log').getByRole('article').filter({ hasText: 'Lunch' }).waitFor();
    await desktop.until('withdrawn', (one) => one === title);
    // Read where it was opened.
    await desktop.until<TrayLook>('tray', ({ tip }) => tip === 'Parley: available');
  });

  test('the tray shows and sets presence, in the colours of the panel, brings quiet, and quits', async () => {
    const { desktop, page } = home();
    const folder = platform === 'darwin' ? 'template' : 'light-panel';
    const end = { linux: '@2x.png', win32: '.png', darwin: 'Template.png' }[platform];
    const look = await desktop.until<TrayLook>('tray', ({ image }) => image === `${folder}/available${end}`);
    expect(look.isTemplate).toBe(platform === 'darwin');
    expect(look.menu).toEqual([
      'Available *',
      'Away',
      'Busy',
      'Do not disturb',
      'Appear offline',
      'Quiet',
      'For 1 hour',
      'For 8 hours',
      'Until tomorrow',
      'Hide Parley',
      'Quit Parley',
    ]);
    desktop.do('tray-menu', { label: 'Busy' });
    await desktop.until<TrayLook>('tray', ({ image }) => image === `${folder}/busy${end}`);
    await page.getByRole('button', { name: /^Presence.*Busy/ }).waitFor();
    desktop.do('tray-menu', { label: 'For 8 hours' });
    await desktop.until<TrayLook>('tray', ({ image }) => image === `${folder}/dnd${end}`);
    await page.getByRole('button', { name: /^Presence.*Do not disturb/ }).waitFor();
    desktop.do('turn-dark');
    const dark = platform === 'darwin' ? 'template' : 'dark-panel';
    await desktop.until<TrayLook>('tray', ({ image }) => image === `${dark}/dnd${end}`);
    desktop.do('tray-menu', { label: 'Quit Parley' });
    expect(await desktop.ended).toBe(0);
  });
});

test.skipIf(!canShow('win32'))(
  'a conversation is answered, and muted, from its notification where the system has that',
  async () => {
    const { desktop, page, write, name } = await atHome('win32');
    expect(desktop.all('appUserModelId')).toEqual(['im.parley.app']);
    desktop.do('close-window');
    await desktop.until('window', (state) => state === 'hidden');
    write('Lunch?');
    await desktop.until<NotificationLook>('notification', ({ body }) => body === 'Lunch?');
    desktop.do('notification-reply', { title: name, text: 'At one' });
    await desktop.until('withdrawn', (one) => one === name);
    write('Fine');
    await desktop.until<NotificationLook>('notification', ({ body }) => body === 'Fine');
    desktop.do('notification-action', { title: name });
    await desktop.until('window', (state) => state === 'hidden');
    desktop.do('tray-click');
    const conversations = page.getByRole('region', { name: 'Conversations' });
    await conversations.getByText('Fine').waitFor();
    await conversations.getByRole('button', { name: /muted/i }).waitFor();
  },
);

test.skipIf(!canShow('darwin'))(
  'a window that is gone is opened anew by a notification, at its conversation',
  async () => {
    const { desktop, page, write, name } = await atHome('darwin');
    const gone = page.waitForEvent('close');
    desktop.do('destroy-window');
    await gone;
    write('Are you there?');
    await desktop.until<NotificationLook>('notification', ({ body }) => body === 'Are you there?');
    const before = desktop.all('window').length;
    desktop.do('notification-click', { title: name });
    await desktop.until('window', (state) => state === 'shown' && desktop.all('window').length > before);
    const anew = await desktop.page();
    await anew.getByRole('log').getByRole('article').filter({ hasText: 'Are you there?' }).waitFor();
  },
);

test.skipIf(!canShow('linux'))(
  'a window that nobody has looked at for minutes is let go; messages are told of, and it opens where it was',
  async () => {
    const { desktop, page, write, name } = await atHome('linux');
    write('Before');
    await page.getByRole('region', { name: 'Conversations' }).getByText(name).first().click();
    await page.getByRole('textbox', { name: 'Message' }).fill('half a sentence');
    // Kept once the field is left, as after any pause.
    await page.keyboard.press('Tab');
    const gone = page.waitForEvent('close');
    // Not closed, so that nothing else has kept where it stands.
    const kept = join(desktop.folder, 'window.json');
    expect(existsSync(kept)).toBe(false);
    desktop.do('tray-click');
    await desktop.until('window', (state) => state === 'hidden');
    desktop.do('time-passes', { milliseconds: FIVE_MINUTES });
    await gone;
    expect(existsSync(kept)).toBe(true);
    write('And now?');
    await desktop.until<NotificationLook>('notification', ({ body }) => body === 'And now?');
    desktop.do('tray-click');
    await desktop.until('window', (state) => state === 'shown');
    const anew = await desktop.page();
    await anew.getByRole('log').getByRole('article').filter({ hasText: 'And now?' }).waitFor();
    const field = anew.getByRole('textbox', { name: 'Message' });
    await expect.poll(() => field.inputValue()).toBe('half a sentence');
  },
);

test.skipIf(!canShow('linux'))(
  'a tray that ends while the window is hidden in it does not take the program with it',
  async () => {
    const desktop = await open({ platform: 'linux', onlyStandIn: 'it takes a window manager to minimize' });
    const page = await desktop.page();
    const look = (): void => desktop.do('time-passes', { milliseconds: LOOK_EVERY });
    desktop.do('tray-click');
    await desktop.until('window', (state) => state === 'hidden');
    desktop.loseTray();
    look();
    look();
    await desktop.until('window', (state) => state === 'minimized');
    // Among the windows it is no longer one that nobody can look at.
    desktop.do('time-passes', { milliseconds: FIVE_MINUTES });
    desktop.do('change-screen');
    desktop.do('second-instance', { argv: ['parley'] });
    await desktop.until('window', (state) => state === 'shown');
    expect(desktop.all('window')).toEqual(['shown', 'hidden', 'minimized', 'centred', 'shown']);
    expect(page.isClosed()).toBe(false);
  },
);

test.skipIf(!canShow('linux'))(
  'where the desktop has no tray, closing the window ends the program',
  async () => {
    const desktop = await open({ platform: 'linux', hasTray: false });
    await desktop.page();
    desktop.do('close-window');
    expect(await desktop.ended).toBe(0);
    expect(desktop.all('window')).not.toContain('hidden');
  },
);

test.skipIf(!canShow('linux'))(
  'the window comes back to its place, unless no screen is there any more',
  async () => {
    const folder = temporaryFolder();
    const kept = join(folder, 'window.json');
    const place = { x: 300, y: 200, width: 900, height: 700, isMaximized: false };
    writeFileSync(kept, JSON.stringify(place));
    const desktop = await open({ platform: 'linux', hasTray: false, folder });
    await desktop.page();
    desktop.do('close-window');
    await desktop.ended;
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual(place);

    writeFileSync(kept, JSON.stringify({ ...place, x: 5000 }));
    const elsewhere = await open({ platform: 'linux', hasTray: false, folder });
    await elsewhere.page();
    elsewhere.do('close-window');
    await elsewhere.ended;
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toMatchObject({ width: 1280, height: 800 });
  },
);

test.skipIf(!canShow('win32'))(
  'a second start brings its link: to a conversation, to adding somebody or to an invitation, which are confirmed',
  async () => {
    const { desktop, page, friend } = await atHome('win32');
    expect(desktop.all('opens')).toEqual(['impp', 'im']);
    desktop.do('second-instance', { argv: ['parley.exe', `im:stranger@${domain.name}`] });
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await expect
      .poll(() => dialog.getByRole('textbox', { name: 'Address' }).inputValue())
      .toBe(`stranger@${domain.name}`);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    desktop.do('open-url', { url: 'impp://c.example/?invite=AbC&contact=bob@c.example' });
    await page.getByRole('dialog', { name: 'Create an account at c.example?' }).waitFor();
    await page.keyboard.press('Escape');
    desktop.do('second-instance', { argv: ['parley.exe', `IM:${friend}?subject=Hello`] });
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  },
);

test('what the system answers to the test is said', async () => {
  const desktop = await open({
    platform: process.platform,
    environment: { DESKTOP_REFUSES: 'Settings prevent it' },
  });
  const page = await desktop.page();
  await createAccount(page, domain, 'refused', "eve's password");
  await openSettings(page, 'Notifications');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByRole('alert').getByText('The answer was: Settings prevent it.').waitFor();
});

describe.skipIf(!canShow('linux'))('settings, keys and menus', () => {
  const home = useHome('linux');

  test('text grows and shrinks by the keys of the desktop', async () => {
    const { desktop, page } = home();
    const scale = () => page.evaluate(() => document.documentElement.style.getPropertyValue('--text-scale'));
    const press = (key: string): void =>
      desktop.do('press', { input: { type: 'keyDown', control: true, alt: false, key } });
    press('+');
    await expect.poll(scale).toBe('1.1');
    press('-');
    press('-');
    await expect.poll(scale).toBe('0.9');
    press('0');
    await expect.poll(scale).toBe('1');
    for (let time = 0; time < 4; time += 1) press('-');
    await expect.poll(scale).toBe('0.8');
    for (let time = 0; time < 15; time += 1) press('+');
    await expect.poll(scale).toBe('2');
    press('0');
    await expect.poll(scale).toBe('1');
  });

  test('the start at login is switched in the settings, and is without a window', async () => {
    const { desktop, page } = home();
    await openSettings(page, 'Notifications');
    const file = join(desktop.folder, 'config/autostart/parley.desktop');
    const toggle = page.getByRole('switch', { name: 'Start at login' });
    await toggle.press('Space');
    await expect
      .poll(() => (existsSync(file) ? readFileSync(file, 'utf8') : ''))
      .toMatch(/^Exec="[^"]+" --hidden$/m);
    await expect.poll(() => toggle.isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText(/^The system shows it/).waitFor();
    await toggle.press('Space');
    await expect.poll(() => existsSync(file)).toBe(false);
    await page.keyboard.press('Escape');

    const hidden = await open({ platform: 'linux', args: ['--hidden'] });
    await hidden.until<TrayLook>('tray', ({ menu }) => menu.includes('Show Parley'));
    hidden.do('tray-menu', { label: 'Show Parley' });
    await hidden.until('window', (state) => state === 'shown');
    expect(hidden.all('window')).toEqual(['shown']);
  });

  test('no dictionary is fetched until it is asked for; menus learn words, and do what keys do', async () => {
    const desktop = await open({ platform: 'linux', onlyStandIn: 'dictionaries come from the network' });
    const page = await desktop.page();
    await createAccount(page, domain, 'speller', "eve's password");
    expect(desktop.all('dictionary')).toEqual([]);
    await openSettings(page, 'Appearance');
    await page.getByRole('button', { name: 'Add a language…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Language' }).selectOption('de');
    await expectAccessible(page);
    expect(desktop.all('dictionary')).toEqual([]);
    await dialog.getByRole('button', { name: 'Download the dictionary' }).click();
    await desktop.until<string>('dictionary', (url) => url.endsWith('/de.bdic'));
    await page.getByRole('button', { name: 'Do not check in German' }).waitFor();
    expect(desktop.all('dictionary')).toHaveLength(1);

    desktop.do('context-menu', {
      params: { isEditable: true, misspelledWord: 'Lnuch', dictionarySuggestions: ['Lunch'] },
    });
    await desktop.until<readonly string[]>(
      'popup',
      (words) => words[0] === 'Lunch' && words.includes('Paste'),
    );
    desktop.do('popup-menu', { label: 'Add to Dictionary' });
    await desktop.until('learnt', (word) => word === 'Lnuch');
    // It also has the languages, and lets one go.
    desktop.do('popup-menu', { label: 'German' });
    await page.getByRole('button', { name: 'Do not check in German' }).waitFor({ state: 'detached' });

    // The menu that Alt brings does what keys do.
    expect((desktop.all('menu').at(-1) as readonly string[]).slice(0, 2)).toEqual(['File', 'Add Contact…']);
    desktop.do('application-menu', { label: 'Keyboard Shortcuts' });
    await page.getByRole('heading', { name: 'Keyboard', exact: true }).waitFor();
    await page.getByText('Larger text').waitFor();
  });
});
