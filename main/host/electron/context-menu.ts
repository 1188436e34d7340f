import {
  app,
  type ContextMenuParams,
  Menu,
  type MenuItemConstructorOptions,
  type WebContents,
} from 'electron';
import { languageName } from '../../../shared/i18n/formats.ts';
import { t } from '../../../shared/i18n/t.ts';
import type { Core } from '../host.ts';
import { byRole } from './roles.ts';

type Item = MenuItemConstructorOptions;

/** As many as the system's own menus have. */
const MOST_SUGGESTIONS = 5;

/** What the misspelt word could be, and that it is none. */
function spellingItems(
  contents: WebContents,
  { misspelledWord, dictionarySuggestions }: ContextMenuParams,
): Item[] {
  if (misspelledWord === '') return [];
  const suggestions = dictionarySuggestions.slice(0, MOST_SUGGESTIONS).map(
    (word): Item => ({
      // An ampersand in a label marks a key.
      label: word.replaceAll('&', '&&'),
      click: () => contents.replaceMisspelling(word),
    }),
  );
  return [
    ...(suggestions.length > 0 ? suggestions : [{ label: t('spelling.no-suggestions'), enabled: false }]),
    { type: 'separator' },
    {
      label: t('spelling.learn'),
      click: () => contents.session.addWordToSpellCheckerDictionary(misspelledWord),
    },
    { type: 'separator' },
  ];
}

/** In which languages text is checked, and what the person may do about that. */
export interface CheckedLanguages {
  readonly languages: readonly string[];
  readonly drop: (language: string) => void;
  readonly add: () => void;
}

/** As set in the program; undefined: the system checks, or nobody does. */
export function languagesOf(core: Core | undefined): CheckedLanguages | undefined {
  if (core === undefined || process.platform === 'darwin') return undefined;
  const { checksSpelling, spellingLanguages } = core.settings();
  if (!checksSpelling) return undefined;
  return {
    languages: spellingLanguages,
    drop: (language) =>
      void core.invoke('settings.change', {
        spellingLanguages: spellingLanguages.filter((one) => one !== language),
      }),
    // Where it is said from where a dictionary comes.
    add: () => core.show({ type: 'shortcut', shortcut: 'settings' }),
  };
}

const languageItems = ({ languages, drop, add }: CheckedLanguages): Item[] => [
  {
    label: t('spelling.languages'),
    submenu: [
      ...languages.map(
        (language): Item => ({
          label: languageName(language),
          type: 'checkbox',
          checked: true,
          click: () => drop(language),
        }),
      ),
      ...(languages.length > 0 ? [{ type: 'separator' } as const] : []),
      { label: t('spelling.add'), click: add },
    ],
  },
  { type: 'separator' },
];

/** What is offered where text stands; messages and lists have menus of their own, in the window. */
export function contextItems(
  contents: WebContents,
  params: ContextMenuParams,
  checked?: CheckedLanguages,
): Item[] {
  const { isEditable, selectionText, editFlags } = params;
  if (isEditable) {
    return [
      ...spellingItems(contents, params),
      ...(checked === undefined ? [] : languageItems(checked)),
      byRole('undo', { enabled: editFlags.canUndo }),
      byRole('redo', { enabled: editFlags.canRedo }),
      { type: 'separator' },
      byRole('cut', { enabled: editFlags.canCut }),
      byRole('copy', { enabled: editFlags.canCopy }),
      byRole('paste', { enabled: editFlags.canPaste }),
      byRole('selectAll', { enabled: editFlags.canSelectAll }),
    ];
  }
  return selectionText.trim() === '' ? [] : [byRole('copy')];
}

/** Electron has no such menu by itself. Before the first window. `checked`: asked each time. */
export function offerContextMenus(checked: () => CheckedLanguages | undefined): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('context-menu', (_context, params) => {
      const items = contextItems(contents, params, checked());
      if (items.length > 0) Menu.buildFromTemplate(items).popup();
    });
  });
}
