import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { Shown } from '../../../shared/ipc.ts';
import { EVERYWHERE, type GlobalShortcut, type Keys, keysOf, shortcutOf } from '../../../shared/shortcuts.ts';
import { type MessageKey, t } from '../../../shared/i18n/t.ts';
import { byRole } from './roles.ts';

export interface MenuActs {
  readonly zoom: (steps: number | 'usual') => void;
  /** In the window, which comes to the front. */
  readonly show: (what: Shown) => void;
}

type Item = MenuItemConstructorOptions;

const { larger, smaller, usual } = EVERYWHERE;

const LINE: Item = { type: 'separator' };
const NAMES: Readonly<Record<string, string>> = { ArrowUp: 'Up', ArrowDown: 'Down', '+': 'Plus' };

/** Keys as Electron names them. */
export const accelerator = ({ key, isCommand, isShift, isAlt }: Keys): string =>
  [
    ...(isCommand === true ? ['CmdOrCtrl'] : []),
    ...(isAlt === true ? ['Alt'] : []),
    ...(isShift === true ? ['Shift'] : []),
    NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key),
  ].join('+');

/**
 * The menu of the app, made of the same table as its keys. On macOS it stands at the top of the screen; elsewhere
 * Alt brings it, and the window itself hears the keys.
 */
export function setApplicationMenu({ zoom, show }: MenuActs): void {
  const isMac = process.platform === 'darwin';
  const item = (
    label: Extract<MessageKey, `menu.${string}`>,
    shortcut: GlobalShortcut,
    click?: () => void,
  ): Item => ({
    label: t(label),
    accelerator: accelerator(keysOf(shortcut)),
    registerAccelerator: false,
    click: click ?? (() => show({ type: 'shortcut', shortcut })),
  });
  const settings = item('menu.settings', 'settings');
  const appMenu: Item = {
    label: app.name,
    submenu: [
      byRole('about'),
      LINE,
      settings,
      LINE,
      byRole('services'),
      LINE,
      byRole('hide'),
      byRole('hideOthers'),
      byRole('unhide'),
      LINE,
      byRole('quit'),
    ],
  };
  const newContact = item('menu.new', 'new');
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [appMenu] : []),
      {
        label: t('menu.file'),
        submenu: [
          newContact,
          LINE,
          ...(isMac ? [] : [settings, LINE]),
          byRole('close'),
          ...(isMac ? [] : [byRole('quit')]),
        ],
      },
      {
        label: t('menu.edit'),
        submenu: [
          byRole('undo'),
          byRole('redo'),
          LINE,
          byRole('cut'),
          byRole('copy'),
          byRole('paste'),
          byRole('delete'),
          LINE,
          byRole('selectAll'),
        ],
      },
      {
        label: t('menu.view'),
        submenu: [
          item('menu.text.usual', 'usual', () => zoom('usual')),
          item('menu.text.larger', 'larger', () => zoom(1)),
          item('menu.text.smaller', 'smaller', () => zoom(-1)),
          LINE,
          byRole('togglefullscreen'),
        ],
      },
      {
        label: t('menu.go'),
        submenu: [
          item('menu.search', 'search'),
          LINE,
          item('menu.unread', 'unread'),
          item('menu.next', 'next'),
          item('menu.previous', 'previous'),
          LINE,
          item('menu.presence', 'presence'),
        ],
      },
      {
        label: t('menu.conversation'),
        submenu: [item('menu.find', 'find'), item('menu.day', 'day'), item('menu.person', 'person')],
      },
      {
        role: 'window',
        label: t('menu.window'),
        submenu: [byRole('minimize'), ...(isMac ? [byRole('zoom'), LINE, byRole('front')] : [])],
      },
      { role: 'help', label: t('menu.help'), submenu: [item('menu.shortcuts', 'shortcuts')] },
    ]),
  );
  // On macOS only: what most people want of an app whose window is gone.
  app.dock?.setMenu(Menu.buildFromTemplate([newContact, item('menu.search', 'search')]));
}

/** What of Electron's keyboard events is used. */
type Input = Pick<Electron.Input, 'type' | 'key' | 'control' | 'meta' | 'alt' | 'shift'>;

/** The keys that make text larger, smaller or as usual; on macOS the menu hears them. */
export function zoomOf({ type, key, control, meta, alt, shift }: Input): number | 'usual' | undefined {
  if (type !== 'keyDown' || process.platform === 'darwin') return undefined;
  const pressed = { key, ctrlKey: control, metaKey: meta, altKey: alt, shiftKey: shift };
  switch (shortcutOf({ larger, smaller, usual }, pressed)) {
    case 'larger':
      return 1;
    case 'smaller':
      return -1;
    case 'usual':
      return 'usual';
    case undefined:
      return undefined;
  }
}
