import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Device, Stage, urlOf } from '../presence/stage.ts';

let stage: Stage;
let alice: Device;

beforeEach(async () => {
  stage = await Stage.open(['alice', 'bob']);
  alice = stage.attach('alice');
});

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
});

const set = (name: string, body: string | Uint8Array | undefined, headers: Record<string, string> = {}) =>
  alice.ask(
    'SET-DOCUMENT',
    { Name: name, ...(body === undefined ? {} : { 'Content-Type': 'text/plain' }), ...headers },
    body,
  );
const get = (name: string) => alice.ask('GET-DOCUMENT', { Name: name });

describe('documents [IMPP 10]', () => {
  test('one never set is OK with Revision: 0 and no body', async () => {
    expect(await get('contacts')).toMatchObject({ error: undefined, revision: 0, body: undefined });
  });

  test('any MIME type, octet for octet', async () => {
    const octets = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect((await set('contacts', octets, { 'Content-Type': 'application/x-own; a=b' })).revision).toBe(1);
    const answer = await get('contacts');
    expect(answer.revision).toBe(1);
    expect(answer.headers.get('Content-Type')).toBe('application/x-own; a=b');
    expect((await stage.storage.getDocument('alice', 'contacts')).body).toEqual(octets);
  });

  test('private to the account', async () => {
    await set('contacts', 'mine');
    const bob = stage.attach('bob');
    expect(await bob.ask('GET-DOCUMENT', { Name: 'contacts' })).toMatchObject({
      revision: 0,
      body: undefined,
    });
    for (const method of ['GET-DOCUMENT', 'SET-DOCUMENT'])
      expect((await bob.ask(method, { Name: 'contacts', Target: urlOf('alice') })).error).toBe(
        'permission-denied',
      );
    const nobody = stage.attach('anonymous-1');
    expect((await nobody.ask('GET-DOCUMENT', { Name: 'contacts' })).error).toBe('permission-denied');
  });

  test('If-Revision: 0 must not exist; another must be the present one', async () => {
    expect((await set('contacts', 'one', { 'If-Revision': '0' })).revision).toBe(1);
    expect((await set('contacts', 'two', { 'If-Revision': '0' })).error).toBe('conflict');
    expect((await set('contacts', 'two', { 'If-Revision': '1' })).revision).toBe(2);
    expect((await set('contacts', 'three', { 'If-Revision': '1' })).error).toBe('conflict');
    expect((await get('contacts')).body).toBe('two');
  });

  test('256 KiB each: at the limit, and one over', async () => {
    expect((await set('contacts', new Uint8Array(262_144))).error).toBeUndefined();
    const answer = await set('contacts', new Uint8Array(262_145));
    expect(answer.error).toBe('message-too-large');
    expect(answer.headers.get('Max-Message-Size')).toBe('262144');
  });

  test('32 of them', async () => {
    for (let index = 0; index < 32; index += 1) expect((await set(`d${index}`, 'x')).error).toBeUndefined();
    expect((await set('d32', 'x')).error).toBe('conflict');
    expect((await set('d31', 'y')).error).toBeUndefined();
    await set('d31', undefined);
    expect((await set('d32', 'x')).error).toBeUndefined();
  });

  test('setting no body removes it', async () => {
    await set('contacts', 'mine');
    expect((await set('contacts', undefined)).revision).toBe(0);
    expect(await get('contacts')).toMatchObject({ revision: 0, body: undefined });
  });

  test('a document of no octets is one', async () => {
    expect((await set('contacts', '')).revision).toBe(1);
    expect((await get('contacts')).body).toBe('');
  });

  test('the other devices get DOCUMENT-NOTIFY', async () => {
    const phone = stage.attach('alice', 'phone');
    const bob = stage.attach('bob');
    await set('contacts', 'mine');
    await set('contacts', undefined);
    const heard = phone.hear('DOCUMENT-NOTIFY');
    expect(heard.map(({ headers }) => headers.get('Name'))).toEqual(['contacts', 'contacts']);
    expect(heard.map(({ revision }) => revision)).toEqual([1, 0]);
    expect(alice.heard).toEqual([]);
    expect(bob.heard).toEqual([]);
  });

  test('`acl` set this way is bad-request; it can be read', async () => {
    expect((await set('acl', '<acl></acl>')).error).toBe('bad-request');
    await alice.rules('bob: fetch=allow');
    expect(await get('acl')).toMatchObject({ revision: 1 });
  });

  test('the server reads `profile`, which has to be one', async () => {
    const type = { 'Content-Type': 'application/impp-profile' };
    const profile = '<profile><display-name>Alice</display-name><listed>domain</listed></profile>';
    expect((await set('profile', profile)).error).toBe('type-not-understood');
    expect((await set('profile', '<profile>', type)).error).toBe('bad-request');
    expect((await set('profile', profile.replace('domain', 'all'), type)).error).toBe('bad-request');
    expect((await set('profile', profile, type)).revision).toBe(1);
    expect((await get('profile')).body).toBe(profile);
    expect((await set('profile', undefined)).revision).toBe(0);
  });

  test('a Name is needed, and a token', async () => {
    for (const method of ['GET-DOCUMENT', 'SET-DOCUMENT']) {
      expect((await alice.ask(method)).error).toBe('bad-request');
      for (const Name of ['', 'two words', 'a/b', 'x'.repeat(65)])
        expect((await alice.ask(method, { Name })).error).toBe('bad-request');
      expect((await alice.ask(method, { Name: 'x'.repeat(64) })).error).toBeUndefined();
    }
  });
});
