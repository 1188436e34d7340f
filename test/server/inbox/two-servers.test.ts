// Two servers of one domain: one storage, one bus, the devices of a user on either.

import { afterEach, expect, test } from 'vitest';

import { createLocalBus } from '../../../server/bus/local.ts';
import { defaultConfig } from '../../../server/config.ts';
import type { Domain, Endpoint, Inboxes } from '../../../server/domain.ts';
import { createInboxes } from '../../../server/inbox/inboxes.ts';
import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { StoredMessage } from '../../../server/storage/storage.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Response } from '../../../shared/impp/message.ts';
import { FakeClock } from '../../fake/clock.ts';
import { HOST, urlOf } from '../harness.ts';
import { idOf, mail } from './mail.ts';

interface Device extends Endpoint {
  readonly got: Record<string, string>[];
  answer(): void;
}

const deviceOf = (user: string, device: string): Device => {
  const got: Record<string, string>[] = [];
  const open: ((outcome: Response) => void)[] = [];
  const ok: Response = { kind: 'response', method: 'SEND', id: '1', ok: true, headers: Headers.from([]) };
  return {
    user,
    device,
    principal: urlOf(user),
    isAnonymous: false,
    connectionId: `${user}-${device}`,
    purpose: 'interactive',
    inbox: user,
    maxMessageSize: 1_000_000,
    hasRoom: true,
    request(_method, headers, _body, settle) {
      got.push(Object.fromEntries(headers));
      open.push(settle);
    },
    dismiss() {},
    got,
    answer: () => {
      for (const settle of open.splice(0)) settle(ok);
    },
  };
};

const message = (from: string, to: string, id: string): StoredMessage => ({
  origin: urlOf(from),
  target: urlOf(to),
  messageId: idOf(id),
  fields: [],
  contentType: 'message/rfc822',
  body: Buffer.from(mail(from, to, { id })),
  received: Date.UTC(2026, 0, 5, 12),
});

const clock = new FakeClock();
const storage = createMemoryStorage();
const bus = createLocalBus();
const serverOf = (): Inboxes => {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const domain: Pick<Domain, 'name' | 'config' | 'clock' | 'log' | 'storage' | 'bus'> = {
    name: HOST,
    config: defaultConfig({ domain: HOST }),
    clock,
    log,
    storage,
    bus,
  };
  // The rest of a domain is none of the inbox's business.
  return createInboxes(domain as Domain);
};
const settle = () => new Promise((resolve) => setImmediate(resolve));
const servers: Inboxes[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

test('an entry taken by one server reaches the devices at the other, copies too', async () => {
  for (const user of ['alice', 'bob']) {
    await storage.createAccount({ user, services: ['im'], verifier: '', createdAt: 0 });
  }
  const [here, there] = [serverOf(), serverOf()];
  servers.push(here, there);
  const far = deviceOf('bob', 'far');
  const phone = deviceOf('alice', 'phone');
  const desk = deviceOf('alice', 'desk');
  for (const device of [far, phone, desk]) {
    const server = device === desk ? here : there;
    (await server.attach(device, undefined)).begin();
  }
  const sender = { copyTo: 'alice', device: 'desk' };
  const answer = await here.send(message('alice', 'bob', 'm1'), 'bob', sender, true);
  // It cannot know of a device there, and says what is certain.
  expect(answer.headers).toEqual([['Outcome', 'stored']]);
  await settle();
  expect(far.got.map((headers) => headers['Message-ID'])).toEqual([idOf('m1')]);
  expect(phone.got.map((headers) => headers['Copy'])).toEqual(['sent']);
  expect(desk.got).toEqual([]);
  far.answer();
  await settle();
  const again = await here.send(message('alice', 'bob', 'm1'), 'bob', sender, true);
  expect(again.headers).toEqual([['Outcome', 'delivered']]);

  // With devices on both, an acknowledgement at the other counts for the sender who waits here.
  const near = deviceOf('bob', 'near');
  (await here.attach(near, undefined)).begin();
  const waiting = here.send(message('alice', 'bob', 'm2'), 'bob', sender, true);
  await settle();
  expect(far.got).toHaveLength(2);
  far.answer();
  expect((await waiting).headers).toEqual([['Outcome', 'delivered']]);
});
