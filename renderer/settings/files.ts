/** Octets: what a file of contacts may be. Larger than any list that a document of contacts can hold. */
export const MAX_CARDS = 5_000_000;
