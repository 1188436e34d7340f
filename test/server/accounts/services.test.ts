import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { outcome } from '../inbox/mail.ts';
import { TestDomain, urlOf } from '../harness.ts';

let domain: TestDomain;
beforeEach(async () => {
  domain = await TestDomain.start({ users: ['both'] });
  await domain.addAccount('seen', ['presence']);
  await domain.addAccount('heard', ['im']);
});
afterEach(async () => {
  await domain.close();
  expect(domain.errors).toEqual([]);
});

const PRESENCE = { 'Content-Type': 'application/presence' };
const objectOf = (user: string): string =>
  `<presence><entity>${urlOf(user)}</entity><tuple><id>t</id><status>open</status></tuple></presence>`;

describe('[RFC 2779 2.1.1] a presence service without messages', () => {
  test('publishes, watches and is watched; SEND to it is mailbox-unavailable', async () => {
    const seen = await domain.attach('seen');
    const both = await domain.attach('both');
    await seen.demand(
      'SET-ACL',
      { Target: urlOf('seen'), 'Content-Type': 'application/impp-acl' },
      '<acl><rule><who>*</who><subscribe>allow</subscribe><fetch>allow</fetch></rule></acl>',
    );
    await seen.demand('CHANGE', { Target: urlOf('seen'), ...PRESENCE }, objectOf('seen'));
    for (const method of ['SUBSCRIBE', 'FETCH']) {
      const { body } = await both.demand(method, { Target: urlOf('seen') });
      expect(Buffer.from(body ?? []).toString()).toBe(objectOf('seen'));
    }
    await seen.demand('SUBSCRIBE', { Target: urlOf('both') });
    expect(await outcome(both, 'seen')).toBe('mailbox-unavailable');
    expect(await outcome(both, 'seen', { headers: { Storage: 'none' } })).toBe('mailbox-unavailable');
  });

  test('what it sends arrives, and leaves no copy with it', async () => {
    const seen = await domain.attach('seen');
    expect(await outcome(seen, 'both')).toBe('stored');
    expect(await domain.storage.entries('seen', { after: 0, limit: 9 })).toEqual([]);
    expect((await seen.demand('GET-INBOX')).headers.get('Count')).toBe('0');
    expect((await seen.refusal('GET-MESSAGE', { 'Inbox-Sequence': 1 })).code).toBe('message-unknown');
  });
});

describe('[RFC 2779 2.1.2] messages without presence', () => {
  test('has an inbox; every presence request about it is target-unknown, its own too', async () => {
    const heard = await domain.attach('heard');
    const both = await domain.attach('both');
    const sending = outcome(both, 'heard');
    await heard.accept('SEND');
    expect(await sending).toBe('delivered');
    for (const method of ['SUBSCRIBE', 'FETCH', 'UNSUBSCRIBE', 'GET-SUBSCRIPTION', 'GET-WATCHERS']) {
      expect((await heard.refusal(method, { Target: urlOf('heard') })).code, method).toBe('target-unknown');
      const code = method === 'GET-WATCHERS' ? 'permission-denied' : 'target-unknown';
      expect((await both.refusal(method, { Target: urlOf('heard') })).code, method).toBe(code);
    }
    for (const asker of [heard, both]) {
      const refused = await asker.refusal(
        'CHANGE',
        { Target: urlOf('heard'), ...PRESENCE },
        objectOf('heard'),
      );
      expect(refused.code).toBe('target-unknown');
    }
  });

  test('its access rules say who may write, and it watches others', async () => {
    const heard = await domain.attach('heard');
    const both = await domain.attach('both');
    await heard.demand(
      'SET-ACL',
      { Target: urlOf('heard'), 'Content-Type': 'application/impp-acl' },
      `<acl><rule><who>${urlOf('both')}</who><send>deny</send></rule></acl>`,
    );
    expect(await outcome(both, 'heard')).toBe('permission-denied');
    await heard.demand('SUBSCRIBE', { Target: urlOf('both') });
  });
});

describe('[RFC 2779 2.1.3] the two need not go by one name', () => {
  test('presence that names another inbox is passed on as it is', async () => {
    const seen = await domain.attach('seen');
    const object = objectOf('seen').replace(
      '</status>',
      `</status><contact-means>im</contact-means><contact-address>${urlOf('heard')}</contact-address>`,
    );
    await seen.demand('CHANGE', { Target: urlOf('seen'), ...PRESENCE }, object);
    const { body } = await seen.demand('FETCH', { Target: urlOf('seen') });
    expect(Buffer.from(body ?? []).toString()).toBe(object);
  });
});
