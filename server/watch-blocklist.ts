import type { Clock } from '../shared/clock.ts';
import { versionOfBlocklist } from './links/blocklist.ts';
import type { Log } from './domain.ts';

/** How often the files are looked at. */
const EVERY_MS = 10_000;

export interface BlocklistWatch {
  /** Reads the files now, whatever their times say; from now on those, if any are given. */
  readNow(paths?: readonly string[]): void;
  close(): void;
}

interface Options {
  readonly paths: readonly string[];
  /** Of the files, when they were read last. */
  readonly version: string;
  /** Puts what is in them into effect; gives how many lines that are. */
  readonly read: () => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Puts a new list of refused domains into effect as soon as it is in its files; one that cannot be read leaves the old one. */
export function watchBlocklist({ version, read, clock, log, ...first }: Options): BlocklistWatch {
  let { paths } = first;
  let present = version;
  let isOver = false;
  let cancel = (): void => {};
  let looking = Promise.resolve();

  async function look(isWanted: boolean): Promise<void> {
    const found = await versionOfBlocklist(paths);
    if (isOver || (found === present && (!isWanted || paths.length === 0))) return;
    // Said once: the next word is when somebody has changed it.
    present = found;
    log.info('blocklist read', { lines: await read() });
  }

  const lookInTurn = (isWanted: boolean): Promise<void> => {
    looking = looking
      .then(() => look(isWanted))
      .catch((error: unknown) => log.error('the new blocklist cannot be used, the old one stays', { error }));
    return looking;
  };

  function lookLater(): void {
    cancel = clock.after(EVERY_MS, () => {
      void lookInTurn(false).then(() => {
        if (!isOver) lookLater();
      });
    });
  }

  lookLater();
  return {
    readNow(given = paths) {
      paths = given;
      void lookInTurn(true);
    },
    close() {
      isOver = true;
      cancel();
    },
  };
}
