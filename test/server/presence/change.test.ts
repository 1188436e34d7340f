import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closed, type Device, presence, settle, Stage, urlOf } from './stage.ts';

let stage: Stage;
let alice: Device;
let bob: Device;

beforeEach(async () => {
  stage = await Stage.open(['alice', 'bob', 'carol']);
  alice = stage.attach('alice');
  bob = stage.attach('bob');
  await alice.rules('bob: subscribe=allow fetch=allow');
});

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
  expect(stage.clock.waiting).toBe(0);
});

const seen = async (view?: string): Promise<string> =>
  (await alice.fetch('alice', view === undefined ? {} : { View: view })).body ?? '';

describe('CHANGE publishes for a lease [IMPP 7]', () => {
  test('the server answers with the lease it grants and the Revision', async () => {
    const answer = await alice.publish('here', { 'Lease-Time': '90' });
    expect(answer.error).toBeUndefined();
    expect(answer.headers.get('Lease-Time')).toBe('90');
    expect(answer.revision).toBeGreaterThan(0);
  });

  test('an absent Lease-Time is the default; others are brought within the configured bounds', async () => {
    const granted = async (headers: Record<string, string>) =>
      (await alice.publish('here', headers)).headers.get('Lease-Time');
    expect(await granted({})).toBe('120');
    expect(await granted({ 'Lease-Time': '1' })).toBe('30');
    expect(await granted({ 'Lease-Time': '30' })).toBe('30');
    expect(await granted({ 'Lease-Time': '3600' })).toBe('3600');
    expect(await granted({ 'Lease-Time': '3601' })).toBe('3600');
  });

  test('a leased object ends with its lease, to the moment', async () => {
    await alice.publish('here', { 'Lease-Time': '60' });
    await stage.pass(59.999);
    expect(await seen()).toContain('here');
    await stage.pass(0.001);
    expect(await seen()).toBe(closed('alice'));
  });

  test('it replaces the former one of the same principal, Device and View', async () => {
    await alice.publish('one');
    await alice.publish('two');
    expect(await seen()).toBe(presence(urlOf('alice'), 'two'));
  });

  test('a renewal moves the end of the lease', async () => {
    await alice.publish('here', { 'Lease-Time': '60' });
    await stage.pass(50);
    await alice.publish('here', { 'Lease-Time': '60' });
    await stage.pass(50);
    expect(await seen()).toContain('here');
  });

  test('Lease-Time: 0 withdraws the leased object; there may be none', async () => {
    await alice.publish('here');
    expect((await alice.ask('CHANGE', { Target: urlOf('alice'), 'Lease-Time': '0' })).error).toBeUndefined();
    expect(await seen()).toBe(closed('alice'));
    const again = await alice.ask('CHANGE', { Target: urlOf('alice'), 'Lease-Time': '0' });
    expect(again.error).toBeUndefined();
  });

  test('a body is needed otherwise', async () => {
    expect((await alice.ask('CHANGE', { Target: urlOf('alice') })).error).toBe('bad-request');
    expect((await alice.ask('CHANGE', { Target: urlOf('alice'), 'Lease-Time': '60' })).error).toBe(
      'bad-request',
    );
  });

  test('a Lease-Time that is none is bad-request', async () => {
    for (const lease of ['-1', 'soon', '2147483648', 'Infinity', '1.5', ''])
      expect((await alice.publish('here', { 'Lease-Time': lease })).error).toBe('bad-request');
  });
});

describe('the permanent value [IMPP 7]', () => {
  test('Lease-Time: infinity sets it; it is shown when there is no leased object', async () => {
    const answer = await alice.publish('on vacation', { 'Lease-Time': 'infinity' });
    expect(answer.headers.get('Lease-Time')).toBe('infinity');
    await stage.pass(100_000);
    expect(await seen()).toContain('on vacation');
    await alice.publish('here');
    expect(await seen()).toBe(presence(urlOf('alice'), 'here'));
    await stage.pass(120);
    expect(await seen()).toContain('on vacation');
  });

  test('infinity with no body withdraws it', async () => {
    await alice.publish('on vacation', { 'Lease-Time': 'infinity' });
    await alice.ask('CHANGE', { Target: urlOf('alice'), 'Lease-Time': 'infinity' });
    expect(await seen()).toBe(closed('alice'));
  });

  test('it is one for the view, whichever device sets it', async () => {
    const phone = stage.attach('alice', 'phone');
    await alice.publish('one', { 'Lease-Time': 'infinity' });
    await phone.publish('two', { 'Lease-Time': 'infinity' });
    expect(await seen()).toBe(presence(urlOf('alice'), 'two'));
  });

  test('under a leased object it changes without anyone being told', async () => {
    await alice.publish('here');
    await bob.subscribe('alice');
    await alice.publish('on vacation', { 'Lease-Time': 'infinity' });
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
  });
});

