import { expect, test } from 'vitest';
import { isSystemQuiet } from '../../../main/host/system-quiet.ts';

type Answer = string | Error;

async function asked(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv, answer: Answer) {
  let question = '';
  const isQuiet = await isSystemQuiet(platform, environment, (program, args) => {
    question = [program, ...args].join(' ');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return { isQuiet, question };
}

test.each([
  ['ubuntu:GNOME', /gsettings get org\.gnome\S+ show-banners/, 'false', 'true'],
  ['X-Cinnamon', /gsettings get org\.cinnamon\S+ display-notifications/, 'false', 'true'],
  ['MATE', /gsettings get org\.mate\S+ do-not-disturb/, 'true', 'false'],
  ['XFCE', /xfconf-query .*do-not-disturb/, 'true', 'false'],
  ['KDE', /busctl --user .* Inhibited$/, 'b true', 'b false'],
])('%s is asked as its own switch is kept', async (desktop, question, quiet, loud) => {
  const environment = { XDG_CURRENT_DESKTOP: desktop };
  const first = await asked('linux', environment, quiet);
  expect(first.question).toMatch(question);
  expect(first.isQuiet).toBe(true);
  expect((await asked('linux', environment, loud)).isQuiet).toBe(false);
  expect((await asked('linux', environment, 'No such schema')).isQuiet).toBeUndefined();
  expect((await asked('linux', environment, new Error('not found'))).isQuiet).toBeUndefined();
});

test('Windows is asked by its whole path; before Windows 11 it does not say', async () => {
  const environment = { SystemRoot: 'D:\\Win', PATH: '.' };
  const { isQuiet, question } = await asked('win32', environment, 'PriorityOnly');
  expect(question).toMatch(/^D:\\Win.System32.WindowsPowerShell.v1\.0.powershell\.exe /);
  expect(isQuiet).toBe(true);
  expect((await asked('win32', environment, 'Unrestricted')).isQuiet).toBe(false);
  expect((await asked('win32', environment, '')).isQuiet).toBeUndefined();
});

test('macOS is not asked', async () => {
  expect(await asked('darwin', {}, 'true')).toEqual({ isQuiet: undefined, question: '' });
});
