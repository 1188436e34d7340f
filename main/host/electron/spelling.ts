// Dictionaries of Chromium on Windows and Linux. Left alone, Electron fetches one for the language of the system from
// a server of Google's as soon as a window opens: here nothing is fetched that the person did not ask for.

import type { Session } from 'electron';
import type { Clock } from '../../../shared/clock.ts';
import { ImppError } from '../../../shared/errors.ts';
import type { Spelling } from '../host.ts';

/** Where Chromium's dictionaries are. */
const DICTIONARIES = 'https://redirector.gvt1.com/edgedl/chrome/dict/';
/** A port that Chromium connects to on no machine: what is missing stays missing, and nothing is asked of the network. */
const NOWHERE = 'https://localhost:9/';
/** How long a dictionary may take, in milliseconds: a few megabytes. */
const FETCH_TIME = 120_000;

/** What of Electron's session is used. */
export type SpellingSession = Pick<
  Session,
  'availableSpellCheckerLanguages' | 'setSpellCheckerEnabled' | 'setSpellCheckerLanguages' | 'on' | 'off'
> &
  Pick<Session, 'setSpellCheckerDictionaryDownloadURL'>;

let isFetching = false;

/** Whether a page of the network is a dictionary that is being fetched. */
export const isDictionary = (url: string): boolean => isFetching && url.startsWith(DICTIONARIES);

/** Events name `de-DE` what was asked for as `de`. */
const isSameLanguage = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}-`) || other.startsWith(`${one}-`);

/** Before the first window. */
export function createSpelling(session: SpellingSession, clock: Clock): Spelling {
  let used: readonly string[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const use = (languages: readonly string[]): void => {
    used = languages.filter((language) => session.availableSpellCheckerLanguages.includes(language));
    if (used.length > 0) session.setSpellCheckerLanguages([...used]);
    session.setSpellCheckerEnabled(used.length > 0);
  };

  const fetch = async (language: string): Promise<void> => {
    if (!session.availableSpellCheckerLanguages.includes(language)) {
      throw new ImppError('dictionary-unavailable', 'there is no such dictionary');
    }
    const before = used;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (reason: string): void => reject(new ImppError('dictionary-unavailable', reason));
    const onReady = (_event: unknown, code: string): void => {
      if (isSameLanguage(code, language)) resolve();
    };
    const onFailure = (_event: unknown, code: string): void => {
      if (isSameLanguage(code, language)) fail('the dictionary could not be fetched');
    };
    session.on('spellcheck-dictionary-initialized', onReady);
    session.on('spellcheck-dictionary-download-failure', onFailure);
    const cancel = clock.after(FETCH_TIME, () => fail('the dictionary has not come in time'));
    isFetching = true;
    session.setSpellCheckerDictionaryDownloadURL(DICTIONARIES);
    try {
      use([...before, language]);
      await promise;
    } catch (error) {
      use(before);
      throw error;
    } finally {
      cancel();
      isFetching = false;
      session.setSpellCheckerDictionaryDownloadURL(NOWHERE);
      session.off('spellcheck-dictionary-initialized', onReady);
      session.off('spellcheck-dictionary-download-failure', onFailure);
    }
  };

  session.setSpellCheckerDictionaryDownloadURL(NOWHERE);
  use([]);
  return {
    get languages() {
      return session.availableSpellCheckerLanguages;
    },
    use,
    // One after the other: an event says which language it is about, not which wish.
    fetch(language) {
      const mine = last.then(() => fetch(language));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
