// Completes package-lock.json. A registry mirror may lack the builds of a tool for other platforms; npm then
// leaves them out of the lock, and `npm ci` refuses a lock that does not name every optional dependency. This
// adds the missing entries by name, version and platform, without an address, so that machines which need one
// fetch it from their own registry. Run it after every `npm install`.

import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

const PLATFORM =
  /[-/](?<os>android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|aix|win32|wasm32)-?(?<cpu>arm64|arm|x64|ia32|loong64|mips64el|ppc64|riscv64|s390x)?-?(?<libc>musl|gnu|musleabihf|gnueabihf|eabi|msvc)?/;

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '') continue;
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const at = `node_modules/${name}`;
    if (lock.packages[at] || lock.packages[`${path}/${at}`]) continue;
    const platform = PLATFORM.exec(name)?.groups;
    if (!platform?.os || /[^\d.]/.test(range)) throw new Error(`cannot complete ${name}@${range} of ${path}`);
    const libc = platform.libc?.startsWith('musl')
      ? ['musl']
      : platform.libc?.startsWith('gnu')
        ? ['glibc']
        : undefined;
    lock.packages[at] = {
      version: range,
      ...(platform.cpu && { cpu: [platform.cpu] }),
      ...(entry.dev && { dev: true }),
      license: entry.license,
      ...(libc && platform.os === 'linux' && { libc }),
      optional: true,
      os: [platform.os],
      ...(entry.engines && { engines: entry.engines }),
    };
    added += 1;
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} entries added`);
