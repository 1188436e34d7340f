import { EventEmitter } from 'node:events';
import { say } from './desktop.ts';

/**
 * Chromium's checking of spelling as Electron has it on Windows and Linux: on by itself, in the language of the
 * system, and every dictionary that is not here is fetched. What is fetched from where is said.
 */
export class SpellingStandIn extends EventEmitter {
  readonly availableSpellCheckerLanguages = ['de', 'en-GB', 'en-US', 'fr', 'pt-BR'];
  readonly dictionaries = new Set<string>();
  readonly learnt: string[] = [];
  languages = ['en-US'];
  isEnabled = true;
  #url = 'https://redirector.gvt1.com/edgedl/chrome/dict/';
  #hasWindow = false;
  /** Which requests may go out; a test may cut the network. */
  mayFetch: (url: string) => boolean = () => true;

  setSpellCheckerDictionaryDownloadURL(url: string): void {
    if (!URL.canParse(url)) throw new Error('The URL you provided is not a valid URL');
    this.#url = url;
  }
  setSpellCheckerEnabled(isEnabled: boolean): void {
    this.isEnabled = isEnabled;
    this.#look();
  }
  setSpellCheckerLanguages(languages: readonly string[]): void {
    const strange = languages.find((one) => !this.availableSpellCheckerLanguages.includes(one));
    if (strange !== undefined) throw new Error(`Invalid language code provided: "${strange}"`);
    this.languages = [...languages];
    this.#look();
  }
  addWordToSpellCheckerDictionary(word: string): boolean {
    this.learnt.push(word);
    say({ learnt: word });
    return true;
  }

  /** A window opens: from then on dictionaries are wanted. */
  beginSpelling(): void {
    this.#hasWindow = true;
    this.#look();
  }

  #look(): void {
    if (!this.isEnabled || !this.#hasWindow) return;
    for (const language of this.languages) {
      if (this.dictionaries.has(language)) {
        setImmediate(() => this.emit('spellcheck-dictionary-initialized', {}, language));
        continue;
      }
      const url = `${this.#url}${language}.bdic`;
      const { hostname } = new URL(url);
      const comes = hostname !== 'localhost' && this.mayFetch(url);
      if (hostname !== 'localhost') say({ dictionary: url });
      if (comes) this.dictionaries.add(language);
      const event = comes ? 'spellcheck-dictionary-initialized' : 'spellcheck-dictionary-download-failure';
      setImmediate(() => this.emit(event, {}, language));
    }
  }
}
