/** Says a word to the process that started this one, and waits until it says to go on. */
export const say = (word: string): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else {
      process.once('message', () => resolve());
      process.send(word);
    }
  });
