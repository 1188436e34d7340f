import { join } from 'node:path';
import { app, BrowserWindow, nativeImage } from 'electron';
import { t } from '../../../shared/i18n/t.ts';

/** The number on the dock and on launchers that have one; on Windows a dot on the window in the taskbar. */
export function showBadge(pictures: string, unread: number): void {
  if (process.platform !== 'win32') {
    app.setBadgeCount(unread);
    return;
  }
  const dot = unread > 0 ? nativeImage.createFromPath(join(pictures, 'overlay', 'unread.png')) : null;
  for (const window of BrowserWindow.getAllWindows()) {
    window.setOverlayIcon(dot, unread > 0 ? t('tray.unread', { count: unread }) : '');
  }
}
