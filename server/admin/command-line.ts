import { parseArgs } from 'node:util';

import { ImppError } from '../../shared/errors.ts';
import { type Address, parseAddress } from '../../shared/impp/address.ts';
import type { Config } from '../config.ts';
import { type Given, loadConfig, readAssignment, readConfigFile } from '../config-load.ts';
import { tryHost } from '../config-settings.ts';

const COMMANDS = [
  'help',
  'version',
  'serve',
  'user add',
  'user list',
  'user remove',
  'user password',
  'user show',
  'user disable',
  'user enable',
  'user forward',
  'user export',
  'user import',
  'invite create',
  'invite list',
  'invite remove',
  'domain forget',
  'backup',
  'restore',
  'check',
  'init',
] as const;

export type CommandName = (typeof COMMANDS)[number];

/** Flags that are settings: the flag, and the setting's key. */
const SETTING_FLAGS: Readonly<Record<string, string>> = {
  domain: 'domain',
  listen: 'listen',
  data: 'data',
  'tls-cert': 'tls.cert',
  'tls-key': 'tls.key',
  registration: 'registration',
};

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  config: { type: 'string' },
  set: { type: 'string', multiple: true },
  domain: { type: 'string' },
  listen: { type: 'string' },
  data: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  registration: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  services: { type: 'string' },
  uses: { type: 'string' },
  days: { type: 'string' },
  contact: { type: 'string' },
  qr: { type: 'string' },
  as: { type: 'string' },
} as const;

/** Flags that belong to some commands only. */
const OWN_FLAGS: Readonly<Record<string, readonly CommandName[]>> = {
  'password-stdin': ['user add', 'user password', 'user import'],
  services: ['user add'],
  uses: ['invite create'],
  days: ['invite create'],
  contact: ['invite create'],
  qr: ['invite create'],
  as: ['user import'],
};

const TAKES_ADDRESS: ReadonlySet<CommandName> = new Set([
  'user add',
  'user remove',
  'user password',
  'user show',
  'user disable',
  'user enable',
  'user forward',
  'user export',
]);
const TAKES_FILE: ReadonlySet<CommandName> = new Set(['backup', 'restore', 'user export', 'user import']);
/** What else a command takes, as the help calls it. */
const TAKES_MORE: Readonly<Partial<Record<CommandName, string>>> = {
  'domain forget': 'DOMAIN',
  'user forward': 'TO',
  'invite remove': 'TOKEN',
};

export interface CommandLine {
  readonly command: CommandName;
  readonly isPasswordOnStdin: boolean;
  readonly services: string | undefined;
  readonly uses: string | undefined;
  readonly days: string | undefined;
  /** Whom an invited person is to talk to first. */
  readonly contact: string | undefined;
  /** FILE of --qr. */
  readonly qr: string | undefined;
  /** What an imported account is to be called. */
  readonly as: string | undefined;
  /** TO or TOKEN of the command; '' for those that take none. */
  readonly word: string;
  /** FILE of the command; '' for those that take none. */
  readonly file: string;
  /** FILE of --config. */
  readonly configFile: string | undefined;
  /** The other domain of the command. @throws ImppError invalid-argument */
  otherDomain(): string;
  /** @throws ImppError invalid-argument with a sentence that says what to change */
  config(): Config;
  /** The address of the command, in the domain of `config`. @throws ImppError invalid-address */
  address(config: Config): Address;
}

const usage = (reason: string): ImppError =>
  new ImppError('invalid-argument', `${reason} (parleyd --help says what there is)`);

/** @throws ImppError invalid-argument for what is no command line */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals, tokens } = parse(args);
  const { command, rest } = commandOf(values, positionals);

  for (const [flag, commands] of Object.entries(OWN_FLAGS)) {
    if (flag in values && !commands.includes(command)) throw usage(`"${command}" does not take --${flag}`);
  }
  const address = TAKES_ADDRESS.has(command) ? rest.shift() : values.as;
  if (TAKES_ADDRESS.has(command) && address === undefined) throw usage(`"${command}" wants an ADDRESS`);
  const more = TAKES_MORE[command];
  const word = more === undefined ? '' : rest.shift();
  if (word === undefined) throw usage(`"${command}" wants a ${more}`);
  const file = TAKES_FILE.has(command) ? rest.shift() : '';
  if (file === undefined) throw usage(`"${command}" wants a FILE`);
  const settings = tokens.find((token) => token.kind === 'option' && token.name !== 'config');
  if (command === 'init' && settings !== undefined) throw usage('"init" takes --config only');
  if (rest.length > 0) throw usage(`"${command}" does not take "${rest.join(' ')}"`);

  return {
    command,
    isPasswordOnStdin: values['password-stdin'] ?? false,
    services: values.services,
    uses: values.uses,
    days: values.days,
    contact: values.contact,
    qr: values.qr,
    as: values.as,
    word,
    file,
    configFile: values.config,
    otherDomain() {
      const host = tryHost(word);
      if (host === undefined) throw usage(`"${command}" wants a DOMAIN`);
      return host;
    },
    config() {
      const given: Given[] = values.config === undefined ? [] : readConfigFile(values.config);
      // In the order in which they stand: the last one holds.
      for (const token of tokens) {
        if (token.kind !== 'option') continue;
        const { name, value = '' } = token;
        const key = SETTING_FLAGS[name];
        if (name === 'set') given.push(readAssignment(value));
        else if (key !== undefined) given.push({ key, value, source: `--${name}` });
      }
      // An address names its domain.
      if (address?.includes('@') && !given.some(({ key }) => key === 'domain')) {
        given.push({ key: 'domain', value: readAddress(address).host, source: address });
      }
      return loadConfig(given);
    },
    address(config) {
      const typed = address ?? '';
      const parsed = readAddress(typed, config.domain);
      if (parsed.host === config.domain) return parsed;
      throw new ImppError('invalid-address', `${typed} is not an address of the domain ${config.domain}.`);
    },
  };
}

/** What an operator types: a name alone is one of `domain`. @throws ImppError invalid-address */
export function readAddress(typed: string, domain?: string): Address {
  const isWhole = domain === undefined || typed.includes('@') || typed.includes(':');
  try {
    return parseAddress(isWhole ? typed : `${typed}@${domain}`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImppError('invalid-address', `"${typed}" is not an address: ${reason}.`, { cause });
  }
}

// The type follows from the options: there is no shorter way to write it.
function parse(args: readonly string[]): ReturnType<typeof parseStrictly> {
  try {
    return parseStrictly(args);
  } catch (cause) {
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split(/\. |\n/);
    throw usage(reason.replace(/\.$/, ''));
  }
}

const parseStrictly = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, tokens: true });

function commandOf(
  values: { help?: boolean; version?: boolean },
  positionals: readonly string[],
): { command: CommandName; rest: string[] } {
  if (values.help) return { command: 'help', rest: [] };
  if (values.version) return { command: 'version', rest: [] };
  if (positionals.length === 0) throw usage('what shall parleyd do?');
  for (const length of [1, 2]) {
    const command = COMMANDS.find((name) => name === positionals.slice(0, length).join(' '));
    if (command) return { command, rest: positionals.slice(length) };
  }
  throw usage(`there is no command "${positionals.slice(0, 2).join(' ')}"`);
}
