// A page of docs/operations, tried from the page alone: its `sh` blocks run in their order, by one shell, in a folder
// that stands for the machine. What takes a whole machine is played by the programs in test/docs/bin. Blocks in other
// languages are only read; those in `toml` have to be settings that parleyd takes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

import { loadConfig, readConfigFile } from '../../server/config-load.ts';
import { Authority } from '../fixtures/authority.ts';
import { DnsServer } from '../fixtures/dns.ts';
import { freePort } from '../fixtures/free-port.ts';

const SOURCES = fileURLToPath(new URL('../..', import.meta.url));
const STAND_INS = join(import.meta.dirname, 'bin');
const DEADLINE_MS = 110_000;

/** Places of a machine that are in the folder instead. */
const PLACE = /(?<![\w.-])\/(etc|var|srv|opt|backup|tmp|home|root|usr\/local)(?=\/|\b)/g;

export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of the page. */
  readonly line: number;
}

/** Fenced blocks in their order; those within list items lose their indentation. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  for (const found of page.matchAll(/^( *)```(\w*)[^\n]*\n([\s\S]*?)^\1```$/gm)) {
    const [, indent = '', language = '', inner = ''] = found;
    const line = page.slice(0, found.index).split('\n').length;
    blocks.push({ language, line, text: inner.replaceAll(new RegExp(`^${indent}`, 'gm'), '') });
  }
  return blocks;
}

/** What the install page leaves behind: most other pages begin there. */
const INSTALLED = `
mkdir /etc/parleyd
printf 'example.org\\nchat.example.org\\ninvite\\n' | parleyd init --config /etc/parleyd/parleyd.toml
cp "$ROOT/authority/example.org.pem" /etc/parleyd/fullchain.pem
cp "$ROOT/authority/example.org.key" /etc/parleyd/privkey.pem
systemctl enable --now /etc/parleyd/parleyd.service
for person in alice bob; do
  echo 'correct horse' | parleyd user add $person@example.org --password-stdin --config /etc/parleyd/parleyd.toml
done
`;

let installed: Promise<Machine> | undefined;
afterAll(async () => (await installed)?.close());

/** The machine on which that has been done once; it is only copied. */
async function install(): Promise<Machine> {
  const machine = await Machine.make();
  await machine.certify();
  await machine.run(INSTALLED);
  return machine;
}

export interface Trial {
  /** An empty machine, instead of one where the domain example.org is served with alice and bob in it. */
  readonly isBare?: boolean;
  /** Files that the reader has in the folder in which he is. */
  readonly files?: readonly string[];
  /** Shell text that runs before: what the page says in prose, or takes for granted. */
  readonly before?: string;
  /** Shell text that runs afterwards and fails if the page has not led where it says. */
  readonly after?: string;
}

/** Runs a page of docs/operations. @throws with all that was printed, if a command of it fails */
export async function tryPage(
  name: string,
  { isBare = false, files = [], before = '', after = '' }: Trial = {},
): Promise<string> {
  const page = readFileSync(join(SOURCES, 'docs/operations', name), 'utf8');
  const blocks = blocksOf(page);
  const machine = await Machine.make();
  try {
    if (isBare) await machine.certify();
    else machine.become(await (installed ??= install()));
    for (const file of files) machine.give(file);
    for (const block of blocks.filter(({ language }) => language === 'toml')) machine.read(block);
    const parts = [
      ...(isBare ? [] : ['systemctl start parleyd']),
      before,
      ...blocks
        .filter(({ language }) => language === 'sh')
        .map(({ text: commands, line }) => `echo '== ${name}:${line}'\n${commands}`),
      after,
    ];
    return await machine.run(parts.join('\n'));
  } finally {
    await machine.close();
  }
}

class Machine {
  readonly #root: string;
  readonly #names: DnsServer;
  readonly #port: number;
  readonly #metrics: number;

  private constructor(root: string, names: DnsServer, [port, metrics]: readonly [number, number]) {
    this.#root = root;
    this.#names = names;
    this.#port = port;
    this.#metrics = metrics;
  }

