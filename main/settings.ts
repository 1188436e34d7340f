import type { Settings } from '../shared/model.ts';
import type { Mirror } from './state.ts';
import type { Store } from './store/store.ts';
import { VALIDATORS } from './validators.ts';

export const DEFAULTS: Settings = {
  language: 'system',
  theme: 'system',
  density: 'comfortable',
  textSize: 100,
  sendsReceipts: true,
  sendsTyping: true,
  notifies: 'text',
  hidesWhenLocked: true,
  hasSound: true,
  quietHours: [],
  followsSystemQuiet: false,
  checksSpelling: true,
  spellingLanguages: [],
  closesToTray: true,
  looksForUpdates: true,
};

/** Settings as they were kept; what cannot be read is as if never changed. */
export const readSettings = (kept: string | undefined): Settings => {
  if (kept === undefined) return DEFAULTS;
  const parsed = VALIDATORS['settings.change'].safeParse(JSON.parse(kept));
  return parsed.success ? { ...DEFAULTS, ...parsed.data } : DEFAULTS;
};

/** Keeps the changes and shows them; resolves when they are on disk. */
export async function changeSettings(
  store: Store,
  mirror: Mirror,
  changes: Partial<Settings>,
): Promise<Settings> {
  const settings: Settings = { ...mirror.settings, ...changes };
  await store.call('setSetting', 'settings', JSON.stringify(settings));
  mirror.setSettings(settings);
  return settings;
}
