// Makes dist/parleyd-VERSION.tgz: the domain server as a package for npm, which needs nothing beside Node. Node does
// not take TypeScript from node_modules, so it is bundled. `npm run build` calls this, too.

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { HELP } from '../server/admin/help.ts';
import { unitOf } from '../server/admin/unit.ts';
import { licenceText, readPackage } from './licences.mjs';
import { manPage } from './man-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PACKAGE = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** Files that sources find beside themselves, and where they are in the package: all of it is in lib/. */
const PLACES = {
  'server/admin/version.ts': ["'../../package.json'", "'../package.json'"],
  'server/admin/init.ts': ["'../index.ts'", "'./parleyd.js'"],
  'server/storage/sqlite.ts': ["'./sqlite-worker.ts'", "'./sqlite-worker.js'"],
};

const places = {
  name: 'parleyd-places',
  enforce: 'pre',
  transform(code, id) {
    const [, found] = Object.entries(PLACES).find(([file]) => id === join(root, file)) ?? [];
    if (!found) return undefined;
    if (!code.includes(found[0])) throw new Error(`${id} does not name ${found[0]}`);
    return code.replace(...found);
  },
};

/** An old way of making keys that nothing uses, and that brings a whole library with it. */
const withoutForge = {
  name: 'parleyd-without-forge',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source === './crypto/forge' && importer?.includes('acme-client') ? '\0nothing' : undefined,
  load: (id) => (id === '\0nothing' ? 'export {}' : undefined),
};

/** Writes the package's tarball into the folder `dist`; gives its path. */
export async function packParleyd(dist) {
  const { version, license, author, description } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const folder = mkdtempSync(join(tmpdir(), 'parleyd-package-'));
  try {
    const chunks = await bundle(join(folder, 'lib'));
    chmodSync(join(folder, 'lib/parleyd.js'), 0o755);
    const about = {
      name: 'parleyd',
      version,
      description: `parleyd, the domain server of Parley. ${description}`,
      license,
      author,
      type: 'module',
      bin: { parleyd: 'lib/parleyd.js' },
      man: ['man/parleyd.1'],
      engines: { node: '>=24' },
    };
    const put = (path, text) => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    put('package.json', `${JSON.stringify(about, undefined, 2)}\n`);
    put('man/parleyd.1', manPage(HELP, version));
    put(
      'systemd/parleyd.service',
      unitOf({ command: ['/usr/local/bin/parleyd'], config: '/etc/parleyd/parleyd.toml' }),
    );
    put('third-party-licences.txt', licenceText(packagesIn(chunks)));
    cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
    cpSync(join(root, 'build/parleyd'), folder, { recursive: true });
    return pack(folder, dist);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function bundle(outDir) {
  const { output } = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [withoutForge, places],
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node24',
      outDir,
      emptyOutDir: true,
      rollupOptions: {
        input: { parleyd: 'server/index.ts', 'sqlite-worker': 'server/storage/sqlite-worker.ts' },
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name]-[hash].js',
          banner: ({ name }) => (name === 'parleyd' ? '#!/usr/bin/env node' : ''),
        },
      },
    },
  });
  return output.filter(({ type }) => type === 'chunk');
}

function packagesIn(chunks) {
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  const folders = modules.map((module) => PACKAGE.exec(module.replaceAll('\\', '/'))?.[1]).filter(Boolean);
  return [...new Set(folders)].map(readPackage);
}

function pack(folder, dist) {
  mkdirSync(dist, { recursive: true });
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--json', '--pack-destination', dist], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const packed = JSON.parse(stdout);
  const [{ filename }] = Array.isArray(packed) ? packed : Object.values(packed);
  return join(dist, filename);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await packParleyd(join(root, 'dist')));
