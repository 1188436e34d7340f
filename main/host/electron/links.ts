import { app } from 'electron';

const SCHEMES = ['impp', 'im', 'pres'];
const isLink = (argument: string): boolean =>
  SCHEMES.some((scheme) => argument.toLowerCase().startsWith(`${scheme}:`));

/** The link among the words of a command line. */
export const linkAmong = (words: readonly string[]): string | undefined => words.find(isLink);

/** On Windows the program says itself which links it opens; elsewhere its package does. Nobody is pushed aside. */
export function claimLinks(): void {
  if (process.platform !== 'win32' || !app.isPackaged) return;
  for (const scheme of SCHEMES) {
    if (app.getApplicationNameForProtocol(`${scheme}:`) === '') app.setAsDefaultProtocolClient(scheme);
  }
}
