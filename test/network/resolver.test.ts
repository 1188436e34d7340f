import { afterEach, describe, expect, test } from 'vitest';
import { orderTargets, parseTarget, resolveDomain, systemDns } from '../../network/resolver.ts';
import type { RandomBytes } from '../../shared/clock.ts';
import { DnsServer, type Zone } from '../fixtures/dns.ts';

const zeros: RandomBytes = (length) => new Uint8Array(length);
const ones: RandomBytes = (length) => new Uint8Array(length).fill(255);

let server: DnsServer | undefined;

const resolveIn = async (domain: string, zone: Zone) => {
  server = await DnsServer.start(zone);
  return resolveDomain(domain, '_impp-client._tcp', systemDns([server.address]), zeros);
};

const srv = (target: string, port = 2779, priority = 0, weight = 0) =>
  ({ type: 'SRV', target, port, priority, weight }) as const;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('the servers of a domain', () => {
  test('are those of its SRV records, by priority', async () => {
    const zone = { '_impp-client._tcp.a.example': [srv('late.example', 1, 20), srv('first.example', 2, 10)] };
    expect(await resolveIn('a.example', zone)).toEqual([
      { host: 'first.example', port: 2 },
      { host: 'late.example', port: 1 },
    ]);
  });

  test('are the domain itself where there are no such records', async () => {
    expect(await resolveIn('a.example', { 'a.example': [] })).toEqual([{ host: 'a.example', port: 2779 }]);
  });

  test('are none where the only record says so', async () => {
    const zone = { '_impp-client._tcp.a.example': [srv('.', 0)] };
    await expect(resolveIn('a.example', zone)).rejects.toMatchObject({ code: 'domain-unknown' });
  });

  test('are not known when DNS fails: that is never "no records"', async () => {
    const zone = { '_impp-client._tcp.a.example': 'SERVFAIL' } as const;
    await expect(resolveIn('a.example', zone)).rejects.toMatchObject({
      code: 'unreachable',
      data: { domain: 'a.example' },
    });
  });

  test.each(['localhost', 'demo.localhost', '127.0.0.1'])('%s needs no DNS', async (domain) => {
    expect(await resolveIn(domain, {})).toEqual([{ host: domain, port: 2779 }]);
    expect(server?.asked).toEqual([]);
  });

  test('a name under .invalid is not asked for', async () => {
    await expect(resolveIn('nowhere.invalid', {})).rejects.toMatchObject({ code: 'domain-unknown' });
    expect(server?.asked).toEqual([]);
  });
});

describe('the order of RFC 2782', () => {
  const heavy = { name: 'heavy', port: 1, priority: 0, weight: 90 };
  const light = { name: 'light', port: 1, priority: 0, weight: 10 };
  const none = { name: 'none', port: 1, priority: 0, weight: 0 };

  test('chance decides by weight', () => {
    expect(orderTargets([heavy, light, none], zeros).map(({ host }) => host)).toEqual([
      'none',
      'light',
      'heavy',
    ]);
    expect(orderTargets([none, light, heavy], ones).map(({ host }) => host)).toEqual([
      'heavy',
      'light',
      'none',
    ]);
  });

  test('every target comes once, whatever chance says', () => {
    for (let round = 0; round < 200; round++) {
      const random: RandomBytes = () => new Uint8Array([round, round * 7, round * 31, round * 17]);
      expect(new Set(orderTargets([heavy, light, none], random).map(({ host }) => host)).size).toBe(3);
    }
  });
});

describe('what is typed under "Advanced"', () => {
  test.each([
    ['im.example:5000', { host: 'im.example', port: 5000 }],
    ['IM.example', { host: 'im.example', port: 2779 }],
    [' 127.0.0.1:1 ', { host: '127.0.0.1', port: 1 }],
    ['[::1]:2780', { host: '::1', port: 2780 }],
  ])('%s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  test.each(['', ':5', 'a:0', 'a:65536', 'a:b', 'http://a:1', 'a b:1', '::1'])('not %j', (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});
