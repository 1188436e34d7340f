import { powerMonitor, shell } from 'electron';
import { systemClock } from '../../clock.ts';
import type { Host } from '../host.ts';
import { watchWake } from '../wake.ts';
import { type Power, watchAbsence } from './absence.ts';

export const electronHost: Host = {
  kind: 'electron',
  openLink: (url) => shell.openExternal(url),
  onWake: (listener) => {
    powerMonitor.on('resume', listener);
    powerMonitor.on('unlock-screen', listener);
    const off = watchWake(listener, systemClock);
    return () => {
      off();
      powerMonitor.off('resume', listener);
      powerMonitor.off('unlock-screen', listener);
    };
  },
  onIdle: (listener) => watchAbsence(listener, powerMonitor as Power, systemClock),
};
