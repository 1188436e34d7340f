// The stand-in for Electron refuses what Electron would: a program that would fail there has to fail here, too. The
// sentences are Electron's own.

import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  Notification,
  protocol,
  screen,
  session,
  shell,
  Tray,
} from '../fake/electron/electron.ts';
import { preloadScript } from '../fake/electron/preload.ts';
import { stage } from '../fake/electron/stage.ts';

const picture = (): never => ({ path: '', isTemplate: false, setTemplateImage: () => {} }) as never;
const HARD = { sandbox: true, contextIsolation: true, nodeIntegration: false };

test.each<[string, () => unknown, string]>([
  ['a window', () => new BrowserWindow({ webPreferences: HARD }), 'Cannot create BrowserWindow'],
  ['a tray', () => new Tray(picture()), 'Cannot create Tray before app is ready'],
  [
    'a notification',
    () => new Notification({ title: '', body: '', silent: true }),
    'Cannot create Notification before app is ready',
  ],
  ['the screens', () => screen.getAllDisplays(), "before the app 'ready' event"],
  ['the session', () => session.defaultSession, 'Session can only be received when app is ready'],
  ['a dialog', () => dialog.showSaveDialog({}), 'dialog module can only be used after app is ready'],
  ['the locale', () => app.getSystemLocale(), 'can only be called after app is ready'],
  ['a scheme', () => protocol.handle('app', () => new Response()), 'can only be used when app is ready'],
])('before Electron is ready there is not: %s', (_what, use, refusal) => {
  expect(use).toThrow(refusal);
});

test.each<[string, () => unknown, string]>([
  ['the sandbox is asked for', () => app.enableSandbox(), 'before app is ready'],
  ['a scheme gets privileges', () => protocol.registerSchemesAsPrivileged([]), 'before app is ready'],
  [
    'a window is made without its walls',
    () => new BrowserWindow({ webPreferences: { ...HARD, sandbox: false } }),
    'has sandbox',
  ],
  ['a picture is not there', () => nativeImage.createFromPath('/nowhere.png'), 'there is no picture'],
  [
    'an item has no name',
    () => Menu.buildFromTemplate([{}]),
    'must have at least one of label, role or type',
  ],
  [
    'one below is of no kind',
    () => Menu.buildFromTemplate([{ label: 'a', submenu: [{ label: 'b', type: 'tick' }] }]),
    'Unknown menu item type: tick',
  ],
  ['a number is a text', () => app.setBadgeCount('1' as never), 'Error processing argument at index 0'],
  [
    'nothing handles a channel',
    () => ipcMain.handle('a', undefined as never),
    'Expected handler to be a function',
  ],
  [
    'a dictionary is of no language',
    () => session.defaultSession.setSpellCheckerLanguages(['xx']),
    'Invalid language',
  ],
])('it refuses, once it is ready, that %s', (_what, use, refusal) => {
  stage.isReady = true;
  expect(use).toThrow(refusal);
});

test('a channel, and a scheme, has one handler', () => {
  stage.isReady = true;
  ipcMain.handle('one', () => 1);
  expect(() => ipcMain.handle('one', () => 2)).toThrow("second handler for 'one'");
  protocol.handle('one', () => new Response());
  expect(() => protocol.handle('one', () => new Response())).toThrow('Failed to register protocol');
});

test('what is no URL is not opened', async () => {
  await expect(shell.openExternal('no URL')).rejects.toThrow('Invalid URL');
});

test('a tray that is gone is asked nothing more', () => {
  stage.isReady = true;
  const tray = new Tray(picture());
  tray.destroy();
  expect(() => tray.setToolTip('x')).toThrow('Tray is destroyed');
});

/** Runs a preload in a page that has nothing else. */
const preload = (code: string): Record<string, unknown> => {
  const page = { structuredClone, __electronInvoke: () => Promise.resolve({ ok: true, value: 1 }) };
  runInNewContext(preloadScript(code), page);
  return page;
};

test('a sandboxed preload has electron, and nothing else to require', () => {
  expect(() => preload("require('node:fs')")).toThrow('module not found: node:fs');
  expect(() => preload("require('./other.cjs')")).toThrow('module not found');
  expect(() => preload('process.exit()')).toThrow('process is not defined');
  expect(() => preload("import x from 'electron'")).toThrow('import statement');
});

test('a page gets frozen functions under a name that is free', () => {
  const bridge = "require('electron').contextBridge.exposeInMainWorld";
  const page = preload(`${bridge}('parley', { ask: () => 1 })`);
  expect(Object.isFrozen(page['parley'])).toBe(true);
  expect(() => preload(`${bridge}('parley', {}); ${bridge}('parley', {})`)).toThrow(
    'Cannot bind an API on top',
  );
});

test('what is no plain data does not cross', async () => {
  const page = preload("globalThis.invoke = require('electron').ipcRenderer.invoke");
  const invoke = page['invoke'] as (channel: string, ...args: unknown[]) => Promise<unknown>;
  await expect(invoke('a', { fine: [1] })).resolves.toBe(1);
  await expect(invoke('a', () => 1)).rejects.toThrow();
});
