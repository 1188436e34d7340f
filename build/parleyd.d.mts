/** Writes dist/parleyd-VERSION.tgz, the domain server as a package for npm, into the folder `dist`; gives its path. */
export function packParleyd(dist: string): Promise<string>;
