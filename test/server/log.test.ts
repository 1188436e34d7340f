import { expect, test } from 'vitest';

import { createLog } from '../../server/log.ts';
import { ImppError } from '../../shared/errors.ts';

function capture(level: Parameters<typeof createLog>[0] = 'debug'): {
  log: ReturnType<typeof createLog>;
  text: () => string;
  lines: () => Record<string, unknown>[];
} {
  let text = '';
  const log = createLog(level, { write: (line) => void (text += line) });
  const lines = (): Record<string, unknown>[] =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, text: () => text, lines };
}

test('a line is one JSON object: level, time, event, data', () => {
  const { log, lines } = capture();
  log.warn('connection cut', { user: 'alice', octets: 5, text: 'two\nlines' });
  expect(lines()).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/Z$/) as string,
      event: 'connection cut',
      user: 'alice',
      octets: 5,
      text: 'two\nlines',
    },
  ]);
});

test('what is below the level is left out', () => {
  const { log, lines } = capture('warn');
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  expect(lines().map((line) => line['event'])).toEqual(['c', 'd']);
  const { log: silent, text } = capture('silent');
  silent.error('x');
  expect(text()).toBe('');
});

test('never a password, body, key, verifier or token, even if somebody hands it over', () => {
  const { log, text, lines } = capture();
  const body = Buffer.from('SECRET');
  for (const name of ['password', 'body', 'key', 'verifier', 'token', 'invite', 'salt', 'secret']) {
    log.info('event', { [name]: 'SECRET' });
    log.info('event', { request: { [name]: 'SECRET' } });
    log.info('event', { deep: { request: { [name]: 'SECRET' } } });
  }
  log.info('event', { body, request: { body } });
  log.info('event', { bytes: body, chunk: body, nested: { chunk: new Uint8Array(body) } });
  expect(text()).not.toContain('SECRET');
  expect(text()).not.toContain('83,69,67');
  expect(text()).not.toContain('"0":83');
  expect(lines()).toHaveLength(26);
});

test('an error tells its code, message, place and cause, and not its other fields', () => {
  const { log, lines } = capture();
  const cause = Object.assign(new Error('disk'), { sql: 'INSERT SECRET' });
  log.error('failed', { error: new ImppError('internal-error', 'The store has failed.', { cause }) });
  const [line] = lines();
  expect(line?.['error']).toMatchObject({
    code: 'internal-error',
    message: 'The store has failed.',
    cause: { message: 'disk' },
  });
  expect(JSON.stringify(line)).not.toContain('SECRET');
});
