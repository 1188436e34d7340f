// The core of one app in a process of its own, to be killed. Signs in, then writes as fast as it may, and
// tells of each message only once the command has said that it is kept.

import { createCore } from '../../main/app.ts';
import { ImppError } from '../../shared/errors.ts';

interface Orders {
  readonly folder: string;
  readonly account: string;
  readonly address: string;
  readonly password: string;
  readonly server: string;
  readonly peer: string;
  /** The beginning of each text; absent: nothing is written. */
  readonly prefix?: string;
}

const orders = JSON.parse(process.argv[2] ?? '') as Orders;
const core = await createCore({
  host: { kind: 'browser', openLink: () => Promise.resolve(), onWake: () => () => {} },
  dataDir: orders.folder,
  secrets: {
    isAvailable: () => Promise.resolve(false),
    get: () => Promise.reject(new ImppError('secret-store-unavailable')),
    set: () => Promise.reject(new ImppError('secret-store-unavailable')),
    delete: () => Promise.reject(new ImppError('secret-store-unavailable')),
  },
});

const ask = async (command: string, request: unknown): Promise<unknown> => {
  const answer = await core.invoke(command, request);
  if (!answer.ok) throw new Error(`${command}: ${answer.code} ${answer.reason}`);
  return answer.value;
};

process.on('message', (question: { ask: string; request: unknown }) => {
  void ask(question.ask, question.request).then((value) => process.send?.({ value }));
});

const { address, password, server, account, peer } = orders;
// Signing in may fail while the server is being killed; what is written then waits in the outbox.
const attempt = core.invoke('account.signIn', { address, password, remember: false, server });
if (orders.prefix === undefined) await attempt;
process.send?.({ ready: true });

for (let count = 0; orders.prefix !== undefined; count++) {
  const text = `${orders.prefix}-${count}`;
  await ask('message.send', { account, peer, text });
  process.send?.({ kept: text });
}
