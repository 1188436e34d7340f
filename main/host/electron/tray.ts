import { join } from 'node:path';
import { app, Menu, type MenuItemConstructorOptions, nativeImage, nativeTheme, Tray } from 'electron';
import { onSpoken, t } from '../../../shared/i18n/t.ts';
import type { OwnState } from '../../../shared/model.ts';
import type { Status } from '../host.ts';

const HOUR = 3_600_000;
const STATES = [
  'available',
  'away',
  'busy',
  'do-not-disturb',
  'offline',
] as const satisfies readonly OwnState[];
/** The end of quiet "until tomorrow": before most people begin. */
const MORNING = 8;

export interface TrayActs {
  choose(state: OwnState, until?: number): void;
  /** Shows the window, or hides the one that is to be seen. */
  toggle(): void;
  isVisible(): boolean;
}

export interface TrayIcon {
  show(status: Status): void;
  /** The window has come or gone: the menu says what it can do next. */
  renew(): void;
  close(): void;
}

/** Eight in the morning of the next day. */
export function tomorrow(now: number): number {
  const day = new Date(now);
  day.setDate(day.getDate() + 1);
  return day.setHours(MORNING, 0, 0, 0);
}

/** The drawing for the presence and whether something is unread, in the colours of the panel. */
function pictureOf(folder: string, { presence, unread }: Status): Electron.NativeImage {
  const short = presence === 'do-not-disturb' ? 'dnd' : presence;
  const name = `${short}${unread > 0 ? '-unread' : ''}`;
  if (process.platform === 'darwin') {
    const image = nativeImage.createFromPath(join(folder, 'template', `${name}Template.png`));
    image.setTemplateImage(true);
    return image;
  }
  const isDark =
    process.platform === 'win32'
      ? nativeTheme.shouldUseDarkColorsForSystemIntegratedUI
      : nativeTheme.shouldUseDarkColors;
  const theme = isDark ? 'dark-panel' : 'light-panel';
  // Panels of Linux scale what they are given: the larger one stays clear on all of them.
  const file = process.platform === 'linux' ? `${name}@2x.png` : `${name}.png`;
  return nativeImage.createFromPath(join(folder, theme, file));
}

/** The presence and what is unread: `Parley: busy, 2 unread messages`. */
function statusWords({ presence, unread }: Status): string {
  const status = t(`tray.status.${presence}`);
  return unread === 0
    ? status
    : t('tray.status.unread', { status, unread: t('tray.unread', { count: unread }) });
}

/** The icon and its menu. `folder`: the pictures. */
export function createTray(folder: string, acts: TrayActs): TrayIcon {
  let status: Status = { presence: 'offline', unread: 0 };
  const tray = new Tray(pictureOf(folder, status));

  const menu = (): MenuItemConstructorOptions[] => [
    ...STATES.map(
      (state): MenuItemConstructorOptions => ({
        label: t(state === 'offline' ? 'presence.appear-offline' : `presence.${state}`),
        type: 'radio',
        checked: status.presence === state,
        click: () => acts.choose(state),
      }),
    ),
    { type: 'separator' },
    {
      label: t('tray.quiet'),
      submenu: [
        { label: t('tray.quiet.hour'), click: () => acts.choose('do-not-disturb', Date.now() + HOUR) },
        { label: t('tray.quiet.hours'), click: () => acts.choose('do-not-disturb', Date.now() + 8 * HOUR) },
        { label: t('tray.quiet.tomorrow'), click: () => acts.choose('do-not-disturb', tomorrow(Date.now())) },
      ],
    },
    { type: 'separator' },
    { label: t(acts.isVisible() ? 'tray.hide' : 'tray.show'), click: () => acts.toggle() },
    { label: t('tray.quit'), click: () => app.quit() },
  ];
  const renew = (): void => {
    tray.setImage(pictureOf(folder, status));
    tray.setToolTip(statusWords(status));
    // A menu that is set is what a panel of Linux shows; it cannot be changed, only set anew.
    tray.setContextMenu(Menu.buildFromTemplate(menu()));
  };
  // On macOS a click opens the menu; panels of Linux may never tell of one.
  if (process.platform !== 'darwin') tray.on('click', () => acts.toggle());
  nativeTheme.on('updated', renew);
  const off = onSpoken(renew);
  renew();
  return {
    show(next) {
      status = next;
      renew();
    },
    renew,
    close() {
      off();
      nativeTheme.off('updated', renew);
      tray.destroy();
    },
  };
}
