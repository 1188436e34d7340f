// RFC 2779, 2.2.4 and 2.2.5: hundreds of presentities for a subscriber, hundreds of subscribers for a presentity.
// Without connections, so that hundreds take no time; bench/ measures them over sockets.

import { afterEach, expect, test } from 'vitest';
import { presence, Stage, urlOf } from '../server/presence/stage.ts';

const HUNDREDS = 500;
const crowd = Array.from({ length: HUNDREDS }, (_, index) => `u${index}`);

let stage: Stage;

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
  expect(stage.clock.waiting).toBe(0);
});

test('2.2.4 a subscriber follows hundreds of presentities', async () => {
  stage = await Stage.open(['bob', ...crowd]);
  const bob = stage.attach('bob');
  const people = crowd.map((user) => stage.attach(user));
  for (const person of people) {
    await person.askOnly(
      'SET-ACL',
      { Target: person.principal, 'Content-Type': 'application/impp-acl' },
      `<acl><rule><who>${bob.principal}</who><subscribe>allow</subscribe></rule></acl>`,
    );
    expect((await bob.askOnly('SUBSCRIBE', { Target: person.principal })).state).toBe('active');
  }
  bob.heard.length = 0;
  for (const person of people)
    await person.askOnly(
      'CHANGE',
      { Target: person.principal, 'Content-Type': 'application/presence' },
      presence(person.principal, 'here'),
    );
  await stage.pass(1);
  const notices = bob.hear('CHANGE-NOTIFY');
  expect(notices).toHaveLength(HUNDREDS);
  expect(new Set(notices.map(({ headers }) => headers.get('Origin')))).toEqual(new Set(crowd.map(urlOf)));
  // Nobody who has not changed is heard of.
  await people[7]?.publish('elsewhere');
  expect(bob.heard.map(({ headers }) => headers.get('Origin'))).toEqual([urlOf('u7')]);
});

test('2.2.5 a presentity is followed by hundreds of subscribers', async () => {
  stage = await Stage.open(['alice', ...crowd]);
  const alice = stage.attach('alice');
  await alice.rules('*: subscribe=allow', 'u7: subscribe=allow view=work', 'u8: subscribe=deny');
  const people = crowd.map((user) => stage.attach(user));
  for (const person of people)
    expect((await person.askOnly('SUBSCRIBE', { Target: alice.principal })).state).toBe(
      person.user === 'u8' ? undefined : 'active',
    );
  alice.heard.length = 0;
  await alice.publish('here');
  await stage.pass(1);
  const told = people.filter((person) =>
    person.hear('CHANGE-NOTIFY').some(({ body }) => body === presence(alice.principal, 'here')),
  );
  expect(told.map(({ user }) => user)).toEqual(crowd.filter((user) => user !== 'u7' && user !== 'u8'));
  for (const person of people) expect(person.heard).toEqual([]);
});
