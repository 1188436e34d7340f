// All that a window can reach: two functions, and only the names on the contract's lists.

import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import { type Bridge, COMMANDS, EVENTS } from '../shared/ipc.ts';

const bridge: Bridge = {
  invoke: (command, request) => {
    if (!COMMANDS.includes(command)) return Promise.reject(new Error(`no such command: ${String(command)}`));
    return ipcRenderer.invoke('parley:command', command, request);
  },
  on: (event, listener) => {
    if (!EVENTS.includes(event)) throw new Error(`no such event: ${String(event)}`);
    const receive = (
      _event: IpcRendererEvent,
      name: string,
      payload: Parameters<typeof listener>[0],
    ): void => {
      if (name === event) listener(payload);
    };
    ipcRenderer.on('parley:event', receive);
    return () => void ipcRenderer.off('parley:event', receive);
  },
};

contextBridge.exposeInMainWorld('parley', bridge);
