// Loaded into a program under measurement, so that its memory can be looked at without what is only garbage.

process.on('SIGUSR2', () => {
  globalThis.gc?.();
});
