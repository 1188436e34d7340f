/** Work that one question at a time is put to; of those asked meanwhile only the newest is. */
export interface Latest<Q> {
  ask(question: Q): void;
  /** Nobody waits for an answer any more. */
  drop(): void;
}

/** `done` and `failed` hear only of the question that is still the newest when its answer is there. */
export function latest<Q, A>(
  work: (question: Q) => Promise<A>,
  done: (answer: A) => void,
  failed: (error: unknown) => void,
): Latest<Q> {
  let isRunning = false;
  let waiting: { readonly question: Q } | undefined;
  /** Rises with each question, and when none is asked any more. */
  let newest = 0;

  const run = async (question: Q): Promise<void> => {
    isRunning = true;
    const mine = newest;
    try {
      const answer = await work(question);
      if (mine === newest) done(answer);
    } catch (error) {
      if (mine === newest) failed(error);
    } finally {
      isRunning = false;
    }
    const next = waiting;
    waiting = undefined;
    if (next !== undefined) void run(next.question);
  };

  return {
    ask(question) {
      newest += 1;
      if (isRunning) waiting = { question };
      else void run(question);
    },
    drop() {
      newest += 1;
      waiting = undefined;
    },
  };
}
