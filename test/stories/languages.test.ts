// One person goes through the app in Arabic, which is written from right to left, and in languages that need more room
// or break their lines elsewhere. Every screen says all it has to say, and another language is there at once.

import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { SETTINGS_PANES } from '../../renderer/settings/panes.ts';
import { LANGUAGES, type Language, type Spoken } from '../../shared/i18n/languages.ts';
import { learn } from '../../shared/i18n/learn.ts';
import { t } from '../../shared/i18n/t.ts';
import { expectAccessible, message, openPage, useBrowser } from './people.ts';
import { type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';

useBrowser();

const ARABIC: Spoken = { language: 'ar', locale: 'ar' };

let domain: DomainProgram;
let page: Page;

beforeAll(async () => {
  const [started, app] = await Promise.all([startDomain(), startApp('alice', temporaryFolder())]);
  domain = started;
  // What this file presses is called by the words of the same catalogue.
  await learn(ARABIC);
  page = await openPage(app.url, { locale: ARABIC.locale });
});

const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
const field = (name: string): Locator => page.getByRole('textbox', { name, exact: true });
const openPane = (pane: Pane): Promise<void> =>
  page
    .getByRole('navigation')
    .getByRole('button', { name: t(`settings.${pane}`), exact: true })
    .click();

type Pane = (typeof SETTINGS_PANES)[number][0];

/** Words that are cut off or stand outside the window: what they say, and where. */
async function expectWhole(screen: string): Promise<void> {
  const faults = await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide`);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      // What people wrote may be of any length, and ends in an ellipsis; what only screen readers get is not cut off.
      if (text === '' || element?.checkVisibility({ visibilityProperty: true }) !== true) continue;
      if (element.closest('[dir="auto"], bdi, option, [aria-live]') !== null) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const words = range.getBoundingClientRect();
      for (let box: Element = element; box !== document.body; box = box.parentElement ?? document.body) {
        const { overflowX, clipPath } = getComputedStyle(box);
        if (clipPath !== 'none' || overflowX === 'auto' || overflowX === 'scroll') break;
        if (overflowX === 'visible' && !box.matches('button, a, [role="button"], [role="radio"]')) continue;
        const edge = box.getBoundingClientRect();
        if (words.left < edge.left - 1.5 || words.right > edge.right + 1.5)
          found.push(`“${text}” is cut off in ${box.tagName}.${box.className}`);
      }
    }
    return found;
  });
  expect(faults, screen).toEqual([]);
}

async function createAccount(user: string): Promise<void> {
  await button(t('signin.create')).click();
  await field(t('signin.address')).fill(`${user}@${domain.name}`);
  await page.getByLabel(t('signin.password'), { exact: true }).fill('correct horse battery');
  const server = field(t('signin.server'));
  if (!(await server.isVisible())) await button(t('signin.advanced')).click();
  await server.fill(domain.server);
  await button(t('create.submit')).click();
}

/** Every page of the settings, then the menu of presence, search, and who is written to. */
async function lookAround(look: (screen: string) => Promise<void>): Promise<void> {
  for (const [pane] of SETTINGS_PANES) {
    await openPane(pane);
    await page.getByRole('main').getByRole('heading').first().waitFor();
    await look(pane);
  }
  await page.keyboard.press('Escape');
  await field(t('composer.label')).waitFor();
  await look('conversation');
  await page.keyboard.press('Control+Shift+p');
  await page.getByRole('menu').waitFor();
  await look('presence');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await look('search');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+n');
  await page.getByRole('dialog').waitFor();
  await look('adding a contact');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

test('the window speaks Arabic because the system does', async () => {
  await field(t('signin.address')).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('ar');
  expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
  await createAccount('alice');
  await field(t('home.to')).fill(`alice@${domain.name}`);
  // There, and not where the focus may have gone since the account was made.
  await field(t('home.to')).press('Enter');
});

test('what runs the other way keeps its order', async () => {
  const composer = field(t('composer.label'));
  await composer.waitFor();
  const side = (): Promise<string> => composer.evaluate((element) => getComputedStyle(element).direction);
  await expect.poll(side).toBe('rtl');
  await composer.fill('`npm start` https://example.org/x?');
  await expect.poll(side).toBe('ltr');
  await page.keyboard.press('Enter');
  const code = message(page, 'npm start').locator('code');
  await code.waitFor();
  // The code stands first, which in an English sentence is on the left.
  const [first, link] = await Promise.all([
    code.boundingBox(),
    message(page, 'npm start').getByRole('link').boundingBox(),
  ]);
  expect(first?.x).toBeLessThan(link?.x ?? 0);
  // The sidebar stands on the right, and the list before the conversation.
  const [list, log] = await Promise.all([
    page.getByRole('region', { name: t('sidebar.contacts') }).boundingBox(),
    page.getByRole('log').boundingBox(),
  ]);
  expect(list?.x).toBeGreaterThan(log?.x ?? Number.POSITIVE_INFINITY);
});

/** Of a picture that is made small: how light each spot is, from 0 to 255, line after line. */
async function lightness(picture: Buffer): Promise<number[]> {
  return page.evaluate(
    async ([data, width, height]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
      if (context === null) throw new Error('nothing to draw on');
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, width, height);
      const { data: octets } = context.getImageData(0, 0, width, height);
      return Array.from({ length: width * height }, (_, spot) => octets[spot * 4 + 1] ?? 0);
    },
    [picture.toString('base64'), SPOTS.width, SPOTS.height] as const,
  );
}

/** Coarse enough for words to be grey, fine enough for rows, buttons and bubbles. */
const SPOTS = { width: 64, height: 40 };

const differ = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, light, spot) => sum + Math.abs(light - (other[spot] ?? 0)), 0) / one.length;

test('the window from right to left is the mirror image of the one from left to right', async () => {
  const look = async (dir: string): Promise<number[]> => {
    await page.evaluate((value) => {
      document.documentElement.dir = value;
    }, dir);
    return lightness(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  };
  const compare = async () => {
    const [leftToRight, rightToLeft] = [await look('ltr'), await look('rtl')];
    const { width } = SPOTS;
    const mirrored = leftToRight.map(
      (_, spot) => leftToRight[spot - (spot % width) + width - 1 - (spot % width)] ?? 0,
    );
    const most = Math.max(...rightToLeft.map((light, spot) => Math.abs(light - (mirrored[spot] ?? 0))));
    return {
      // Words stand where they did, and their letters make a spot a little lighter or darker.
      isMirrored: differ(rightToLeft, mirrored) < 0.6 && most < 25,
      isAnother: differ(rightToLeft, leftToRight) > 3,
    };
  };
  // Something may still come between the two pictures: what became of the message.
  await expect.poll(compare).toEqual({ isMirrored: true, isAnother: true });
});

test('nothing is cut off in Arabic, and axe accepts every screen', async () => {
  await page.keyboard.press('Control+,');
  await lookAround(async (screen) => {
    await expectWhole(screen);
    await expectAccessible(page);
  });
});

test.each<Language>(['de', 'pl', 'ja'])(
  'nothing is cut off in %s, which is there at once',
  async (language) => {
    await page.keyboard.press('Control+,');
    await openPane('appearance');
    const choice = page.getByRole('combobox', { name: t('settings.language') });
    await choice.focus();
    await choice.selectOption({ label: LANGUAGES[language] });
    await learn({ language, locale: language });
    await expect.poll(() => page.locator('html').getAttribute('lang')).toBe(language);
    await page.getByRole('heading', { name: t('settings.appearance') }).waitFor();
    await expect.poll(() => page.locator('html').getAttribute('dir')).toBe('ltr');
    // Who goes through the languages with the keyboard stays where they are.
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('language');
    await lookAround(expectWhole);
  },
);
