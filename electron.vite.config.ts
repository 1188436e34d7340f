import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { slimEmoji } from './build/emoji.mjs';
import { firstScreen } from './build/first-screen.mjs';
import { licences } from './build/licences.mjs';

// Three programs: main (in two hosts, with the worker of its store), the preload (one CommonJS file, as a sandboxed preload
// must be), and the renderer, which the browser host serves as well.
export default defineConfig({
  main: {
    plugins: [licences(import.meta.dirname)],
    build: {
      outDir: 'out/main',
      rollupOptions: {
        input: {
          index: 'main/host/electron/index.ts',
          browser: 'main/host/browser/index.ts',
          'store.worker': 'main/store/worker.ts',
        },
      },
    },
  },
  preload: {
    plugins: [licences(import.meta.dirname)],
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: { index: 'preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react(), slimEmoji(), licences(import.meta.dirname, { isLast: true })],
    build: {
      outDir: 'out/renderer',
      // It crosses a loopback before anything is to be seen: what a first screen needs is kept small.
      minify: true,
      // One sheet: a part that comes later is never there without its own, whatever became of a request.
      cssCodeSplit: false,
      rollupOptions: {
        input: { index: resolve(import.meta.dirname, 'renderer/index.html') },
        output: {
          codeSplitting: {
            groups: [{ name: firstScreen(resolve(import.meta.dirname, 'renderer/main.tsx')) }],
          },
        },
      },
    },
  },
});
