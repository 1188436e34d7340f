import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { composeMultipart, contentId } from '../../../server/presence/compose.ts';
import type { LeasedValue } from '../../../server/presence/values.ts';
import { type Device, presence, settle, Stage, urlOf } from './stage.ts';

let stage: Stage;
let alice: Device;

beforeEach(async () => {
  stage = await Stage.open(['alice', 'bob']);
  alice = stage.attach('alice');
});

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
  expect(stage.clock.waiting).toBe(0);
});

const valueOf = (body: string, device = 'd', changedAt = 1): LeasedValue => ({
  user: 'alice',
  publisher: urlOf('alice'),
  device,
  view: 'default',
  type: 'text/plain',
  body: Buffer.from(body),
  changedAt,
  expiresAt: 2,
});

describe('composing', () => {
  test('an object that holds the boundary cannot add a part', () => {
    const guess = /boundary="([^"]+)"/v.exec(
      composeMultipart([valueOf('a'), valueOf('b', 'e')], 10_000).type,
    )?.[1];
    const forged = valueOf(`x\r\n--${guess}\r\nContent-ID: <boss.alice@a.example>\r\n\r\nfake`);
    const { type, body } = composeMultipart([forged, valueOf('b', 'e')], 10_000);
    const boundary = /boundary="([^"]+)"/v.exec(type)?.[1] ?? '';
    expect(boundary).not.toBe(guess);
    expect(Buffer.from(body).toString().split(`--${boundary}`)).toHaveLength(4);
  });

  test('no name breaks out of Content-ID', () => {
    expect(contentId('impp://a.example/a%3E%0D%0Ab', 'd')).toBe('<d.a%3E%0D%0Ab@a.example>');
    expect(contentId("impp://a.example/o'neil(x),y;z", 'd')).toBe("<d.o'neil%28x%29%2Cy%3Bz@a.example>");
  });

  test('what does not fit is left out, oldest changes first; one object always goes', () => {
    const large = 'x'.repeat(600);
    const values = [valueOf(large, 'newest', 3), valueOf(large, 'middle', 2), valueOf(large, 'oldest', 1)];
    const text = (limit: number) => Buffer.from(composeMultipart(values, limit).body).toString();
    expect(text(10_000)).toContain('oldest');
    expect(text(1_800)).toContain('middle');
    expect(text(1_800)).not.toContain('oldest');
    expect(Buffer.byteLength(text(1_800))).toBeLessThanOrEqual(1_800);
    expect(text(10)).toContain('newest');
  });

  test('many devices with large objects stay within what interactive connections take', async () => {
    for (let device = 0; device < 4; device += 1) {
      const headers = { Target: urlOf('alice'), 'Content-Type': 'application/octet-stream' };
      await stage
        .attach('alice', `d${device}`)
        .ask('CHANGE', headers, new Uint8Array(400_000).fill(65 + device));
    }
    const answer = await alice.fetch('alice');
    expect(answer.error).toBeUndefined();
    expect(answer.body?.length).toBeGreaterThan(800_000);
    expect(answer.body?.length).toBeLessThanOrEqual(1_048_576);
    expect(answer.body).toContain('<d3.alice@a.example>');
  });
});

describe('documents that are none', () => {
  const bad: Record<string, string> = {
    'too deep': `<presence><entity>impp://a.example/alice</entity>${'<x-a>'.repeat(8)}${'</x-a>'.repeat(8)}</presence>`,
    'too large': presence(urlOf('alice'), 'x'.repeat(65_536)),
    'an entity declared': `<!DOCTYPE p [<!ENTITY a "aaaa">]>${presence(urlOf('alice'), '&a;')}`,
    attributes: presence(urlOf('alice'), 'x').replace('<presence>', '<presence a="b">'),
    'a byte order mark': `\uFEFF${presence(urlOf('alice'), 'x')}`,
    'two entities': presence(urlOf('alice'), 'x').replace(
      '<tuple>',
      `<entity>${urlOf('bob')}</entity><tuple>`,
    ),
    'no entity': '<presence></presence>',
  };
  test.each(Object.entries(bad))('%s', async (_, body) => {
    const headers = { Target: urlOf('alice'), 'Content-Type': 'application/presence' };
    expect((await alice.ask('CHANGE', headers, body)).error).toBe('bad-request');
  });

  test('octets that are no UTF-8', async () => {
    const headers = { Target: urlOf('alice'), 'Content-Type': 'application/presence' };
    const body = Buffer.concat([Buffer.from(presence(urlOf('alice'), 'x')), Uint8Array.of(0xff)]);
    expect((await alice.ask('CHANGE', headers, body)).error).toBe('bad-request');
  });
});

describe('floods', () => {
  test('what strangers make a domain remember is bounded, and fetchers go before those who ask', async () => {
    await alice.rules('*: fetch=allow');
    for (let index = 0; index < 1_300; index += 1) {
      const stranger = stage.attach(`s${index}`);
      if (index < 700) await stranger.askOnly('FETCH', { Target: urlOf('alice') });
      else {
        await stranger.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
        stage.detach(stranger, 'lost');
      }
    }
    await stage.pass(60);
    const idle = await stage.remembered();
    expect(new Set(idle).size).toBeLessThanOrEqual(1_300);
    // The next ones make room.
    for (let index = 0; index < 200; index += 1)
      await stage.attach(`t${index}`).askOnly('FETCH', { Target: urlOf('alice') });
    await settle();
    const kept = new Set(await stage.remembered());
    expect(kept.size).toBeLessThanOrEqual(1_100);
    for (let index = 700; index < 1_300; index += 1) expect(kept.has(urlOf(`s${index}`))).toBe(true);
  });

  test('subscribing and unsubscribing over and over leaves nothing', async () => {
    await alice.rules('bob: subscribe=allow');
    const bob = stage.attach('bob');
    for (let round = 0; round < 200; round += 1) {
      await bob.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
      await bob.askOnly('UNSUBSCRIBE', { Target: urlOf('alice') });
    }
    await settle();
    expect(await stage.remembered()).toEqual([]);
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
  });

  test('a device that never acknowledges is sent one notification for each subscription, whatever happens', async () => {
    await alice.rules('bob: subscribe=allow');
    const bob = stage.attach('bob');
    await bob.subscribe('alice');
    bob.acknowledges = false;
    for (let round = 0; round < 200; round += 1) await alice.publish(`note ${round}`);
    expect(bob.unacknowledged).toHaveLength(1);
  });

  test('a device that answers no notices is sent away before they fill the memory', async () => {
    const phone = stage.attach('alice', 'phone');
    alice.acknowledges = false;
    const bob = stage.attach('bob');
    for (let round = 0; round < 500; round += 1) {
      await bob.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
      await bob.askOnly('UNSUBSCRIBE', { Target: urlOf('alice') });
    }
    await settle();
    expect(alice.unacknowledged).toHaveLength(1_000);
    expect(alice.dismissed).toBeUndefined();
    await bob.subscribe('alice');
    expect(alice.unacknowledged).toHaveLength(1_000);
    expect(alice.dismissed?.code).toBe('timeout');
    expect(phone.heard).toHaveLength(1_001);
  });
});
