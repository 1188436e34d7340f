import { Menu } from 'electron';
import { onSpoken, t } from '../../../shared/i18n/t.ts';

/** On macOS the menu stands at the top of the screen and is expected there; elsewhere the window has none. */
export function setApplicationMenu(zoom: (steps: number | 'usual') => void): void {
  if (process.platform !== 'darwin') {
    Menu.setApplicationMenu(null);
    return;
  }
  const build = (): Menu =>
    Menu.buildFromTemplate([
      { role: 'appMenu' },
      { role: 'editMenu' },
      {
        label: t('menu.view'),
        submenu: [
          { label: t('menu.text.usual'), accelerator: 'Cmd+0', click: () => zoom('usual') },
          { label: t('menu.text.larger'), accelerator: 'Cmd+Plus', click: () => zoom(1) },
          { label: t('menu.text.smaller'), accelerator: 'Cmd+-', click: () => zoom(-1) },
          { type: 'separator' },
          { role: 'togglefullscreen' },
        ],
      },
      { role: 'windowMenu' },
    ]);
  const set = (): void => Menu.setApplicationMenu(build());
  onSpoken(set);
  set();
}
