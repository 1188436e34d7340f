/** The manual page in roff; `help` begins with a line "NAME, WHAT IT IS". */
export function manPage(help: string, version: string): string;