describe('what a watcher is shown [IMPP 7]', () => {
  test('nothing published: the minimal CLOSED document', async () => {
    const answer = await bob.fetch('alice');
    expect(answer.headers.get('Content-Type')).toBe('application/presence');
    expect(answer.body).toBe(
      '<presence><entity>impp://a.example/alice</entity><tuple><id>none</id><status>closed</status></tuple></presence>',
    );
  });

  test('one object is sent as it is', async () => {
    const text = ' <presence>\n<entity>impp://a.example/alice</entity> <x-own>1</x-own></presence>';
    const headers = { Target: urlOf('alice'), 'Content-Type': 'application/presence; x=1' };
    expect((await alice.ask('CHANGE', headers, text)).error).toBeUndefined();
    const answer = await bob.fetch('alice');
    expect(answer.body).toBe(text);
    expect(answer.headers.get('Content-Type')).toBe('application/presence; x=1');
  });

  test('several as multipart/mixed, the most recently changed first, each with the Content-ID of its publisher', async () => {
    const phone = stage.attach('alice', 'phone');
    await alice.publish('desk');
    await stage.pass(1);
    await phone.publish('train');
    const both = await bob.fetch('alice');
    expect(both.headers.get('Content-Type')).toMatch(/^multipart\/mixed; boundary="[^"]+"$/v);
    expect(partsOf(both)).toEqual([
      { id: '<phone.alice@a.example>', note: 'train' },
      { id: '<laptop.alice@a.example>', note: 'desk' },
    ]);
    await stage.pass(1);
    await alice.publish('desk again');
    expect(partsOf(await bob.fetch('alice')).map(({ note }) => note)).toEqual(['desk again', 'train']);
  });

  test('a refresh with the same octets does not reorder or count as a change', async () => {
    const phone = stage.attach('alice', 'phone');
    await alice.publish('desk');
    await stage.pass(1);
    await phone.publish('train');
    const { revision } = await bob.subscribe('alice');
    await stage.pass(1);
    await alice.publish('desk');
    const after = await bob.fetch('alice');
    expect(partsOf(after).map(({ note }) => note)).toEqual(['train', 'desk']);
    expect(after.revision).toBe(revision);
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
  });

  test('the same octets of another type are a change', async () => {
    await bob.subscribe('alice');
    const body = 'x';
    await alice.ask('CHANGE', { Target: urlOf('alice'), 'Content-Type': 'text/plain' }, body);
    await alice.ask('CHANGE', { Target: urlOf('alice'), 'Content-Type': 'text/html' }, body);
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(2);
  });

  test('the view that its rule names, and never another', async () => {
    await alice.rules('bob: subscribe=allow fetch=allow view=work', 'carol: fetch=allow');
    const carol = stage.attach('carol');
    await alice.publish('at work', { View: 'work' });
    expect((await bob.fetch('alice')).body).toContain('at work');
    expect((await carol.fetch('alice')).body).toBe(closed('alice'));
    await alice.publish('at home', { 'Lease-Time': 'infinity' });
    await alice.ask('CHANGE', { Target: urlOf('alice'), 'Lease-Time': '0', View: 'work' });
    expect((await bob.fetch('alice')).body).toBe(closed('alice'));
    expect((await carol.fetch('alice')).body).toContain('at home');
  });
});

