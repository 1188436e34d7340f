import {
  app,
  type ContextMenuParams,
  Menu,
  type MenuItemConstructorOptions,
  type WebContents,
} from 'electron';
import { t } from '../../../shared/i18n/t.ts';
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

/** What is offered where text stands; messages and lists have menus of their own, in the window. */
export function contextItems(contents: WebContents, params: ContextMenuParams): Item[] {
  const { isEditable, selectionText, editFlags } = params;
  if (isEditable) {
    return [
      ...spellingItems(contents, params),
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

/** Electron has no such menu by itself. Before the first window. */
export function offerContextMenus(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('context-menu', (_context, params) => {
      const items = contextItems(contents, params);
      if (items.length > 0) Menu.buildFromTemplate(items).popup();
    });
  });
}
