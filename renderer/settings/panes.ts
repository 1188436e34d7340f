import type { ControlSign } from '../components/signs.tsx';
import type { MessageKey } from '../../shared/i18n/t.ts';
import type { SettingsPane } from '../store/view.ts';

/** What stands in the list of settings, by heading. */
export const SECTIONS = [
  {
    title: 'settings.others',
    panes: [
      ['rules', 'eye'],
      ['watchers', 'users'],
      ['views', 'contrast'],
      ['profile', 'user'],
      ['contacts', 'file'],
    ],
  },
  {
    title: 'settings.app',
    panes: [
      ['notifications', 'bell'],
      ['messages', 'inbox'],
      ['appearance', 'sliders'],
      ['shortcuts', 'keyboard'],
      ['accounts', 'at'],
      ['network', 'plug'],
      ['about', 'info'],
    ],
  },
] as const satisfies readonly {
  readonly title: MessageKey;
  readonly panes: readonly (readonly [SettingsPane, ControlSign])[];
}[];

/** All pages in their order. */
export const SETTINGS_PANES = SECTIONS.flatMap(({ panes }) => [...panes]);
