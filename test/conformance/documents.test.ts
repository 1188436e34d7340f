// [IMPP 10] Documents: private to the account, with revisions, told to the other devices.

import { beforeAll, describe, expect, test } from 'vitest';
import { came, couple, userOf } from './people.ts';
import { type Client, type Domain, startDomain } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

const TEXT = { 'Content-Type': 'text/plain' };
const set = (client: Client, name: string, text: string | Buffer, more: Record<string, string> = {}) =>
  client.request('SET-DOCUMENT', { Name: name, ...TEXT, ...more }, text);
const revisionOf = async (client: Client, name: string) =>
  Number((await client.succeed('GET-DOCUMENT', { Name: name })).get('Revision'));

describe('GET-DOCUMENT and SET-DOCUMENT', () => {
  test('one never set is OK with Revision 0 and no body', async () => {
    const { alice, a } = await couple(domain);
    const ok = await alice.succeed('GET-DOCUMENT', { Name: 'contacts' });
    expect(ok.get('Revision')).toBe('0');
    expect(ok.body).toHaveLength(0);
    expect(ok.get('Content-Length')).toBeUndefined();
    expect(ok.get('Content-Type')).toBeUndefined();
    expect(ok.get('To')).toBe(a);
  });

  test('any MIME type, octets and type as they were given', async () => {
    const { alice } = await couple(domain);
    const octets = Buffer.from(Array.from({ length: 512 }, (_, at) => at % 256));
    const type = 'application/x-thing; charset=utf-8; a="b c"';
    const ok = await alice.succeed('SET-DOCUMENT', { Name: 'contacts', 'Content-Type': type }, octets);
    expect(Number(ok.get('Revision'))).toBeGreaterThan(0);
    const got = await alice.succeed('GET-DOCUMENT', { Name: 'contacts' });
    expect(got.get('Content-Type')).toBe(type);
    expect(got.body.equals(octets)).toBe(true);
    expect(got.get('Revision')).toBe(ok.get('Revision'));
  });

  test('Revision rises with each', async () => {
    const { alice } = await couple(domain);
    const first = Number((await set(alice, 'keys', 'one')).get('Revision'));
    const second = Number((await set(alice, 'keys', 'two')).get('Revision'));
    expect(second).toBeGreaterThan(first);
    expect(await revisionOf(alice, 'keys')).toBe(second);
    expect(await revisionOf(alice, 'contacts')).toBe(0);
  });

  test('If-Revision: 0 must not exist; another must be the present one', async () => {
    const { alice, a } = await couple(domain);
    const desk = await domain.login(userOf(a), 'desk');
    const first = await set(alice, 'contacts', 'one', { 'If-Revision': '0' });
    expect(first.kind).toBe('OK');
    expect((await set(desk, 'contacts', 'two', { 'If-Revision': '0' })).get('Error')).toBe('conflict');
    const revision = first.get('Revision') ?? '';
    expect((await set(desk, 'contacts', 'two', { 'If-Revision': revision })).kind).toBe('OK');
    expect((await set(alice, 'contacts', 'three', { 'If-Revision': revision })).get('Error')).toBe(
      'conflict',
    );
    expect((await alice.succeed('GET-DOCUMENT', { Name: 'contacts' })).body.toString()).toBe('two');
    expect((await set(alice, 'other', 'one', { 'If-Revision': '5' })).get('Error')).toBe('conflict');
  });

  test('setting no body removes it: Revision 0 again', async () => {
    const { alice } = await couple(domain);
    const first = await set(alice, 'contacts', 'one');
    const gone = { Name: 'contacts', 'If-Revision': first.get('Revision') };
    const removed = await alice.succeed('SET-DOCUMENT', gone);
    expect(removed.get('Revision')).toBe('0');
    const got = await alice.succeed('GET-DOCUMENT', { Name: 'contacts' });
    expect(got.get('Revision')).toBe('0');
    expect(got.body).toHaveLength(0);
    expect((await set(alice, 'contacts', 'anew', { 'If-Revision': '0' })).kind).toBe('OK');
    // Removing what is not there is no fault.
    expect(await alice.errorOf('SET-DOCUMENT', { Name: 'never-was' })).toBe('OK');
  });

  test('is refused with conflict where another removed it meanwhile', async () => {
    const { alice } = await couple(domain);
    const first = await set(alice, 'contacts', 'one');
    await alice.succeed('SET-DOCUMENT', { Name: 'contacts' });
    const late = { 'If-Revision': first.get('Revision') ?? '' };
    expect((await set(alice, 'contacts', 'two', late)).get('Error')).toBe('conflict');
  });

  test('an emptied revision does not come back: no two contents under one number', async () => {
    const { alice } = await couple(domain);
    const first = await set(alice, 'contacts', 'one');
    await alice.succeed('SET-DOCUMENT', { Name: 'contacts' });
    const second = await set(alice, 'contacts', 'two');
    expect(second.get('Revision')).not.toBe(first.get('Revision'));
  });

  test('an empty body is a body: the document is empty, not removed', async () => {
    const { alice } = await couple(domain);
    const ok = await set(alice, 'contacts', '');
    expect(ok.kind).toBe('OK');
    expect(await revisionOf(alice, 'contacts')).toBe(Number(ok.get('Revision')));
  });

  test('256 KiB each, no octet more', async () => {
    const { alice } = await couple(domain);
    const most = Buffer.alloc(256 * 1024, 7);
    expect((await set(alice, 'contacts', most)).kind).toBe('OK');
    const over = await set(alice, 'contacts', Buffer.concat([most, Buffer.alloc(1)]));
    expect(over.get('Error')).toBe('message-too-large');
    expect(over.get('Max-Message-Size')).toBe('262144');
    const got = await alice.succeed('GET-DOCUMENT', { Name: 'contacts' });
    expect(got.body.equals(most)).toBe(true);
  });

  test('32 of them, no more; removing one makes room', async () => {
    const { alice } = await couple(domain);
    for (let count = 1; count <= 32; count += 1) expect((await set(alice, `d${count}`, 'x')).kind).toBe('OK');
    expect((await set(alice, 'd33', 'x')).get('Error')).toBe('conflict');
    expect((await set(alice, 'd32', 'y')).kind).toBe('OK');
    // Rules are no document of these.
    expect(await alice.errorOf('SET-DOCUMENT', { Name: 'd1' })).toBe('OK');
    expect((await set(alice, 'd33', 'x')).kind).toBe('OK');
    expect(await revisionOf(alice, 'd34')).toBe(0);
  });

  test('are private to the account', async () => {
    const { alice, bob, a } = await couple(domain);
    await set(alice, 'contacts', 'secret');
    expect(await revisionOf(bob, 'contacts')).toBe(0);
    const asked = await bob.request('GET-DOCUMENT', { Name: 'contacts', Target: a });
    expect(asked.body.toString()).not.toContain('secret');
    await bob.request('SET-DOCUMENT', { Name: 'contacts', Target: a, ...TEXT }, 'forged');
    expect((await alice.succeed('GET-DOCUMENT', { Name: 'contacts' })).body.toString()).toBe('secret');
  });

  test.each([undefined, '', 'two words', 'ü', 'a/b', 'x'.repeat(65)])(
    'Name %s is bad-request',
    async (name) => {
      const { alice } = await couple(domain);
      expect(await alice.errorOf('GET-DOCUMENT', { Name: name })).toBe('bad-request');
      expect(await alice.errorOf('SET-DOCUMENT', { Name: name, ...TEXT }, 'x')).toBe('bad-request');
    },
  );

  test('a Name of 64 is a Name, and case matters', async () => {
    const { alice } = await couple(domain);
    expect((await set(alice, 'X'.repeat(64), 'x')).kind).toBe('OK');
    expect(await revisionOf(alice, 'x'.repeat(64))).toBe(0);
  });

  test('`acl` set this way is bad-request', async () => {
    const { alice } = await couple(domain);
    expect((await set(alice, 'acl', '<acl></acl>')).get('Error')).toBe('bad-request');
    expect(await alice.errorOf('SET-DOCUMENT', { Name: 'acl' })).toBe('bad-request');
    const typed = { 'Content-Type': 'application/impp-acl' };
    expect((await set(alice, 'acl', '<acl></acl>', typed)).get('Error')).toBe('bad-request');
  });

  test('a body needs a Content-Type', async () => {
    const { alice } = await couple(domain);
    expect(await alice.errorOf('SET-DOCUMENT', { Name: 'contacts' }, 'x')).toBe('bad-request');
  });

  test.each(['-1', 'x', '', '9007199254740992'])('If-Revision "%s" is bad-request', async (revision) => {
    const { alice } = await couple(domain);
    expect((await set(alice, 'contacts', 'x', { 'If-Revision': revision })).get('Error')).toBe('bad-request');
  });
});

