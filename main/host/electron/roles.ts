import type { MenuItemConstructorOptions } from 'electron';
import { type MessageKey, t } from '../../../shared/i18n/t.ts';

type Role = Extract<MessageKey, `menu.role.${string}`> extends `menu.role.${infer Name}` ? Name : never;

/** What the system does by itself, under a name of the app's language: Electron has only the English ones. */
export const byRole = (role: Role, options: MenuItemConstructorOptions = {}): MenuItemConstructorOptions => ({
  ...options,
  role,
  label: t(`menu.role.${role}`),
});
