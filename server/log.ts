import { pino } from 'pino';

import type { Config } from './config.ts';
import type { Log } from './domain.ts';

/** Never in a log, wherever in the data: not even by mistake. */
const SECRET = [
  'password',
  'body',
  'key',
  'verifier',
  'token',
  'invite',
  'salt',
  'authorization',
  'secret',
  'initial',
  'challenge',
  'bytes',
];
const DEPTHS = ['', '*.', '*.*.'];

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
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: DEPTHS.flatMap((depth) => SECRET.map((name) => `${depth}${name}`)),
        censor: '[secret]',
      },
      serializers: { error: describe, reason: describe },
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

/** Of an error what helps to find it; its data fields stay out. */
function describe(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  const code = 'code' in value ? value.code : undefined;
  return { name, code, message, stack, ...(cause === undefined ? {} : { cause: describe(cause) }) };
}