describe('what CHANGE takes [IMPP 7]', () => {
  test('signed, encrypted and unknown objects pass untouched', async () => {
    const octets = Uint8Array.from({ length: 256 }, (_, index) => index);
    for (const type of ['multipart/signed; boundary=x', 'application/pkcs7-mime', 'x-own/thing'])
      expect(
        (await alice.ask('CHANGE', { Target: urlOf('alice'), 'Content-Type': type }, octets)).error,
      ).toBeUndefined();
    const stored = await stage.storage.loadPresence();
    expect(stored.objects.map(({ body }) => [...body])).toContainEqual([...octets]);
  });

  test('application/presence is checked for well-formedness', async () => {
    for (const body of [
      '',
      'open',
      '<presence>',
      '<presence><entity>impp://a.example/alice</entity>',
      '<acl></acl>',
    ]) {
      const headers = { Target: urlOf('alice'), 'Content-Type': 'Application/Presence;charset=utf-8' };
      expect((await alice.ask('CHANGE', headers, body)).error, body).toBe('bad-request');
    }
  });

  test('and for entity naming the presentity', async () => {
    for (const entity of [urlOf('bob'), 'impp://a.example/', 'impp://A.EXAMPLE/alice', 'alice'])
      expect(
        (
          await alice.ask(
            'CHANGE',
            { Target: urlOf('alice'), 'Content-Type': 'application/presence' },
            presence(entity, 'x'),
          )
        ).error,
        entity,
      ).toBe('bad-request');
  });

  test('a body without a usable Content-Type is bad-request', async () => {
    for (const type of ['', 'presence', 'text/', '/plain'])
      expect((await alice.ask('CHANGE', { Target: urlOf('alice'), 'Content-Type': type }, 'x')).error).toBe(
        'bad-request',
      );
  });

  test('an object at the size of interactive connections passes, one over is too large', async () => {
    const headers = { Target: urlOf('alice'), 'Content-Type': 'application/octet-stream' };
    expect((await alice.ask('CHANGE', headers, new Uint8Array(1_048_576))).error).toBeUndefined();
    const answer = await alice.ask('CHANGE', headers, new Uint8Array(1_048_577));
    expect(answer.error).toBe('message-too-large');
    expect(answer.headers.get('Max-Message-Size')).toBe('1048576');
  });
});

describe('who may CHANGE [IMPP 7]', () => {
  test('others than the presentity need to be granted `change`', async () => {
    expect((await bob.publish('fake', { Target: urlOf('alice') })).error).toBe('permission-denied');
    await alice.rules('bob: subscribe=allow fetch=allow change=allow');
    expect((await bob.publish('in a meeting', { Target: urlOf('alice') })).error).toBeUndefined();
    const answer = await bob.fetch('alice');
    expect(answer.body).toContain('in a meeting');
  });

  test('each publisher’s object stands beside the others', async () => {
    await alice.rules('bob: fetch=allow change=allow');
    await alice.publish('here');
    await stage.pass(1);
    await bob.publish('in a meeting', { Target: urlOf('alice') });
    expect(partsOf(await bob.fetch('alice')).map(({ id }) => id)).toEqual([
      '<laptop.bob@a.example>',
      '<laptop.alice@a.example>',
    ]);
  });

  test('an account without presence, or none: target-unknown; another domain: connection-failure', async () => {
    await stage.addAccount('mail', ['im']);
    expect((await alice.publish('x', { Target: urlOf('mail') })).error).toBe('target-unknown');
    expect((await alice.publish('x', { Target: urlOf('nobody') })).error).toBe('target-unknown');
    expect((await alice.publish('x', { Target: 'impp://a.example/' })).error).toBe('target-unknown');
    expect((await alice.publish('x', { Target: 'impp://b.example/alice' })).error).toBe('connection-failure');
    expect((await alice.ask('CHANGE', {})).error).toBe('bad-request');
  });

  test('views and objects are bounded, and others cannot use up the presentity’s own', async () => {
    await alice.rules('bob: change=allow');
    for (let view = 0; view < 16; view += 1)
      expect((await bob.publish('x', { Target: urlOf('alice'), View: `v${view}` })).error).toBeUndefined();
    expect((await bob.publish('x', { Target: urlOf('alice'), View: 'v16' })).error).toBe('conflict');
    expect((await bob.publish('x', { Target: urlOf('alice'), View: 'v3' })).error).toBeUndefined();
    for (let view = 16; view < 32; view += 1)
      expect((await alice.publish('x', { View: `v${view}` })).error).toBeUndefined();
    expect((await alice.publish('x', { View: 'v32' })).error).toBe('conflict');
    // Empty ones do not count.
    await alice.ask('CHANGE', { Target: urlOf('alice'), View: 'v31', 'Lease-Time': '0' });
    expect((await alice.publish('x', { View: 'v32' })).error).toBeUndefined();
  });

  test('one principal has 32 objects at a presentity', async () => {
    const answers = [];
    for (let device = 0; device < 33; device += 1)
      answers.push((await stage.attach('alice', `d${device}`).publish('x')).error);
    expect(answers).toEqual([...Array.from({ length: 32 }, () => undefined), 'conflict']);
  });
});