describe('DOCUMENT-NOTIFY', () => {
  test('Name and Revision to the other devices, not to the one that set it', async () => {
    const { alice, bob, a } = await couple(domain);
    const [desk, tablet] = [await domain.login(userOf(a), 'desk'), await domain.login(userOf(a), 'tablet')];
    const ok = await set(alice, 'contacts', 'one');
    for (const device of [desk, tablet]) {
      const notify = await device.incoming('DOCUMENT-NOTIFY');
      expect(notify.get('Name')).toBe('contacts');
      expect(notify.get('Revision')).toBe(ok.get('Revision'));
      expect(notify.body).toHaveLength(0);
    }
    await desk.succeed('SET-DOCUMENT', { Name: 'contacts' });
    for (const device of [alice, tablet]) {
      const notify = await device.incoming('DOCUMENT-NOTIFY');
      expect(notify.get('Name')).toBe('contacts');
      expect(notify.get('Revision')).toBe('0');
    }
    expect(await came(alice, 'DOCUMENT-NOTIFY')).toHaveLength(0);
    expect(await came(bob, 'DOCUMENT-NOTIFY')).toHaveLength(0);
  });

  test('nothing is told of what was refused', async () => {
    const { alice, a } = await couple(domain);
    const desk = await domain.login(userOf(a), 'desk');
    await set(alice, 'contacts', 'one', { 'If-Revision': '9' });
    await set(alice, 'acl', 'one');
    expect(await came(desk, 'DOCUMENT-NOTIFY')).toHaveLength(0);
  });
});

