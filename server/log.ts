import { pino } from 'pino';

import type { Config } from './config.ts';
import type { Log } from './domain.ts';

/** Fields whose value is never in a log, wherever in the data: not even by mistake. */
const SECRET = /password|body|key|verifier|token|invite|salt|secret|credential|nonce/iu;
/** Deeper data is not for people. */
const MAX_DEPTH = 6;

export interface Destination {
  write(line: string): void;
}

/** JSON lines on stderr (or `destination`): time, level, event, data. */
export function createLog(level: Config['log']['level'], destination: Destination = stderr): Log {
  const log = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (data) => cleanFields(data, 0) },
    },
    destination,
  );
  return {
    debug: (event, data = {}) => log.debug(data, event),
    info: (event, data = {}) => log.info(data, event),
    warn: (event, data = {}) => log.warn(data, event),
    error: (event, data = {}) => log.error(data, event),
  };
}

// Written at once: what is said just before a crash is what matters most.
const stderr: Destination = { write: (line) => void process.stderr.write(line) };

function cleanFields(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, unknown]) => [
      name,
      SECRET.test(name) ? '[secret]' : clean(value, depth + 1),
    ]),
  );
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // Octets are a message, a key or half of a sign-in: their number is all that a log needs.
  if (ArrayBuffer.isView(value)) return `${value.byteLength} octets`;
  if (value instanceof Error) return cleanError(value, depth);
  if (depth > MAX_DEPTH) return '...';
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  return cleanFields(value, depth);
}

/** Of an error what helps to find it; its other fields stay out. */
function cleanError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const told = { name, code, message, stack };
  return cause === undefined || depth > MAX_DEPTH ? told : { ...told, cause: clean(cause, depth + 1) };
}
