import { expect, test } from 'vitest';
import { LOOK_EVERY, watchTrayLoss } from '../../../../main/host/electron/tray-loss.ts';
import { FakeClock } from '../../../fake/clock.ts';

/** A window that is hidden, and a desktop that answers as is set. */
function start() {
  const clock = new FakeClock();
  const state = { isHidden: true, hasTray: true, asked: 0, lost: 0 };
  const off = watchTrayLoss({
    clock,
    isHidden: () => state.isHidden,
    hasTray: () => {
      state.asked += 1;
      return Promise.resolve(state.hasTray);
    },
    lost: () => {
      state.lost += 1;
    },
  });
  /** The next look, with its answer. */
  const look = async (): Promise<void> => {
    clock.advance(LOOK_EVERY);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { clock, state, look, off };
}

test('a tray that two looks have missed is lost', async () => {
  const { state, look } = start();
  await look();
  state.hasTray = false;
  await look();
  expect(state.lost).toBe(0);
  await look();
  expect(state.lost).toBe(1);
});

test('a panel that was started anew in between has lost nothing', async () => {
  const { state, look } = start();
  for (const hasTray of [false, true, false, true]) {
    state.hasTray = hasTray;
    await look();
  }
  expect(state).toMatchObject({ asked: 4, lost: 0 });
});

test('while the window is to be seen nobody is asked, and what was missed before does not count', async () => {
  const { state, look } = start();
  state.hasTray = false;
  await look();
  state.isHidden = false;
  await look();
  expect(state.asked).toBe(1);
  state.isHidden = true;
  await look();
  expect(state.lost).toBe(0);
});

test('who has stopped hears no late answer', async () => {
  const { clock, state, look, off } = start();
  state.hasTray = false;
  await look();
  clock.advance(LOOK_EVERY);
  off();
  await Promise.resolve();
  await Promise.resolve();
  expect([state.lost, clock.waiting]).toEqual([0, 0]);
});
