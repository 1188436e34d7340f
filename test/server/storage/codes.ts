/** The code that a promise is rejected with. */
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing thrown',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
