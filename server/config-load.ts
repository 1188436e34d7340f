// From a file and a command line to a Config.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';

import { ImppError } from '../shared/errors.ts';
import { certificateFile } from './acme/folder.ts';
import { type Config, defaultConfig } from './config.ts';
import { DOMAIN_SETTINGS, SETTINGS, tryHost } from './config-settings.ts';

/** A value and who gave it, for messages. */
export interface Given {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
}

/** Settings whose value is a file or folder: in a configuration file they are relative to that file. */
const PATHS = new Set(['data', 'tls.cert', 'tls.key', 'tls.ca', 'tls.crl', 'federation.blocklist']);

const invalid = (reason: string, cause?: unknown): ImppError =>
  new ImppError('invalid-argument', reason, { cause });

/**
 * Reads a TOML file into settings.
 * @throws ImppError invalid-argument with a sentence that says what to change
 */
export function readConfigFile(path: string): Given[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(`The configuration file cannot be read: ${reason}.`, cause);
  }
  try {
    return flatten(parse(text), '', path).map((given) => ({ ...given, value: fromFile(given, path) }));
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [what = 'not TOML'] = cause.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw invalid(`${path}, line ${cause.line}: ${what}.`, cause);
  }
}

/** `KEY=VALUE` of --set. @throws ImppError invalid-argument */
export function readAssignment(assignment: string): Given {
  const at = assignment.indexOf('=');
  if (at <= 0) throw invalid(`--set ${assignment}: give it as KEY=VALUE.`);
  const key = assignment.slice(0, at).trim();
  return { key, value: assignment.slice(at + 1), source: '--set' };
}

/**
 * Lays settings over the defaults, later ones over earlier ones, and checks them.
 * @throws ImppError invalid-argument with a sentence that says what to change
 */
export function loadConfig(given: readonly Given[]): Config {
  const tree: Record<string, Record<string, unknown>> = {};
  const groups = tree as Record<string, unknown>;
  const keys = new Set<string>();
  for (const { key, value, source } of given) {
    const { path, schema, name } = settingOf(key, source);
    const checked = schema.safeParse(value);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      throw invalid(
        `${source}: ${name} is ${JSON.stringify(value)}; it has to be ${issue?.message ?? 'valid'}.`,
      );
    }
    keys.add(name);
    let group: Record<string, unknown> = groups;
    for (const part of path.slice(0, -1)) group = (group[part] ??= {}) as Record<string, unknown>;
    group[path.at(-1) ?? ''] = checked.data;
  }
  if (!keys.has('domain')) {
    throw invalid('Which domain? Give --domain D, or domain = "D" in the file of --config.');
  }
  return settle(defaultConfig(tree), keys);
}

function settingOf(
  key: string,
  source: string,
): { path: string[]; schema: (typeof SETTINGS)[string]; name: string } {
  const schema = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
  if (schema) return { path: key.split('.').map(camelCase), schema, name: key };
  for (const [table, tableSchema] of Object.entries(DOMAIN_SETTINGS)) {
    if (!key.startsWith(`${table}.`)) continue;
    const domain = tryHost(key.slice(table.length + 1).replace(/^"(.*)"$/, '$1'));
    if (domain === undefined)
      throw invalid(`${source}: "${key}" does not name a domain; write ${table}."D".`);
    return { path: [...table.split('.'), domain], schema: tableSchema, name: `${table}."${domain}"` };
  }
  const known = [...Object.keys(SETTINGS), ...Object.keys(DOMAIN_SETTINGS).map((table) => `${table}."D"`)];
  const nearest = known.map((name) => ({ name, far: distance(key, name) })).sort((a, b) => a.far - b.far)[0];
  const hint =
    nearest && nearest.far <= Math.max(3, key.length / 3)
      ? `did you mean ${nearest.name}?`
      : 'parleyd --help lists them all.';
  throw invalid(`${source}: there is no setting "${key}"; ${hint}`);
}

