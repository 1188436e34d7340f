// [IMPP 10] LOOKUP: the directory of a domain, as its accounts' profiles make it.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Domain, startDomain, type Wire } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ settings: ['auth.mechanisms=SCRAM-SHA-256,ANONYMOUS'] });
}, 40_000);

const PROFILE = { Name: 'profile', 'Content-Type': 'application/impp-profile' };

/** A new account with that profile, whose display name is given as markup. */
const listed = async (user: string, name: string, audience: string): Promise<Client> => {
  const person = await domain.person(user);
  await person.succeed(
    'SET-DOCUMENT',
    PROFILE,
    `<profile><display-name>${name}</display-name><listed>${audience}</listed></profile>`,
  );
  return person;
};
const lookup = (client: Client, query: string): Promise<Wire> =>
  client.succeed('LOOKUP', { Target: `impp://${domain.name}/`, Query: query });
const addressesIn = (answer: Wire): string[] =>
  [...answer.body.toString().matchAll(/<address>(.*?)<\/address>/g)].map(([, address]) => address ?? '');
const usersFor = async (client: Client, query: string): Promise<string[]> =>
  addressesIn(await lookup(client, query)).map((url) => url.slice(`impp://${domain.name}/`.length));

describe('LOOKUP', () => {
  test('OK with application/impp-directory: addresses as URLs, and display names', async () => {
    const one = await listed('directory-one', 'A &amp; B &lt;c&gt;', 'everyone');
    const answer = await lookup(one, 'directory-o');
    expect(answer.get('Content-Type')).toBe('application/impp-directory');
    expect(answer.get('To')).toBe(domain.url('directory-one'));
    expect(answer.body.toString()).toMatch(
      /^<directory>\s*<entry>\s*<address>impp:\/\/wire\.example\/directory-one<\/address>\s*<display-name>A &amp; B &lt;c(&gt;|>)<\/display-name>\s*<\/entry>\s*<\/directory>$/,
    );
    expect(await usersFor(one, 'nobody of that name')).toEqual([]);
  });

  test('USER or display name begins, or has a word that begins, with the query', async () => {
    const one = await listed('wilma.stone', 'Wilhelmina van der Steen', 'everyone');
    for (const query of ['wilma', 'wilma.st', 'stone', 'Wilhelmina van', 'van', 'der', 'steen'])
      expect([query, await usersFor(one, query)]).toEqual([query, ['wilma.stone']]);
    for (const query of ['ilma', 'tone', 'teen', 'wilma stone', 'steen wilhelmina'])
      expect([query, await usersFor(one, query)]).toEqual([query, []]);
  });

  test('without case', async () => {
    const one = await listed('xaver', 'Xaver ÖZGÜR ΣΟΦΌΣ', 'everyone');
    for (const query of ['XAV', 'özg', 'ÖZG', 'σοφός', 'ΣΟΦΌΣ'])
      expect([query, await usersFor(one, query)]).toEqual([query, ['xaver']]);
  });

  test('`listed` says who finds: nobody, accounts of the domain, everyone', async () => {
    const one = await listed('quentin-a', 'Q', 'everyone');
    await listed('quentin-b', 'Q', 'domain');
    await listed('quentin-c', 'Q', 'nobody');
    await domain.person('quentin-d');
    expect((await usersFor(one, 'quentin')).sort()).toEqual(['quentin-a', 'quentin-b']);
    const visitor = await domain.connect();
    await visitor.hello(domain.name);
    const asked = { Mechanism: 'ANONYMOUS', 'Content-Type': 'application/sasl' };
    const address = (await visitor.succeed('AUTH', asked, 'a visitor')).get('Address') ?? '';
    await visitor.attach(address, 'kiosk');
    expect(await usersFor(visitor, 'quentin')).toEqual(['quentin-a']);
  });

  test('follows the profile, and the account’s end', async () => {
    const asker = await domain.person('follower');
    const one = await listed('zachary', 'Zach', 'everyone');
    await one.succeed('SET-DOCUMENT', PROFILE, '<profile><listed>everyone</listed></profile>');
    expect(await usersFor(asker, 'zach')).toEqual(['zachary']);
    expect((await lookup(asker, 'zachary')).body.toString()).not.toContain('<display-name>Zach<');
    await one.succeed('SET-DOCUMENT', { Name: 'profile' });
    expect(await usersFor(asker, 'zach')).toEqual([]);
    await one.succeed('SET-DOCUMENT', PROFILE, '<profile><listed>everyone</listed></profile>');
    await one.succeed('UNREGISTER');
    expect(await usersFor(asker, 'zach')).toEqual([]);
  });

  test('at most 50', async () => {
    const people = Array.from({ length: 55 }, (_, index) => `many${String(index).padStart(2, '0')}`);
    for (const user of people) await listed(user, 'One of many', 'everyone');
    const asker = await domain.person('asker-of-many');
    const found = await usersFor(asker, 'many');
    expect(found).toHaveLength(50);
    expect(new Set(found).size).toBe(50);
    for (const user of found) expect(people).toContain(user);
    expect(await usersFor(asker, 'many54')).toEqual(['many54']);
  }, 40_000);

  test('Query has 2 to 128 characters, and Target is a domain', async () => {
    const one = await domain.person('asker-of-little');
    const target = { Target: `impp://${domain.name}/` };
    for (const query of ['x', '', 'x'.repeat(129), undefined])
      expect(await one.errorOf('LOOKUP', { ...target, Query: query })).toBe('bad-request');
    for (const query of ['xy', 'x'.repeat(128), '字字'])
      expect(await one.errorOf('LOOKUP', { ...target, Query: query })).toBe('OK');
    expect(await one.errorOf('LOOKUP', { Query: 'xy' })).toBe('bad-request');
    expect(await one.errorOf('LOOKUP', { Target: domain.name, Query: 'xy' })).toBe('bad-request');
  });

  test('survives a restart', async () => {
    const own = await startDomain();
    const first = await own.person('keeper');
    await first.succeed('SET-DOCUMENT', PROFILE, '<profile><listed>domain</listed></profile>');
    await own.stop();
    const again = await startDomain({ data: own.data });
    const second = await again.login('keeper', 'phone');
    expect(
      addressesIn(await second.succeed('LOOKUP', { Target: 'impp://wire.example/', Query: 'keep' })),
    ).toEqual(['impp://wire.example/keeper']);
  });
});
