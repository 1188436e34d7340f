import type { ContextMenuParams, MenuItemConstructorOptions, WebContents } from 'electron';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { contextItems } from '../../../main/host/electron/context-menu.ts';
import { createSpelling, isDictionary, type SpellingSession } from '../../../main/host/electron/spelling.ts';
import { FakeClock } from '../../fake/clock.ts';
import { SpellingStandIn } from '../../fake/electron/spelling.ts';

vi.mock('electron', () => ({ app: {}, Menu: {} }));

let session: SpellingStandIn;
let asked: string[];
let clock: FakeClock;

beforeEach(() => {
  clock = new FakeClock();
  session = new SpellingStandIn();
  asked = [];
  session.mayFetch = (url) => {
    asked.push(url);
    return isDictionary(url);
  };
});

const start = () => createSpelling(session as unknown as SpellingSession, clock);

describe('dictionaries', () => {
  test('are not fetched by a start, a window or a choice that was kept', () => {
    const spelling = start();
    session.beginSpelling();
    spelling.use(['de', 'en-GB', 'tlh']);
    expect(session.languages).toEqual(['de', 'en-GB']);
    expect(asked).toEqual([]);
    spelling.use([]);
    expect(session.isEnabled).toBe(false);
  });

  test('that are here are used', () => {
    session.dictionaries.add('de');
    const spelling = start();
    session.beginSpelling();
    spelling.use(['de']);
    expect([session.isEnabled, session.languages, asked]).toEqual([true, ['de'], []]);
  });

  test('are fetched when they are asked for, once, and nothing else may be fetched then or later', async () => {
    const spelling = start();
    session.beginSpelling();
    await Promise.all([spelling.fetch('de'), spelling.fetch('pt-BR')]);
    expect(asked.map((url) => url.split('/').at(-1))).toEqual(['de.bdic', 'pt-BR.bdic']);
    expect(session.languages).toEqual(['de', 'pt-BR']);
    expect(isDictionary('https://redirector.gvt1.com/edgedl/chrome/dict/fr.bdic')).toBe(false);
    spelling.use(['fr']);
    expect(asked).toHaveLength(2);
    expect(clock.waiting).toBe(0);
  });

  test('that cannot be had leave everything as it was, and are not asked for again', async () => {
    session.dictionaries.add('de');
    const spelling = start();
    session.beginSpelling();
    spelling.use(['de']);
    session.mayFetch = () => false;
    await expect(spelling.fetch('fr')).rejects.toMatchObject({ code: 'dictionary-unavailable' });
    await expect(spelling.fetch('tlh')).rejects.toMatchObject({ code: 'dictionary-unavailable' });
    expect(session.languages).toEqual(['de']);
    expect(session.listenerCount('spellcheck-dictionary-initialized')).toBe(0);
  });

  test('that never come are given up', async () => {
    const spelling = start();
    const fetching = expect(spelling.fetch('fr')).rejects.toMatchObject({ code: 'dictionary-unavailable' });
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(120_000);
    await fetching;
    expect(session.isEnabled).toBe(false);
  });
});

describe('the menu where text stands', () => {
  const replaced: string[] = [];
  const contents = {
    replaceMisspelling: (word: string) => replaced.push(word),
    get session() {
      return session;
    },
  } as unknown as WebContents;
  const flags = {
    canUndo: true,
    canRedo: false,
    canCut: false,
    canCopy: false,
    canPaste: true,
    canSelectAll: true,
  };
  const items = (part: Partial<ContextMenuParams>): MenuItemConstructorOptions[] =>
    contextItems(contents, {
      isEditable: true,
      selectionText: '',
      misspelledWord: '',
      dictionarySuggestions: [],
      editFlags: flags,
      ...part,
    } as ContextMenuParams);
  const words = (all: readonly MenuItemConstructorOptions[]) =>
    all.filter(({ type }) => type !== 'separator').map(({ label, role }) => label ?? role);
  const EDIT = ['Undo', 'Redo', 'Cut', 'Copy', 'Paste', 'Select All'];

  test('has the languages in which text is checked, of which it leaves one out, and the way to another', () => {
    const chosen: string[] = [];
    const found = contextItems(
      contents,
      { isEditable: true, misspelledWord: '', editFlags: flags } as ContextMenuParams,
      {
        languages: ['de', 'en-GB'],
        drop: (language) => chosen.push(language),
        add: () => chosen.push('another'),
      },
    );
    expect(words(found)).toEqual(['Languages', ...EDIT]);
    const submenu = found[0]?.submenu as readonly MenuItemConstructorOptions[];
    expect(submenu.map(({ label, type, checked }) => [label, type, checked])).toEqual([
      ['German', 'checkbox', true],
      ['British English', 'checkbox', true],
      [undefined, 'separator', undefined],
      ['Add a language…', undefined, undefined],
    ]);
    for (const { click } of submenu) click?.(undefined as never, undefined, undefined as never);
    expect(chosen).toEqual(['de', 'en-GB', 'another']);
  });

  test('says what a misspelt word could be, replaces it, and learns it', () => {
    const found = items({
      misspelledWord: 'Lnuch',
      dictionarySuggestions: ['Lunch', 'Launch', 'R&D', 'a', 'b', 'c'],
    });
    expect(words(found)).toEqual(['Lunch', 'Launch', 'R&&D', 'a', 'b', 'Add to Dictionary', ...EDIT]);
    found[2]?.click?.(undefined as never, undefined, undefined as never);
    expect(replaced).toEqual(['R&D']);
    found
      .find(({ label }) => label === 'Add to Dictionary')
      ?.click?.(undefined as never, undefined, undefined as never);
    expect(session.learnt).toEqual(['Lnuch']);
    expect(words(items({ misspelledWord: 'Xqz' }))).toEqual(['No Suggestions', 'Add to Dictionary', ...EDIT]);
  });

  test('else is of editing, of copying what is marked, or none', () => {
    expect(words(items({}))).toEqual(EDIT);
    expect(items({}).find(({ role }) => role === 'cut')?.enabled).toBe(false);
    expect(words(items({ isEditable: false, selectionText: 'words' }))).toEqual(['Copy']);
    expect(items({ isEditable: false, selectionText: ' \n' })).toEqual([]);
  });
});
