// `npm start`: builds the app where needed and opens it. Plain JavaScript, as all that runs before the rest.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { electronProgram } from './electron.mjs';

const HELP = `npm start -- [options]
  --demo           a domain of its own with alice, bob and carol, and the windows of alice and bob
  --browser        the app in this machine's browser, even where Electron is present
  --no-open        print the addresses of the windows, open none (browser only)
  --profile NAME   keep several people apart on one machine; "default" if not given
  --data DIR       the folder of the profiles
  --help           this text`;

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'main',
  'preload',
  'renderer',
  'shared',
  'network',
  'electron.vite.config.ts',
  'package-lock.json',
];

const options = readOptions();
buildIfOlder();
const electron = options.browser || options['no-open'] ? undefined : electronProgram(root);

const children = new Set();
let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal));

/** Opens the window of one profile; gives the process. */
function openProfile(profile, folder, environment = {}) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [program, args] = electron
    ? [electron, [root, `--user-data-dir=${folder}`]]
    : [
        process.execPath,
        [
          join(root, 'out/main/browser.js'),
          '--profile',
          profile,
          '--data',
          folder,
          ...(options['no-open'] ? ['--no-open'] : []),
        ],
      ];
  return run(program, args, environment);
}

/** Starts a program that ends with this one. */
function run(program, args, environment = {}, stdio = ['ignore', 'inherit', 'inherit']) {
  const child = spawn(program, args, { cwd: root, stdio, env: { ...process.env, ...environment } });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

if (options.demo) {
  const { demonstrate } = await import(pathToFileURL(join(root, 'build/demo.mjs')).href);
  await demonstrate({ root, run, openProfile });
} else {
  const folder = join(options.data ?? join(dataHome(), 'parley'), options.profile);
  const child = openProfile(options.profile, folder);
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        demo: { type: 'boolean', default: false },
        browser: { type: 'boolean', default: false },
        'no-open': { type: 'boolean', default: false },
        profile: { type: 'string', default: 'default' },
        data: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(values.profile))
      throw new Error(`"${values.profile}" is no name for a profile: letters, digits, - . _`);
    return values;
  } catch (error) {
    console.error(`${error.message}\n${HELP}`);
    process.exit(2);
  }
}

/** Where this system keeps the data of programs. */
function dataHome() {
  if (process.platform === 'darwin') return join(homedir(), 'Library/Application Support');
  if (process.platform === 'win32') return process.env.APPDATA ?? homedir();
  return process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share');
}

/** Builds when a source is newer than what was built. */
function buildIfOlder() {
  const built = join(root, 'out/renderer/index.html');
  const newest = Math.max(...SOURCES.map((path) => newestIn(join(root, path))));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  const { status } = spawnSync('electron-vite', ['build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...process.env, PATH: join(root, 'node_modules/.bin') + delimiter + process.env.PATH },
  });
  if (status !== 0) {
    console.error('The app could not be built: the lines above say why.');
    process.exit(1);
  }
}

function newestIn(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

function end(signal) {
  if (isEnding) return;
  isEnding = true;
  for (const child of children) child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
}
