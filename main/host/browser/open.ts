import { spawn } from 'node:child_process';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
  linux: ['xdg-open'],
};

/** Opens a URL with the system's browser. Does nothing where there is no screen. */
export function openOutside(url: string): void {
  const [program, ...options] = OPENERS[process.platform] ?? ['xdg-open'];
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return;
  spawn(program, [...options, url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
