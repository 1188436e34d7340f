/** The numbers of the 93 requirements of RFC 2779. */
export const NUMBERS: readonly string[];

/** The titles of the tests in a source text, as they stand there. */
export function titlesIn(source: string): string[];

/** What is wrong with docs/requirements.md at `root`, one sentence each: empty if nothing is. */
export function faultsOfRequirements(root: string): string[];
