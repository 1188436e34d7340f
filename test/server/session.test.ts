import { afterEach, describe, expect, test } from 'vitest';
import { type DomainOptions, HOST, TestDomain, urlOf } from './harness.ts';

let domain: TestDomain | undefined;

const start = async (options: DomainOptions = {}): Promise<TestDomain> => {
  domain = await TestDomain.start(options);
  return domain;
};

afterEach(async () => {
  await domain?.close();
  domain = undefined;
});

describe('a client signs in', () => {
  test('HELLO, AUTH and ATTACH make an endpoint', async () => {
    const { attach } = await start({ users: ['alice'] }).then((started) => ({
      attach: started.attach.bind(started),
    }));
    const alice = await attach('alice');
    expect(alice.connectionId).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect((await alice.ask('PING')).ok).toBe(true);
    expect(alice.from).toBe(urlOf('alice'));
    expect(HOST).toBe('a.example');
  });
});
