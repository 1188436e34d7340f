import { expect, test } from 'vitest';
import { bannerWords } from '../../../renderer/connection/banner-words.ts';
import type { Connection } from '../../../shared/model.ts';
import { account } from '../scripted-bridge.tsx';

const NOW = 1_000_000;
const words = (connection: Connection): string | undefined => {
  const banner = bannerWords(account({ connection }), NOW);
  const actions = [banner?.action, banner?.otherwise].filter((action) => action !== undefined);
  return banner && `${banner.kind}: ${banner.head} ${banner.text} (${actions.join(', ')})`;
};

test.each<[Connection, string | undefined]>([
  [{ phase: 'online' }, undefined],
  [
    { phase: 'waiting', retryAt: NOW + 3_200, problem: { code: 'unreachable', reason: 'ECONNREFUSED' } },
    'plain: Reconnecting in 4 s. a.example did not answer. (try-now)',
  ],
  [
    { phase: 'waiting', retryAt: NOW - 1 },
    'plain: Reconnecting. What you write waits here and is sent when you are back. (try-now)',
  ],
  [
    { phase: 'waiting' },
    'plain: You are offline. What you write waits here and is sent when you are back. (try-now)',
  ],
  [
    {
      phase: 'waiting',
      retryAt: NOW + 9,
      problem: { code: 'certificate-refused', reason: '', other: 'x.example' },
    },
    'bad: Not connected. The certificate names x.example, not a.example. Someone may be in between. (try-now)',
  ],
  [
    { phase: 'signed-out', passwordNeeded: true, problem: { code: 'secret-store-locked', reason: '' } },
    'warn: The keychain is locked, so Parley cannot read your password. Nothing is lost. (unlock, password)',
  ],
  [
    { phase: 'signed-out', passwordNeeded: true, problem: { code: 'secret-store-unavailable', reason: '' } },
    'warn: The keychain does not answer, so Parley cannot read your password. Nothing is lost. (again, password)',
  ],
  [
    { phase: 'signed-out', passwordNeeded: true, problem: { code: 'secret-store-changed', reason: '' } },
    'warn: This is another keychain than the one that has your password. Nothing is lost. (password)',
  ],
  [
    {
      phase: 'waiting',
      retryAt: NOW + 2_000,
      problem: { code: 'proxy-unreachable', reason: 'ECONNREFUSED', other: '127.0.0.1:9050' },
    },
    'plain: Reconnecting in 2 s. The proxy 127.0.0.1:9050 cannot be reached. (try-now, network)',
  ],
  [
    { phase: 'signed-out', problem: { code: 'version-not-supported', reason: '' } },
    'bad: Not connected. a.example speaks another version. Update Parley. (update)',
  ],
  [
    { phase: 'signed-out', problem: { code: 'proxy-authentication', reason: '', other: 'p:1' } },
    'bad: Not connected. The proxy p:1 does not take the name and the password. (try-now, network)',
  ],
  [
    { phase: 'signed-out', passwordNeeded: true, problem: { code: 'authentication-failed', reason: '' } },
    'warn: Not signed in. alice@a.example and the password that Parley has do not match. (password)',
  ],
  [
    { phase: 'signed-out', passwordNeeded: true },
    'warn: Not signed in. Parley needs the password of alice@a.example. (password)',
  ],
  [
    { phase: 'signed-out', passwordNeeded: true, problem: { code: 'tls-required', reason: '' } },
    'warn: Not signed in. a.example allows private connections only. (password)',
  ],
  [
    { phase: 'signed-out' },
    'plain: Signed out of a.example. What you write waits here and is sent when you are back. (connect)',
  ],
  [
    { phase: 'securing' },
    'plain: Connecting to a.example. What you write waits here and is sent when you are back. ()',
  ],
])('%j', (connection, expected) => {
  expect(words(connection)).toBe(expected);
});

test('without a keychain it says so', () => {
  const banner = bannerWords(
    account({ secret: 'unavailable', connection: { phase: 'signed-out', passwordNeeded: true } }),
    NOW,
  );
  expect(banner?.text).toBe(
    'There is no keychain on this computer, so Parley asks for the password of alice@a.example at each start.',
  );
});
