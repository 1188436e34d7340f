// The `electron` module as far as electron-updater needs it, without windows. What the program would do is recorded.

import { EventEmitter } from 'node:events';
import { autoUpdater, request } from './updating.ts';

class App extends EventEmitter {
  readonly isPackaged = true;
  readonly did: string[] = [];
  folder = '';

  whenReady(): Promise<void> {
    return Promise.resolve();
  }
  getVersion(): string {
    return '1.0.0';
  }
  getName(): string {
    return 'parley';
  }
  getAppPath(): string {
    return this.folder;
  }
  getPath(): string {
    return this.folder;
  }
  releaseSingleInstanceLock(): void {
    this.did.push('lock released');
  }
  relaunch(): void {
    this.did.push('relaunch');
  }
  quit(): void {
    this.did.push('quit');
  }
}

export const app = new App();
export const net = { request };
export const session = { fromPartition: () => ({}) };
export { autoUpdater };
