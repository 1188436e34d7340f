// One person's core as a process of its own, for tests that kill it. Takes one JSON command a line on stdin:
//   {"text": "..."}   write it to the peer; says {"saved": "..."} once it is promised to be kept
//   {"dump": true}    says {"dump": [{messageId, text, isMine, outcome}]}, all messages of the conversation
//   {"ask": "presence.set", "request": {..}}   any command for the account; says {"answered": "presence.set"}
// and says {"phase": "..."} whenever the connection changes. The first line is `core ready`.

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createCore } from '../../main/app.ts';
import type { CommandName, RequestOf, ResponseOf } from '../../shared/ipc.ts';
import type { Message } from '../../shared/model.ts';
import { parseAddress } from '../../shared/impp/address.ts';
import { bareHost } from '../fixtures/bare-host.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    address: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
    server: { type: 'string', default: '' },
    peer: { type: 'string', default: '' },
  },
});

const core = await createCore({ host: bareHost, dataDir: values.data });
const account = parseAddress(values.address).url;

const say = (line: object | string): void => {
  process.stdout.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
};

async function ask<C extends CommandName>(command: C, request: RequestOf<C>): Promise<ResponseOf<C>> {
  const answer = await core.invoke(command, request);
  if (!answer.ok) throw new Error(`${command}: ${answer.code}: ${answer.reason}`);
  return answer.value as ResponseOf<C>;
}

async function dump(): Promise<Pick<Message, 'messageId' | 'text' | 'isMine' | 'outcome'>[]> {
  const all: Message[] = [];
  for (;;) {
    const first = all[0];
    const before = first ? { before: { at: first.at, order: first.order } } : {};
    const { messages: page } = await ask('messages.page', {
      account,
      peer: values.peer,
      limit: 200,
      ...before,
    });
    if (page.length === 0) break;
    all.unshift(...page);
  }
  return all.map(({ messageId, text, isMine, outcome }) => ({
    messageId,
    text,
    isMine,
    ...(outcome && { outcome }),
  }));
}

core.on((event, payload) => {
  if (event !== 'change' || !('change' in payload) || payload.change.type !== 'account') return;
  say({ phase: payload.change.account.connection.phase });
});

createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line) as { text?: string; dump?: boolean; ask?: CommandName; request?: object };
  const { text, ask: name } = command;
  if (text !== undefined) {
    void ask('message.send', { account, peer: values.peer, text }).then(
      () => say({ saved: text }),
      // Not promised: the test expects nothing of it.
      () => {},
    );
  }
  if (name !== undefined) {
    // The core validates it.
    const request = { account, ...command.request } as never;
    void ask(name, request).then(() => say({ answered: name }));
  }
  if (command.dump) void dump().then((messages) => say({ dump: messages }));
});

const { accounts, damage } = await ask('snapshot', null);
if (damage !== undefined) throw new Error(`the history is damaged: ${damage.reason}`);
const given = { password: values.password, remember: false };
if (accounts.length > 0) {
  // The server may be dead just now: the password is kept, and the core connects when it can.
  void core.invoke('account.password', { account, ...given });
} else {
  const wanted = { address: values.address, server: values.server, ...given };
  const created = await core.invoke('account.create', wanted);
  if (!created.ok) await ask('account.signIn', wanted);
}
say('core ready');
