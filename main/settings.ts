import type { Settings } from '../shared/model.ts';
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
  closesToTray: true,
  looksForUpdates: true,
};

/** Settings as they were kept; what cannot be read is as if never changed. */
export const readSettings = (kept: string | undefined): Settings => {
  if (kept === undefined) return DEFAULTS;
  const parsed = VALIDATORS['settings.change'].safeParse(JSON.parse(kept));
  return parsed.success ? { ...DEFAULTS, ...parsed.data } : DEFAULTS;
};
