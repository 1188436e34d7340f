// [IMPP 6, 8, 9] ATTACH with Target: another's inbox, by a rule that grants `read`.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Domain, mail, startDomain } from './wire.ts';

let domain: Domain;
let alice: Client;
beforeAll(async () => {
  domain = await startDomain({ settings: ['inbox.delivery-wait-ms=300'] });
  for (const user of ['alice', 'dave', 'erin', 'sender']) (await domain.person(user)).destroy();
}, 40_000);

async function rules(text: string): Promise<void> {
  alice = await domain.login('alice', 'phone');
  const headers = { Target: domain.url('alice'), 'Content-Type': 'application/impp-acl' };
  await alice.succeed('SET-ACL', headers, `<acl>${text}</acl>`);
}
const grant = (user: string, more = '') =>
  `<rule><who>${domain.url(user)}</who><read>allow</read>${more}</rule>`;

async function delegate(
  user: string,
  more = {},
): Promise<{ client: Client; own: string | undefined; shared: string | undefined }> {
  const own = await domain.login(user, 'desk');
  const client = await domain.login(user);
  await share(client, user, more);
  return { client, own: own.identity['Connection-ID'], shared: client.identity['Connection-ID'] };
}

const share = (client: Client, user: string, more = {}) =>
  client.attach(domain.url(user), 'desk', { Target: domain.url('alice'), ...more });

async function send(id: string): Promise<string | undefined> {
  const sender = await domain.login('sender', 'phone');
  const headers = { Target: domain.url('alice'), 'Content-Type': 'message/rfc822', 'Message-ID': id };
  return (
    await sender.succeed('SEND', headers, mail(domain.url('sender'), domain.url('alice'), 'x', id))
  ).get('Outcome');
}

describe('a delegate', () => {
  test('has a Connection-ID of its own for that inbox, and its own connection is not taken over', async () => {
    await rules(grant('dave'));
    const { own, shared } = await delegate('dave');
    expect(shared).not.toBe(own);
    const again = await delegate('dave');
    expect(again.shared).toBe(shared);
  });
  test('receives what arrives; its acknowledgements never count', async () => {
    await rules(grant('dave'));
    alice.destroy();
    await alice.closed();
    const { client } = await delegate('dave');
    expect(await send('<1@x>')).toBe('stored');
    const message = await client.incoming('SEND');
    expect(message.get('Target')).toBe(domain.url('alice'));
    expect(message.get('Message-ID')).toBe('<1@x>');
    const phone = await domain.login('alice', 'phone', { 'Inbox-After': '0' });
    await phone.incoming('SEND', (it) => it.get('Message-ID') === '<1@x>');
  });
  test('reads the log: replay, and GET-INBOX', async () => {
    await rules(grant('dave'));
    await send('<2@x>');
    const { client } = await delegate('dave', { 'Inbox-After': '0' });
    await client.incoming('SEND', (it) => it.get('Message-ID') === '<2@x>');
  });
  test('whose read is withdrawn gets BYE with permission-denied', async () => {
    await rules(grant('dave') + grant('erin'));
    const [dave, erin] = [await delegate('dave'), await delegate('erin')];
    await rules(grant('erin'));
    const bye = await dave.client.incoming('BYE');
    expect(bye.get('Error')).toBe('permission-denied');
    await dave.client.closed();
    await erin.client.ping();
    expect(erin.client.arrived.some((it) => it.method === 'BYE')).toBe(false);
    const again = await domain.login('dave');
    expect(await again.errorOf('ATTACH', { Device: 'desk', Target: domain.url('alice') })).toBe(
      'permission-denied',
    );
  });
  test('whose read runs out gets it too, without anyone being online', async () => {
    const client = await domain.login('dave');
    const until = new Date(Date.now() + 2_000).toISOString();
    await rules(grant('dave', `<until>${until}</until>`));
    await share(client, 'dave');
    alice.destroy();
    const bye = await client.incoming('BYE');
    expect(bye.get('Error')).toBe('permission-denied');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
    await client.closed();
  });
});
