import { describe, expect, test } from 'vitest';
import {
  ownStateWords,
  presenceLine,
  presenceSummary,
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
  [
    {
      state: 'do-not-disturb',
      note: '',
      activity: 'meeting',
      quiet: { by: 'hours', until: NOON + HOUR, chosen: 'busy' },
    },
    /^Do not disturb until \D?1:00/,
  ],
  [
    { state: 'do-not-disturb', note: '', quiet: { by: 'system', chosen: 'available' } },
    /^Do not disturb by itself$/,
  ],
  // What the person chose has no end.
  [
    {
      state: 'do-not-disturb',
      note: '',
      quiet: { by: 'hours', until: NOON + HOUR, chosen: 'do-not-disturb' },
    },
    /^Do not disturb$/,
  ],
  [{ state: 'away', note: '', quiet: { by: 'hours', until: NOON + HOUR, chosen: 'away' } }, /^Away$/],
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

describe('how old a presence is, and how long it holds', () => {
  const presence = {
    state: 'busy',
    note: 'On the phone',
    since: NOON - 2 * HOUR,
    until: NOON + 3 * HOUR,
    goodUntil: NOON + HOUR,
  } as const;
  const bob = contact({ presence });

  test('the head of a conversation says until when', () => {
    expect(presenceLine(bob, NOON)).toMatch(/^Busy until \S+( PM)?, On the phone$/);
    expect(presenceLine(bob, NOON + 4 * HOUR)).toBe('Busy, On the phone');
  });

  test('where there is only a sign, its description says since and until', () => {
    expect(presenceSummary(bob, 'Bob', true, NOON)).toMatch(/^Busy\. Since .+, until .+\.$/);
    expect(presenceSummary(bob, 'Bob', true, NOON)).not.toMatch(/Good until/);
    expect(presenceSummary(bob, 'Bob', true, NOON + 4 * HOUR)).toMatch(/which has passed\.$/);
  });

  test('the details say until when the watch vouches for it', () => {
    const [since, until, ...rest] = presenceTimes(presence, NOON);
    expect(since).toMatch(/^Since .+, until /);
    expect(until).toMatch(/^Good until /);
    expect(rest).toEqual([]);
  });

  test.each([
    ['active', true, /^Unknown\. b\.example has sent nothing/],
    ['active', false, /^Unknown\. You are not connected/],
    ['asked', true, /^Unknown\. Bob has been asked/],
    ['refused', true, /^Unknown\. Bob does not show you presence/],
    ['ended', true, /^Unknown\. Your watch of Bob has ended/],
    ['none', false, /^Unknown\. Bob is asked to show you presence when/],
  ] as const)('unknown with a watch that is %s is never offline', (watch, isOnline, words) => {
    const unknown = contact({ watch, presence: { state: 'unknown' } });
    expect(presenceSummary(unknown, 'Bob', isOnline, NOON)).toMatch(words);
    expect(presenceSummary(unknown, 'Bob', isOnline, NOON)).not.toMatch(/[Oo]ffline/);
  });
});
