// [IMPP 6] HELLO.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Domain, startDomain } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

describe('HELLO', () => {
  test('OK states what the domain is and takes, all of it and as the page says', async () => {
    const client = await domain.connect();
    const ok = await client.hello(domain.name);
    expect(ok.startLine).toMatch(/^OK \(HELLO\) t1 impp\/1\.0$/);
    expect(ok.get('Domain')).toBe(domain.name);
    expect(ok.get('Agent')).toBeTruthy();
    expect(ok.get('Services')?.split(' ').sort()).toEqual(['im', 'presence']);
    expect(ok.get('Max-Message-Size')).toBe(String(10 * 1024 * 1024));
    expect(ok.get('Max-Pending')).toBe('128');
    expect(ok.get('Idle-Timeout')).toBe('300');
    expect(ok.get('Bulk-Threshold')).toBe('65536');
    expect(ok.get('TLS')).toBe('unavailable');
    expect(ok.get('Auth-Mechanisms')).toBe('SCRAM-SHA-256');
    expect(ok.get('Registration')).toBe('open');
    expect(ok.get('Policy')).toBeUndefined();
    expect(ok.get('Content-Length')).toBeUndefined();
    await client.ping();
  });
});
