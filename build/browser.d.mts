/** The path of a Chromium: CHROME_PATH, the system's, or Playwright's own; undefined if there is none. */
export function findBrowser(): string | undefined;
