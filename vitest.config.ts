import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

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
          include: [
            'test/{shared,network,server,main,build,bench,conformance,requirements,docs}/**/*.test.ts',
          ],
          exclude: ['test/**/*.long.test.ts'],
          testTimeout: 15_000,
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'ui',
          environment: 'happy-dom',
          include: ['test/renderer/**/*.test.{ts,tsx}'],
        },
      },
      {
        test: {
          name: 'stories',
          include: ['test/stories/**/*.test.ts', 'test/**/*.long.test.ts'],
          exclude: ['test/bench/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'measures',
          include: ['test/bench/**/*.long.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
