// A whole program on the keychain of the session it runs in; keychain.test.ts starts it. Takes a folder, a server and
// `create`, or `start` and the password of the keyring, which it unlocks as the person would when they are asked to.
// One line of JSON for each thing that is seen of the account: the phase and the code of its problem.

import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createCore } from '../../../main/app.ts';
import { KeytarStore } from '../../../main/secrets/keytar.ts';
import type { Snapshot } from '../../../shared/ipc.ts';
import { bareHost } from '../../fixtures/bare-host.ts';
import { patientClock } from './keyring.ts';

const [dataDir = '', server = '', what = '', keyring = ''] = process.argv.slice(2);
const ACCOUNT = 'impp://a.example/alice';

const core = await createCore({ host: bareHost, dataDir, secrets: new KeytarStore(patientClock) });
const ask = async (command: string, request: unknown): Promise<unknown> => {
  const answer = await core.invoke(command, request);
  return answer.ok ? answer.value : answer.code;
};
const say = (line: unknown): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const account = async () => ((await ask('snapshot', null)) as Snapshot).accounts[0];
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    const look = async (): Promise<void> => {
      const { phase, passwordNeeded } = (await account())?.connection ?? {};
      if (phase !== 'online' && passwordNeeded !== true) return;
      off();
      resolve();
    };
    const off = core.on(() => void look());
    void look();
  });
const show = async (): Promise<void> => {
  await settled();
  const { connection, secret } = (await account()) ?? {};
  say([connection?.phase, connection?.problem?.code ?? null, secret]);
};

const number = (value: number): Buffer => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
};
/** As the login does it: over the control socket of gnome-keyring, an octet of introduction, then operation 1. */
const unlock = async (password: string): Promise<void> => {
  const text = Buffer.from(password);
  const socket = connect(join(process.env['XDG_RUNTIME_DIR'] ?? '', 'keyring/control'));
  socket.write(
    Buffer.concat([Buffer.alloc(1), number(12 + text.length), number(1), number(text.length), text]),
  );
  socket.resume();
  await once(socket, 'close');
};

if (what === 'create') {
  const credentials = { address: 'alice@a.example', password: 'a password', remember: true, server };
  await ask('account.create', credentials);
  await show();
} else {
  await show();
  say(await ask('account.connect', { account: ACCOUNT }));
  await unlock(keyring);
  say(await ask('account.connect', { account: ACCOUNT }));
  await show();
}
await core.close();
process.exit(0);
