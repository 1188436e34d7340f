import { join } from 'node:path';
import { app, session } from 'electron';
import { ORIGIN } from './pages.ts';

/** What the window makes for the person to keep is saved where they say; nothing else is ever downloaded. */
export function askWhereToSave(): void {
  session.defaultSession.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${ORIGIN}/`)) {
      event.preventDefault();
      return;
    }
    // Without a path of its own, Electron asks for one. The name is Chromium's, which keeps it a mere name.
    item.setSaveDialogOptions({ defaultPath: join(app.getPath('downloads'), item.getFilename()) });
  });
}
