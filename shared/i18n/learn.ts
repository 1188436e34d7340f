import { ENGLISH, type Language, type Spoken } from './languages.ts';
import { speak, type Translation } from './t.ts';

// Named one by one, so that a bundler gives each a file of its own, which is loaded when it is spoken.
const TRANSLATIONS: Readonly<Partial<Record<Language, () => Promise<{ default: Translation }>>>> = {
  ar: () => import('./ar.json', { with: { type: 'json' } }),
  de: () => import('./de.json', { with: { type: 'json' } }),
  es: () => import('./es.json', { with: { type: 'json' } }),
  fr: () => import('./fr.json', { with: { type: 'json' } }),
  it: () => import('./it.json', { with: { type: 'json' } }),
  ja: () => import('./ja.json', { with: { type: 'json' } }),
  nl: () => import('./nl.json', { with: { type: 'json' } }),
  pl: () => import('./pl.json', { with: { type: 'json' } }),
  pt: () => import('./pt.json', { with: { type: 'json' } }),
  tr: () => import('./tr.json', { with: { type: 'json' } }),
};

let turn = 0;

/**
 * Loads the words of a language and speaks it; English at once, since its words are always there. A later call wins.
 * Where the words cannot be had, English is spoken, and the promise rejects.
 */
export async function learn(spoken: Spoken): Promise<void> {
  const mine = ++turn;
  const load = TRANSLATIONS[spoken.language];
  if (load === undefined) return speak(spoken, {});
  try {
    const { default: translation } = await load();
    if (mine === turn) speak(spoken, translation);
  } catch (error) {
    if (mine === turn) speak(ENGLISH, {});
    throw error;
  }
}
