/**
 * Milliseconds of processor time that `work` takes in this thread: what else a busy machine does is not in it,
 * as it is in the time on the clock. Systems count it in portions of some milliseconds.
 */
export const cpuTimeOf = (work: () => unknown): number => {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
};

/** Many portions: what is missed of one is little beside them. */
const ENOUGH = 30;

/** The mean of as many rounds as it takes to measure it, after one that compiles what is run. */
export const meanCpuTimeOf = (work: () => unknown): number => {
  work();
  let rounds = 0;
  const time = cpuTimeOf(() => {
    const before = process.threadCpuUsage();
    for (;;) {
      work();
      rounds += 1;
      const { user, system } = process.threadCpuUsage(before);
      if (user + system >= ENOUGH * 1000) return;
    }
  });
  return time / rounds;
};
