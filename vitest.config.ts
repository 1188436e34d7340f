import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/**
 * How long `expect.poll` waits, in milliseconds: of the usual second, a program whose turn on a busy machine has not come
 * yet uses up most. Only a test that is about to fail waits for so long.
 */
const PATIENCE = { poll: { timeout: 10_000 } };

/**
 * Node strips types by WebAssembly, in each thread that loads sources. After a thousand calls V8 (13.6) replaces what leads
 * out of it by something faster; where several threads do that at once, one may free what another has, and the process
 * dies: "Check failed: jit_page.has_value()", or by SIGSEGV. Tests start threads by the dozen. With this nothing is replaced.
 */
const THREADS = ['--wasm-wrapper-tiering-budget=1000000000'];

// Four kinds of tests: what needs no window, the interface without a browser, stories in real Chromium (and whole
// programs that are started and killed), and what measures, which runs alone.
export default defineConfig({
  test: {
    // Both processors of a small machine: the default leaves one idle.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          execArgv: THREADS,
          include: [
            'test/{shared,network,server,main,build,bench,conformance,requirements,docs}/**/*.test.ts',
          ],
          exclude: ['test/**/*.long.test.ts'],
          // Some start a dozen programs, in turn.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: PATIENCE,
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'ui',
          environment: 'happy-dom',
          include: ['test/renderer/**/*.test.{ts,tsx}'],
          expect: PATIENCE,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'stories',
          execArgv: THREADS,
          include: ['test/stories/**/*.test.ts', 'test/**/*.long.test.ts'],
          exclude: ['test/bench/**'],
          expect: PATIENCE,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'measures',
          execArgv: THREADS,
          include: ['test/bench/**/*.long.test.ts'],
          expect: PATIENCE,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
