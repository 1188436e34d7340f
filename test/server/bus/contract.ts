// What every driver of bus.ts must do. Each driver's test file runs all of it.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Bus } from '../../../server/bus/bus.ts';

/** Settles when `condition` holds; the test's own deadline is the limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** `failures` gives what the driver has logged so far. */
export function busContract(name: string, open: () => Promise<{ bus: Bus; failures: () => number }>): void {
  describe(`bus contract: ${name}`, () => {
    let bus: Bus;
    let failures: () => number;
    beforeEach(async () => ({ bus, failures } = await open()));
    afterEach(() => bus.close());

    test('messages of a subject arrive in order, at all of its subscribers and no others', async () => {
      const seen: Record<string, unknown[]> = { first: [], second: [], other: [] };
      bus.subscribe('a', (message) => seen['first']?.push(message));
      bus.subscribe('a', (message) => seen['second']?.push(message));
      bus.subscribe('b', (message) => seen['other']?.push(message));
      for (const n of [1, 2, 3]) bus.publish('a', { n });
      bus.publish('b', 'end');
      await until(() => (seen['other']?.length ?? 0) > 0 && (seen['second']?.length ?? 0) >= 3);
      expect(seen).toEqual({
        first: [{ n: 1 }, { n: 2 }, { n: 3 }],
        second: [{ n: 1 }, { n: 2 }, { n: 3 }],
        other: ['end'],
      });
    });

    test('nothing arrives before publish has returned', async () => {
      const steps: string[] = [];
      bus.subscribe('a', () => steps.push('received'));
      bus.publish('a', 1);
      steps.push('published');
      await until(() => steps.length === 2);
      expect(steps).toEqual(['published', 'received']);
    });

    test('a message carries octets', async () => {
      const seen: unknown[] = [];
      bus.subscribe('a', (message) => seen.push(message));
      bus.publish('a', { body: new Uint8Array([1, 2, 255]) });
      await until(() => seen.length === 1);
      expect(seen).toEqual([{ body: new Uint8Array([1, 2, 255]) }]);
    });

    test('nothing arrives after the end of a subscription, not even what was published before', async () => {
      const seen: unknown[] = [];
      const off = bus.subscribe('a', (message) => seen.push(message));
      let isAfter = false;
      bus.subscribe('a', () => (isAfter = true));
      bus.publish('a', 1);
      off();
      off();
      await until(() => isAfter);
      expect(seen).toEqual([]);
    });

    test('the same function may subscribe twice, and end each alone', async () => {
      const seen: unknown[] = [];
      const receive = (message: unknown): void => void seen.push(message);
      const off = bus.subscribe('a', receive);
      bus.subscribe('a', receive);
      bus.publish('a', 1);
      await until(() => seen.length === 2);
      off();
      bus.publish('a', 2);
      await until(() => seen.length === 3);
      bus.publish('a', 3);
      await until(() => seen.length === 4);
      expect(seen).toEqual([1, 1, 2, 3]);
    });

    test('a subscriber that throws is logged and keeps nobody from theirs', async () => {
      const seen: unknown[] = [];
      bus.subscribe('a', () => {
        throw new Error('on purpose');
      });
      bus.subscribe('a', (message) => seen.push(message));
      bus.publish('a', 1);
      bus.publish('a', 2);
      await until(() => seen.length === 2);
      expect(seen).toEqual([1, 2]);
      expect(failures()).toBe(2);
    });

    test('who publishes while receiving is heard afterwards', async () => {
      const seen: unknown[] = [];
      bus.subscribe('a', (message) => {
        seen.push(message);
        if (message === 1) bus.publish('a', 2);
      });
      bus.publish('a', 1);
      await until(() => seen.length === 2);
      expect(seen).toEqual([1, 2]);
    });

    test('closed, it is silent', async () => {
      const seen: unknown[] = [];
      bus.subscribe('a', (message) => seen.push(message));
      bus.publish('a', 1);
      await bus.close();
      bus.publish('a', 2);
      bus.subscribe('a', (message) => seen.push(message))();
      const before = seen.length;
      await new Promise((resolve) => setImmediate(resolve));
      expect(seen.length).toBe(before);
    });
  });
}
