// A person moves to another domain, with all that the old one keeps: two domains as processes of their own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

import { parleyd, type Serving, serving } from '../server/admin/program.ts';
import { App } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-moving-'));
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

const [ALICE, BOB, CAROL] = ['alice', 'bob', 'carol'].map((user) => `impp://a.example/${user}`) as [
  string,
  string,
  string,
];
const ALICIA = 'impp://b.example/alicia';

const dataOf = (domain: string): string => join(folder, domain);

async function serve(domain: string): Promise<Serving> {
  const settings = ['auth.iterations=4096', 'inbox.delivery-wait-ms=200', 'registration=open'];
  const place = ['--domain', domain, '--listen', '127.0.0.1:0', '--data', dataOf(domain)];
  const server = await serving([...place, ...settings.flatMap((setting) => ['--set', setting])]);
  closing.push(() => server.stop());
  return server;
}

async function person(server: Serving, user: string, domain: string): Promise<App> {
  const app = await App.start();
  closing.push(() => app.close());
  const wanted = {
    address: `${user}@${domain}`,
    password: 'secret',
    remember: false,
    server: `127.0.0.1:${server.port}`,
  };
  await app.ask(domain === 'a.example' ? 'account.create' : 'account.signIn', wanted);
  return app;
}

const run = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await parleyd(args, 'secret');
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};

test('history, contacts and rules come along, and who writes to the old address is told the new one', async () => {
  const [a, b] = await Promise.all([serve('a.example'), serve('b.example')]);
  const [alice, bob] = await Promise.all([person(a, 'alice', 'a.example'), person(a, 'bob', 'a.example')]);
  await alice.ask('contact.add', { account: ALICE, address: BOB, name: 'Bobby', groups: ['Friends'] });
  await alice.ask('rules.change', { account: ALICE, who: CAROL, change: { send: 'deny' } });
  await alice.ask('message.send', { account: ALICE, peer: BOB, text: 'from alice' });
  await bob.untilTexts('bob', ALICE, ['from alice']);
  await bob.ask('message.send', { account: BOB, peer: ALICE, text: 'from bob' });
  const [sent, received] = await alice.untilTexts('alice', BOB, ['from alice', 'from bob']);
  await alice.ask('conversation.read', { account: ALICE, peer: BOB });

  // Both of them are at work meanwhile.
  const file = join(folder, 'alice.tar');
  await run('user', 'export', 'alice@a.example', file, '--data', dataOf('a.example'));
  const here = ['--data', dataOf('b.example'), '--password-stdin', '--set', 'auth.iterations=4096'];
  await run('user', 'import', file, '--as', 'alicia@b.example', ...here);
  await run('user', 'forward', 'alice@a.example', 'alicia@b.example', '--data', dataOf('a.example'));

  const alicia = await person(b, 'alicia', 'b.example');
  const contact = await alicia.untilContact(BOB, ({ name }) => name === 'Bobby');
  expect(contact.groups).toEqual(['Friends']);
  const rules = await alicia.until('the rules', (snapshot) => {
    const [known] = snapshot.rules;
    return known?.rules.some(({ send }) => send === 'deny') === true ? known.rules : undefined;
  });
  expect(rules.find(({ who }) => who.includes(CAROL))?.send).toBe('deny');
  const page = await alicia.until('the history', ({ conversations }) =>
    conversations.some(({ peer, last }) => peer === BOB && last?.text === 'from bob'),
  );
  expect(page).toBe(true);
  const { messages } = await alicia.ask('messages.page', { account: ALICIA, peer: BOB, limit: 10 });
  expect(messages.map(({ text, isMine, messageId }) => [text, isMine, messageId])).toEqual([
    ['from alice', true, sent?.messageId],
    ['from bob', false, received?.messageId],
  ]);

  await a.logged('account changed by an administrator');
  const { id } = await bob.ask('message.send', { account: BOB, peer: ALICE, text: 'where are you?' });
  const failed = await bob.until('the answer', ({ conversations }) =>
    conversations.find(({ last }) => last?.id === id && last.outcome === 'failed'),
  );
  expect(failed.last?.problem).toMatchObject({ code: 'permanently-forwarded', location: ALICIA });
});
