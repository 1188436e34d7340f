// The preload in a page of Chromium. It has no isolated world: that contextIsolation holds, only the real binary can
// show.

/** The preload as a sandboxed window runs it: CommonJS that may require `electron` and nothing else. */
export function preloadScript(code: string): string {
  return `(() => {
    const listeners = new Map();
    const wrap = (value) => typeof value === 'function' ? value
      : value && typeof value === 'object' ? Object.freeze(Object.fromEntries(Object.entries(value).map(([k, v]) => [k, wrap(v)]))) : value;
    Object.defineProperty(globalThis, '__electron', { value: {
      receive: ([channel, ...args]) => { for (const listener of [...(listeners.get(channel) ?? [])]) listener({}, ...args); },
    } });
    const invoke = globalThis.__electronInvoke;
    // The way of these objects into Node would make them empty ones.
    const plain = (value) => {
      if (value instanceof Map || value instanceof Set || value instanceof ArrayBuffer || value instanceof Error) throw new TypeError('the IPC contract carries plain data only');
      if (value !== null && typeof value === 'object') Object.values(value).forEach(plain);
    };
    const electron = {
      contextBridge: { exposeInMainWorld: (name, api) => {
        if (name in globalThis) throw new Error('Cannot bind an API on top of an existing property on the window object');
        Object.defineProperty(globalThis, name, { value: wrap(api) });
      } },
      ipcRenderer: {
        invoke: async (channel, ...args) => {
          plain(args);
          const { ok, value } = await invoke(channel, structuredClone(args));
          if (!ok) throw new Error(value);
          return value;
        },
        on: (channel, listener) => { listeners.set(channel, [...(listeners.get(channel) ?? []), listener]); },
        off: (channel, listener) => { listeners.set(channel, (listeners.get(channel) ?? []).filter((other) => other !== listener)); },
      },
    };
    const require = (name) => {
      if (name === 'electron') return electron;
      throw new Error('module not found: ' + name);
    };
    const module = { exports: {} };
    (function (require, module, exports) {\n${code}\n})(require, module, module.exports);
  })();`;
}
