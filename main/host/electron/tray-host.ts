import { execFile } from 'node:child_process';

/** A desktop that does not answer within this many milliseconds has none. */
const ANSWER_TIME = 2000;

const WATCHER = 'org.kde.StatusNotifierWatcher';
const PATH = '/StatusNotifierWatcher';
const PROPERTY = 'IsStatusNotifierHostRegistered';

/** The question to the session's bus, by each program that can ask it; one of them is on every desktop. */
const ASKING: readonly (readonly [program: string, ...args: readonly string[]])[] = [
  ['busctl', '--user', '--auto-start=no', 'get-property', WATCHER, PATH, WATCHER, PROPERTY],
  [
    'gdbus',
    'call',
    '--session',
    `--dest=${WATCHER}`,
    `--object-path=${PATH}`,
    '--method=org.freedesktop.DBus.Properties.Get',
    WATCHER,
    PROPERTY,
  ],
  [
    'dbus-send',
    '--session',
    '--print-reply=literal',
    `--dest=${WATCHER}`,
    PATH,
    'org.freedesktop.DBus.Properties.Get',
    `string:${WATCHER}`,
    `string:${PROPERTY}`,
  ],
];

const ask = ([program, ...args]: (typeof ASKING)[number]): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: ANSWER_TIME }, (error, answer) =>
      // What cannot be asked is no tray to hide in.
      resolve(error === null && /\btrue\b/.test(answer)),
    );
  });

/**
 * Whether something shows a tray at this moment. Windows and macOS always do; of the Linux desktops some do not
 * (GNOME without an extension), and what hides there is gone.
 */
export async function hasTrayHost(platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (platform !== 'linux') return true;
  const answers = await Promise.all(ASKING.map(ask));
  return answers.includes(true);
}