/** What follows from several settings together. */
function settle(config: Config, keys: ReadonlySet<string>): Config {
  const { leases } = config;
  const data = config.data === '' ? `parley-data/${config.domain}` : config.data;
  const tls = settleAcme({ ...config, data }, keys);
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw invalid('tls.cert and tls.key belong together: give both, or neither.');
  }
  const presence = leaseRange(
    'presence',
    leases.presenceMin,
    leases.presenceDefault,
    leases.presenceMax,
    keys,
  );
  const subscription = leaseRange(
    'subscription',
    leases.subscriptionMin,
    leases.subscriptionDefault,
    leases.subscriptionMax,
    keys,
  );
  const interdomain = Math.max(subscription.min, Math.min(leases.subscriptionInterdomain, subscription.max));
  return {
    ...config,
    data,
    tls,
    leases: {
      presenceMin: presence.min,
      presenceDefault: presence.usual,
      presenceMax: presence.max,
      subscriptionMin: subscription.min,
      subscriptionDefault: subscription.usual,
      subscriptionMax: subscription.max,
      subscriptionInterdomain: interdomain,
    },
  };
}

/** By ACME, certificate and key are the one file that it keeps. */
function settleAcme({ acme, domain, data, tls }: Config, keys: ReadonlySet<string>): Config['tls'] {
  if (!acme.terms) {
    const [given] = [...keys].filter((key) => key.startsWith('acme.') && key !== 'acme.terms');
    if (given === undefined) return tls;
    throw invalid(
      `${given} is given, but nothing is asked of an authority before acme.terms=true accepts its terms.`,
    );
  }
  if (tls.cert !== undefined || tls.key !== undefined)
    throw invalid(
      'The certificate is either in tls.cert and tls.key, or kept by ACME (acme.terms): give one of them.',
    );
  if (isIP(domain) !== 0 || !domain.includes('.'))
    throw invalid(`No authority certifies "${domain}": ACME is for domains in DNS, like example.org.`);
  const file = certificateFile(data);
  return { ...tls, cert: file, key: file };
}

/** What the operator gave holds, and defaults make room for it; two given that contradict are a fault. */
function leaseRange(
  what: 'presence' | 'subscription',
  min: number,
  usual: number,
  max: number,
  keys: ReadonlySet<string>,
): { min: number; usual: number; max: number } {
  const isGiven = (end: string): boolean => keys.has(`leases.${what}-${end}`);
  let least = min;
  let most = max;
  if (least > most) {
    if (isGiven('min') && isGiven('max')) {
      throw invalid(`leases.${what}-min (${min}) is above leases.${what}-max (${max}).`);
    }
    if (isGiven('max')) least = most;
    else most = least;
  }
  if (!isGiven('default')) return { min: least, usual: Math.min(Math.max(usual, least), most), max: most };
  if (usual < least && !isGiven('min')) least = usual;
  if (usual > most && !isGiven('max')) most = usual;
  if (usual < least || usual > most) {
    throw invalid(`leases.${what}-default (${usual}) is not between ${least} and ${most} seconds.`);
  }
  return { min: least, usual, max: most };
}

function flatten(table: object, prefix: string, source: string): Given[] {
  return Object.entries(table).flatMap(([name, value]: [string, unknown]) => {
    // Domains have dots of their own.
    const key = `${prefix}${name.includes('.') ? `"${name}"` : name}`;
    const isTable =
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
    return isTable ? flatten(value, `${key}.`, source) : [{ key, value, source }];
  });
}

function fromFile({ key, value }: Given, file: string): unknown {
  if (Array.isArray(value))
    return value.map((one: unknown) => fromFile({ key, value: one, source: file }, file));
  if (typeof value !== 'string' || value === '') return value;
  const folder = dirname(resolve(file));
  if (PATHS.has(key)) return resolve(folder, value);
  if (key !== 'storage.url') return value;
  const path = /^sqlite:(.+)$/.exec(value)?.[1];
  return path === undefined || isAbsolute(path) ? value : `sqlite:${resolve(folder, path)}`;
}

const camelCase = (name: string): string =>
  name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** Letters to change, add or leave out to get from one to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(same, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
