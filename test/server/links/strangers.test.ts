// Who says to be another domain and does not prove it: not for long, and not again and again.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import { FAILED_AUTH_PER_ADDRESS } from '../../../shared/impp/limits.ts';
import type { TestDomain } from '../harness.ts';
import type { Peer } from '../peer.ts';
import { Federation, IN_CLEAR } from './federation.ts';

let federation: Federation;
let a: TestDomain;

beforeEach(async () => {
  federation = new Federation();
  a = await federation.domain('a.example', ['alice'], { config: IN_CLEAR });
});

afterEach(async () => {
  await federation.close();
  expect(a.errors).toEqual([]);
});

/** As `host`, from an address; HELLO has been said. */
const link = async (host: string, address: string): Promise<Peer> => {
  const peer = a.connect(address);
  await peer.demand('HELLO', { Domain: 'a.example', Role: 'domain', From: `impp://${host}/` });
  return peer;
};

const callback = async (peer: Peer): Promise<string> => {
  const headers = { Mechanism: 'CALLBACK', 'Content-Type': 'application/sasl' };
  return (await peer.ask('AUTH', headers, 'x'.repeat(32))).headers.get('Error') ?? 'OK';
};

/** What so many attempts come to, over as many connections as it takes. */
const attempts = async (host: string, address: string, count: number): Promise<string[]> => {
  const outcomes: string[] = [];
  let peer = await link(host, address);
  while (outcomes.length < count) {
    if (outcomes.length % 4 === 0) peer = await link(host, address);
    outcomes.push(await callback(peer));
  }
  return [...new Set(outcomes)];
};

test('a connection that says no more than HELLO ends after 30 seconds', async () => {
  const peer = await link('b.example', '192.0.2.66');
  await a.advance(29_000);
  expect(peer.isClosed).toBe(false);
  await a.advance(2_000);
  await peer.closed();
  expect(peer.received).toContain('Error: timeout');
  expect(Object.fromEntries(a.server.tally.cuts)).toEqual({ 'no-sign-in': 1 });
});

test('twenty lies from an address in ten minutes are enough, whomever they are about', async () => {
  federation.play('b.example', (peer) => {
    void (async () => {
      peer.ok(await peer.next('HELLO'), { Domain: 'b.example', TLS: 'unavailable' });
      peer.error(await peer.next('VERIFY'), new ImppError('permission-denied', 'not mine'));
    })();
  });
  expect(await attempts('b.example', '192.0.2.66', FAILED_AUTH_PER_ADDRESS)).toEqual([
    'authentication-failed',
  ]);
  const before = federation.reached.length;
  expect(await attempts('b.example', '192.0.2.66', 2)).toEqual(['too-many-requests']);
  // Nobody is called any more; others may still say who they are.
  expect(federation.reached).toHaveLength(before);
  expect(await attempts('b.example', '192.0.2.67', 1)).toEqual(['authentication-failed']);
  await a.advance(600_000);
  expect(await attempts('b.example', '192.0.2.66', 1)).toEqual(['authentication-failed']);
});

test('domains that are not reached are a tenth of a lie each', async () => {
  const most = 10 * FAILED_AUTH_PER_ADDRESS;
  expect(await attempts('nowhere.example', '192.0.2.66', most)).toEqual(['authentication-failed']);
  expect(await attempts('nowhere.example', '192.0.2.66', 1)).toEqual(['too-many-requests']);
});
