import { expect, test } from 'vitest';
import {
  ownStateWords,
  presenceTimes,
  presenceWords,
  unknownWords,
} from '../../../renderer/i18n/presence.ts';
import type { OwnPresence } from '../../../shared/model.ts';
import { account, contact } from '../scripted-bridge.tsx';

const NOON = new Date(2026, 10, 21, 12).getTime();
const HOUR = 3_600_000;

test.each<[OwnPresence, RegExp]>([
  [{ state: 'busy', note: '' }, /^Busy$/],
  [{ state: 'busy', note: '', until: NOON + HOUR }, /^Busy until \D?1:00/],
  [{ state: 'busy', note: '', until: NOON }, /^Busy$/],
  [{ state: 'busy', note: '', activity: 'meeting' }, /^Busy, In a meeting$/],
  [{ state: 'away', note: '', automatic: 'idle' }, /^Away by itself$/],
  [{ state: 'offline', note: '', activity: 'meeting' }, /^Appear offline$/],
])('one says of oneself %o', (own, words) => {
  expect(ownStateWords(account({ own }), NOON).replace('13:00', '1:00')).toMatch(words);
});

test('activities are said in words; those that are not known, as they came', () => {
  expect(presenceWords({ state: 'busy', activity: 'on-the-phone' })).toBe('Busy, On the phone');
  expect(presenceWords({ state: 'available', activity: 'juggling' })).toBe('Available, juggling');
});

test('an end that has passed is said to have passed', () => {
  const lines = presenceTimes({ state: 'busy', since: NOON - 2 * HOUR, until: NOON - HOUR }, NOON);
  expect(lines[0]).toMatch(/^Since /);
  expect(lines[1]).toMatch(/which has passed$/);
});

test('unknown has a reason', () => {
  const unknown = contact({ presence: { state: 'unknown' } });
  expect(unknownWords(unknown, 'Bob', false, NOON)).toMatch(/^You are not connected/);
  expect(unknownWords(unknown, 'Bob', true, NOON)).toMatch(/^b.example has sent nothing/);
  const lapsed = contact({ presence: { state: 'unknown', goodUntil: NOON - HOUR } });
  expect(unknownWords(lapsed, 'Bob', true, NOON)).toMatch(/has not been renewed/);
});
