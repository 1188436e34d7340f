import { Menu } from 'electron';
import { words } from '../../words.ts';

/** On macOS the menu stands at the top of the screen and is expected there; elsewhere the window has none. */
export function setApplicationMenu(zoom: (steps: number | 'usual') => void): void {
  if (process.platform !== 'darwin') {
    Menu.setApplicationMenu(null);
    return;
  }
  const menu = Menu.buildFromTemplate([
    { role: 'appMenu' },
    { role: 'editMenu' },
    {
      label: words.view,
      submenu: [
        { label: words.usualText, accelerator: 'Cmd+0', click: () => zoom('usual') },
        { label: words.largerText, accelerator: 'Cmd+Plus', click: () => zoom(1) },
        { label: words.smallerText, accelerator: 'Cmd+-', click: () => zoom(-1) },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
  ]);
  Menu.setApplicationMenu(menu);
}
