/** Why a package cannot be made on this machine, as a sentence; undefined for what should have worked. */
export function whyNotHere(error: Error): string | undefined;
