/** Where the program says what it does: an event in a few words, and data without passwords or bodies. */
export type Log = (event: string, data?: Readonly<Record<string, unknown>>) => void;
