import { powerMonitor, shell } from 'electron';
import type { Host } from '../host.ts';

export const electronHost: Host = {
  kind: 'electron',
  openLink: (url) => shell.openExternal(url),
  onWake: (listener) => {
    powerMonitor.on('resume', listener);
    powerMonitor.on('unlock-screen', listener);
    return () => {
      powerMonitor.off('resume', listener);
      powerMonitor.off('unlock-screen', listener);
    };
  },
};
