// Domains with which this one has nothing to do, as files say: one a line.

import { readFile, stat } from 'node:fs/promises';

import { ImppError } from '../../shared/errors.ts';
import { tryHost } from '../config-settings.ts';

/** So many lines that cannot be read are named. */
const NAMED = 3;

/** What is in the files, as far as that can be told without reading them. */
export const versionOfBlocklist = async (paths: readonly string[]): Promise<string> => {
  const versions = paths.map(async (path) => {
    const found = await stat(path).catch(() => undefined);
    return found === undefined ? 'gone' : `${found.ino} ${found.size} ${found.mtimeMs}`;
  });
  return (await Promise.all(versions)).join('\n');
};

/** The domains of one or more files. */
export class Blocklist {
  /** Files to read from the next time on. */
  paths: readonly string[];
  #domains: ReadonlySet<string> = new Set();
  /** Of which everything that is under them is meant, too. */
  #trees: ReadonlySet<string> = new Set();

  constructor(paths: readonly string[]) {
    this.paths = paths;
  }

  /** How many lines there are. */
  get size(): number {
    return this.#domains.size + this.#trees.size;
  }

  /**
   * Reads the files: `example.org`, or `.example.org` and `*.example.org` for it with all that is under it; `#` begins a
   * remark. @throws invalid-argument with a sentence for the operator: nothing has changed then
   */
  async read(): Promise<void> {
    const domains = new Set<string>();
    const trees = new Set<string>();
    const faults: string[] = [];
    for (const path of this.paths) {
      for (const [at, line] of (await textOf(path)).split('\n').entries()) {
        const entry = line.replace(/#.*/v, '').trim();
        if (entry === '') continue;
        const name = entry.replace(/^\*?\./v, '');
        const host = tryHost(name);
        if (host === undefined) faults.push(`${path}, line ${at + 1}`);
        else (name === entry ? domains : trees).add(host);
      }
    }
    if (faults.length > 0) {
      const more = faults.length > NAMED ? ` and ${faults.length - NAMED} more` : '';
      throw new ImppError(
        'invalid-argument',
        `federation.blocklist: a line is a domain, like example.org, .example.org or *.example.org; ` +
          `what is not: ${faults.slice(0, NAMED).join('; ')}${more}.`,
      );
    }
    this.#domains = domains;
    this.#trees = trees;
  }

  has(host: string): boolean {
    if (this.#domains.has(host)) return true;
    for (let name = host; name !== ''; name = name.slice(name.indexOf('.') + 1)) {
      if (this.#trees.has(name)) return true;
      if (!name.includes('.')) return false;
    }
    return false;
  }
}

const textOf = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImppError('invalid-argument', `federation.blocklist: ${path} cannot be read: ${reason}.`, {
      cause,
    });
  }
};
