// Whether the system holds notifications back by the person's own wish. Each desktop keeps that elsewhere; what is
// asked here is what its own switch sets. macOS tells no program without a right of its own to ask.

import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** Milliseconds; PowerShell takes its time. */
const ANSWER_TIME = 5000;

type Question = readonly [isQuiet: RegExp, isLoud: RegExp, program: string, ...args: readonly string[]];

/** The property of the freedesktop interface, as KDE has it. */
const INHIBITED: Question = [
  /\btrue\b/,
  /\bfalse\b/,
  'busctl',
  '--user',
  '--auto-start=no',
  'get-property',
  'org.freedesktop.Notifications',
  '/org/freedesktop/Notifications',
  'org.freedesktop.Notifications',
  'Inhibited',
];
const DESKTOPS: readonly (readonly [desktop: RegExp, question: Question])[] = [
  [
    /cinnamon/i,
    [/^false/, /^true/, 'gsettings', 'get', 'org.cinnamon.desktop.notifications', 'display-notifications'],
  ],
  [
    /gnome|unity|budgie/i,
    [/^false/, /^true/, 'gsettings', 'get', 'org.gnome.desktop.notifications', 'show-banners'],
  ],
  [/mate/i, [/^true/, /^false/, 'gsettings', 'get', 'org.mate.NotificationDaemon', 'do-not-disturb']],
  [/xfce/i, [/^true/, /^false/, 'xfconf-query', '-c', 'xfce4-notifyd', '-p', '/do-not-disturb']],
];

/** ToastNotificationManagerForUser.NotificationMode, since Windows 11; before that it is empty. */
const MODE =
  '[Windows.UI.Notifications.ToastNotificationManager,Windows.UI.Notifications,ContentType=WindowsRuntime]::GetDefault().NotificationMode';

function questionOf(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): Question | undefined {
  if (platform === 'linux') {
    const desktop = environment['XDG_CURRENT_DESKTOP'] ?? '';
    return DESKTOPS.find(([name]) => name.test(desktop))?.[1] ?? INHIBITED;
  }
  if (platform !== 'win32') return undefined;
  // By its whole path: what stands in PATH may be anybody's.
  const folder = join(environment['SystemRoot'] ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0');
  const args = ['-NoProfile', '-NonInteractive', '-Command', MODE];
  return [/PriorityOnly|AlarmsOnly/, /Unrestricted/, join(folder, 'powershell.exe'), ...args];
}

const run = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(program, args, { timeout: ANSWER_TIME, windowsHide: true }, (error, answer) => {
      if (error === null) resolve(answer.trim());
      else reject(error);
    });
  });

/** Asks the desktop; undefined where it does not say. */
export async function isSystemQuiet(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
  ask: (program: string, args: readonly string[]) => Promise<string> = run,
): Promise<boolean | undefined> {
  const question = questionOf(platform, environment);
  if (question === undefined) return undefined;
  const [isQuiet, isLoud, program, ...args] = question;
  try {
    const answer = await ask(program, args);
    if (isQuiet.test(answer)) return true;
    return isLoud.test(answer) ? false : undefined;
  } catch {
    return undefined;
  }
}
