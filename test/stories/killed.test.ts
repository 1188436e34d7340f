// An app that is killed says no goodbye: what it had published ends with its lease, and nobody is a ghost.

import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { App } from '../main/harness.ts';
import { endProgram, startDomain, startProgram, temporaryFolder } from './programs.ts';

/** Seconds that a lease lasts at most. */
const LEASE = 2;
const DOMAIN = 'a.example';
const KATE = `impp://${DOMAIN}/kate`;
const WANDA = `impp://${DOMAIN}/wanda`;

test('an own presence with an end is seen as such, and lapses when the app is killed', async () => {
  const settings = ['min=1', `max=${LEASE}`, `default=${LEASE}`].flatMap((one) => [
    '--set',
    `leases.presence-${one}`,
  ]);
  const domain = await startDomain(DOMAIN, settings);
  const { child } = await startProgram(
    'test/stories/core-program.ts',
    [
      `--data=${temporaryFolder()}`,
      `--address=kate@${DOMAIN}`,
      '--password=kate and a secret',
      `--server=${domain.server}`,
    ],
    /^core ready$/,
    { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' },
  );
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the program has no pipes');
  const lines = createInterface({ input: stdout });
  const tell = async (ask: string, request: object): Promise<void> => {
    const answered = new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        if (line === JSON.stringify({ answered: ask })) resolve();
      });
    });
    stdin.write(`${JSON.stringify({ ask, request })}\n`);
    await answered;
  };

  const wanda = await App.start();
  try {
    await tell('rules.change', { who: '*', change: { subscribe: 'allow', fetch: 'allow' } });
    await wanda.ask('account.create', {
      address: `wanda@${DOMAIN}`,
      password: 'wanda and a secret',
      remember: false,
      server: domain.server,
    });
    await wanda.ask('contact.add', { account: WANDA, address: KATE, name: '', groups: [] });
    const until = Date.now() + 3_600_000;
    await tell('presence.set', { state: 'busy', note: 'until four', until });
    const { presence } = await wanda.untilContact(KATE, ({ presence: { note } }) => note === 'until four');
    expect(presence).toMatchObject({ state: 'busy', until });

    const killed = Date.now();
    await endProgram(child, 'SIGKILL');
    await wanda.untilContact(KATE, ({ presence: { state } }) => state === 'offline');
    // Far from the hour of any other lease, whatever else the machine does.
    expect(Date.now() - killed).toBeLessThan(LEASE * 1000 + 6000);
  } finally {
    await wanda.close();
  }
});