describe('the end of a device [IMPP 7]', () => {
  test('a BYE that it sends ends its leases at once, at every presentity', async () => {
    await alice.rules('bob: subscribe=allow change=allow');
    await bob.subscribe('alice');
    await alice.publish('here');
    await alice.publish('at work', { View: 'work' });
    bob.hear('CHANGE-NOTIFY');
    stage.detach(alice, 'bye');
    await settle();
    const [notice] = bob.hear('CHANGE-NOTIFY');
    expect(notice?.body).toBe(closed('alice'));
    alice = stage.attach('alice');
    expect(await seen('work')).toBe(closed('alice'));
  });

  test('the leases of its other devices stay', async () => {
    const phone = stage.attach('alice', 'phone');
    await alice.publish('desk');
    await phone.publish('train');
    stage.detach(phone, 'bye');
    await settle();
    expect(await seen()).toBe(presence(urlOf('alice'), 'desk'));
  });

  test.each(['lost', 'taken-over'] as const)(
    'a connection that is %s leaves them to run out',
    async (how) => {
      await alice.publish('here', { 'Lease-Time': '60' });
      stage.detach(alice, how);
      await settle();
      alice = stage.attach('alice', 'phone');
      expect(await seen()).toContain('here');
      await stage.pass(60);
      expect(await seen()).toBe(closed('alice'));
    },
  );

  test('UNREGISTER ends all', async () => {
    await alice.rules('bob: change=allow');
    await bob.publish('with bob', { Target: urlOf('alice') });
    await stage.storage.removeAccount('bob', stage.clock.now() + 1000);
    stage.domain.accounts.forget('bob');
    await stage.domain.presentities.accountRemoved('bob');
    expect(await seen()).toBe(closed('alice'));
  });
});

describe('a restart', () => {
  test('loses neither permanent values nor what is leased', async () => {
    await alice.publish('on vacation', { 'Lease-Time': 'infinity' });
    await alice.publish('at work', { View: 'work', 'Lease-Time': '600' });
    await stage.restart();
    alice = stage.attach('alice');
    expect(await seen()).toContain('on vacation');
    expect(await seen('work')).toContain('at work');
    await stage.pass(600);
    expect(await seen('work')).toBe(closed('alice'));
  });

  test('a lease that ran out meanwhile is over', async () => {
    await alice.publish('here', { 'Lease-Time': '60' });
    await stage.close();
    stage.clock.advance(60_000);
    await stage.restart();
    alice = stage.attach('alice');
    await stage.pass(0);
    expect(await seen()).toBe(closed('alice'));
    expect(
      (await stage.storage.loadPresence()).objects.filter(({ expiresAt }) => expiresAt !== undefined),
    ).toEqual([]);
  });
});

const partsOf = (answer: {
  headers: { get(name: string): string | undefined };
  body: string | undefined;
}) => {
  const boundary = /boundary="([^"]+)"/v.exec(answer.headers.get('Content-Type') ?? '')?.[1] ?? '';
  const pieces = (answer.body ?? '').split(`--${boundary}`);
  expect(pieces.at(0)).toBe('');
  expect(pieces.at(-1)).toBe('--\r\n');
  return pieces.slice(1, -1).map((piece) => ({
    id: /Content-ID: (.*)\r\n/v.exec(piece)?.[1],
    note: /<note>(.*?)<\/note>/v.exec(piece)?.[1],
  }));
};
