/** What a file is called that is not whole yet. */
export const partOf = (path: string): string => `${path}.part`;
