import { expect, test } from 'vitest';
import { Tasks } from '../../main/tasks.ts';

test('a task tells how far it is until its end, which is told in any case', async () => {
  const told: unknown[] = [];
  const tasks = new Tasks((...what) => told.push(what));
  await tasks.run('one', ({ progress }) => {
    progress(1, 3);
    progress(3, 3);
    return Promise.resolve();
  });
  await expect(tasks.run('one', () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  expect(told).toEqual([
    ['one', 1, 3],
    ['one', 1, 1],
    ['one', 1, 1],
  ]);
});

test('it is stopped by its name, and whatever that breaks is that it was stopped', async () => {
  const tasks = new Tasks(() => {});
  const running = tasks.run(
    'one',
    ({ signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('torn')))),
  );
  await expect(tasks.run('one', () => Promise.resolve())).rejects.toMatchObject({ code: 'conflict' });
  tasks.stop('another');
  tasks.stop('one');
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
});
