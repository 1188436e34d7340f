import type { Database } from './file/database.ts';

export const settingOperations = {
  getSetting: (db: Database, name: string): string | undefined =>
    db.get<{ value: string }>('SELECT value FROM settings WHERE name = ?', name)?.value,

  setSetting(db: Database, name: string, value: string): null {
    db.run(
      'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      value,
    );
    return null;
  },

  /** The value that is there, else `value`, which is there from now on. */
  ensureSetting(db: Database, name: string, value: string): string {
    db.run('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING', name, value);
    return settingOperations.getSetting(db, name) ?? value;
  },
};