describe('the profile', () => {
  const PROFILE = { 'Content-Type': 'application/impp-profile' };
  test('is read by the server: what it cannot read is bad-request', async () => {
    const { alice, b } = await couple(domain);
    const said = async (text: string) => (await set(alice, 'profile', text, PROFILE)).get('Error') ?? 'OK';
    expect(
      await said('<profile><display-name>Alice &amp; co</display-name><listed>domain</listed></profile>'),
    ).toBe('OK');
    expect(await said('<profile></profile>')).toBe('OK');
    expect(await said('<profile><x-colour>blue</x-colour></profile>')).toBe('OK');
    expect(await said('<profile><listed>perhaps</listed></profile>')).toBe('bad-request');
    expect(await said('<profile>')).toBe('bad-request');
    expect(await said('<person></person>')).toBe('bad-request');
    expect(await said('<profile a="b"></profile>')).toBe('bad-request');
    const forward = (kind: string, to: string) =>
      `<profile><forward><kind>${kind}</kind><to>${to}</to></forward></profile>`;
    expect(await said(forward('sometimes', b))).toBe('bad-request');
    expect(await said(forward('temporary', 'bob@wire.example'))).toBe('bad-request');
    expect(await said(forward('temporary', ''))).toBe('bad-request');
    const got = await alice.succeed('GET-DOCUMENT', { Name: 'profile' });
    expect(got.body.toString()).toBe('<profile><x-colour>blue</x-colour></profile>');
  });
});

test('a restart keeps documents, rules and their revisions', async () => {
  const before = await startDomain();
  const { alice, a } = await couple(before);
  const ok = await set(alice, 'contacts', 'kept');
  await before.stop('SIGKILL');
  const after = await startDomain({ data: before.data });
  const back = await after.login(userOf(a), 'laptop');
  const got = await back.succeed('GET-DOCUMENT', { Name: 'contacts' });
  expect(got.body.toString()).toBe('kept');
  expect(got.get('Revision')).toBe(ok.get('Revision'));
  expect((await set(back, 'contacts', 'new', { 'If-Revision': ok.get('Revision') ?? '' })).kind).toBe('OK');
  await after.stop();
});