  static async make(): Promise<Machine> {
    const root = mkdtempSync(join(tmpdir(), 'parley-page-'));
    for (const folder of ['etc/systemd/system', 'usr/local', 'var/lib', 'run', 'home', 'tmp', 'authority'])
      mkdirSync(join(root, folder), { recursive: true });
    const ports = [await freePort(), await freePort()] as const;
    const target = 'chat.example.org';
    const service = [{ type: 'SRV', priority: 0, weight: 0, port: ports[0], target }] as const;
    const names = await DnsServer.start({
      'example.org': [{ type: 'A', address: '127.0.0.1' }],
      [target]: [{ type: 'A', address: '127.0.0.1' }],
      '_impp-client._tcp.example.org': service,
      '_im._impp.example.org': service,
      '_pres._impp.example.org': service,
    });
    return new Machine(root, names, ports);
  }

  /** An authority that this machine believes, and its certificate for the domain. */
  async certify(): Promise<void> {
    const authority = await Authority.make();
    const { cert, key } = await authority.issue('example.org');
    cpSync(authority.path, join(this.#root, 'authority/ca.pem'));
    cpSync(cert, join(this.#root, 'authority/example.org.pem'));
    cpSync(key, join(this.#root, 'authority/example.org.key'));
  }

  /** Has what another one has, at its own places. */
  become(other: Machine): void {
    for (const folder of ['etc', 'var', 'authority'])
      cpSync(join(other.#root, folder), join(this.#root, folder), { recursive: true });
    const places = [
      [other.#root, this.#root],
      [String(other.#port), String(this.#port)],
      [String(other.#metrics), String(this.#metrics)],
    ] as const;
    for (const name of ['parleyd.toml', 'parleyd.service']) {
      const file = join(this.#root, 'etc/parleyd', name);
      const before = readFileSync(file, 'utf8');
      writeFileSync(
        file,
        places.reduce((said, [from, to]) => said.replaceAll(from, to), before),
      );
    }
    const link = join(this.#root, 'etc/systemd/system/parleyd.service');
    rmSync(link);
    symlinkSync(join(this.#root, 'etc/parleyd/parleyd.service'), link);
  }

  give(file: string): void {
    cpSync(file, join(this.#root, 'home', basename(file)));
  }

  /** @throws if parleyd would not take these settings */
  read({ text: settings }: Block): void {
    const file = join(this.#root, 'tmp/block.toml');
    writeFileSync(file, settings);
    loadConfig([{ key: 'domain', value: 'example.org', source: 'the page' }, ...readConfigFile(file)]);
  }

  async run(commands: string): Promise<string> {
    const script = join(this.#root, 'tmp/page.sh');
    const moved = commands
      .replaceAll(PLACE, `${this.#root}/$1`)
      .replaceAll(/\b2779\b/g, String(this.#port))
      .replaceAll(/\b9279\b/g, String(this.#metrics));
    writeFileSync(script, `exec 2>&1\ntrap 'systemctl stop parleyd' EXIT\n${moved}`);
    const child = spawn('bash', ['-euo', 'pipefail', script], {
      cwd: join(this.#root, 'home'),
      timeout: DEADLINE_MS,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: [STAND_INS, join(SOURCES, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter),
        HOME: join(this.#root, 'home'),
        LANG: 'C.UTF-8',
        // Each command is a start of its own.
        NODE_COMPILE_CACHE: join(SOURCES, 'node_modules/.cache/compile'),
        ROOT: this.#root,
        SOURCES,
        NAMES: this.#names.address,
        PORT: String(this.#port),
        METRICS: String(this.#metrics),
        // Packages go into the folder, too, and nothing is fetched for them.
        npm_config_prefix: join(this.#root, 'usr/local'),
        npm_config_cache: join(this.#root, 'tmp/npm'),
        npm_config_offline: 'true',
        npm_config_update_notifier: 'false',
        NODE_EXTRA_CA_CERTS: join(this.#root, 'authority/ca.pem'),
      },
    });
    const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    if (child.exitCode === 0) return said;
    throw new Error(`exit code ${child.exitCode}; what was printed:\n${said}\n${this.#log()}`);
  }

  /** The end of what the service has logged. */
  #log(): string {
    const log = join(this.#root, 'run/parleyd.log');
    return existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-12).join('\n') : '';
  }

  async close(): Promise<void> {
    await this.#names.close();
    rmSync(this.#root, { recursive: true, force: true });
  }
}
