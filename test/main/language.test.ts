// Which language is spoken: what the person chose, else what the system or the browser prefers. Windows are told, and
// what the program shows itself follows.

import { afterEach, expect, test } from 'vitest';
import { ENGLISH } from '../../shared/i18n/languages.ts';
import { speak, t } from '../../shared/i18n/t.ts';
import { App } from './harness.ts';

const apps: App[] = [];
const started = async (): Promise<App> => {
  const app = await App.start();
  apps.push(app);
  return app;
};
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  speak(ENGLISH, {});
});

const spoken = async (app: App) => (await app.ask('snapshot', null)).spoken;

test('the browser around the window is asked, and a choice counts for more', async () => {
  const app = await started();
  expect(await spoken(app)).toEqual(ENGLISH);

  await app.ask('window.languages', { languages: ['de-AT', 'en'] });
  expect(await spoken(app)).toEqual({ language: 'de', locale: 'de-AT' });
  expect(app.changes).toContainEqual({ type: 'spoken', spoken: { language: 'de', locale: 'de-AT' } });
  await expect.poll(() => t('tray.quit')).toBe('Parley beenden');

  await app.ask('settings.change', { language: 'en' });
  expect(await spoken(app)).toEqual({ language: 'en', locale: 'en-AT' });
  expect(t('tray.quit')).toBe('Quit Parley');

  await app.ask('settings.change', { language: 'system' });
  expect(await spoken(app)).toEqual({ language: 'de', locale: 'de-AT' });
});

test('a choice is there again with the next start, before any window says what it prefers', async () => {
  const app = await started();
  await app.ask('settings.change', { language: 'de' });
  await app.down();
  speak(ENGLISH, {});
  await app.up();
  expect(await spoken(app)).toEqual({ language: 'de', locale: 'de' });
  await expect.poll(() => t('notice.message')).toBe('Neue Nachricht');
});

test('a self-test of notifications is in the language that is spoken', async () => {
  const app = await started();
  await app.ask('settings.change', { language: 'de' });
  await expect.poll(() => t('notice.test')).toBe('Mitteilungen funktionieren');
  await app.ask('notification.test', null);
  expect(app.noticed.at(-1)?.title).toBe('Mitteilungen funktionieren');
});

test('what is no language is refused, and what is no list of them', async () => {
  const app = await started();
  for (const [command, request] of [
    ['settings.change', { language: 'tlh' }],
    ['settings.change', { language: '__proto__' }],
    ['window.languages', { languages: Array.from({ length: 101 }, () => 'de') }],
    ['window.languages', { languages: ['x'.repeat(101)] }],
    ['window.languages', { languages: [1] }],
  ] as const) {
    expect(await app.invoke(command, request)).toMatchObject({ ok: false, code: 'invalid-argument' });
  }
  await app.ask('window.languages', { languages: ['', '*', 'de_DE@euro', 'x-klingon'] });
  expect(await spoken(app)).toEqual(ENGLISH);
});
