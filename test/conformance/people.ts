// What the conversations of this folder say again and again: documents, rules, and how one knows that nothing came.

import type { Client, Domain, HeaderList, Wire } from './wire.ts';
import { mail } from './wire.ts';

export const PRESENCE = { 'Content-Type': 'application/presence' };
export const RULES = { 'Content-Type': 'application/impp-acl' };
export const MESSAGE = { 'Content-Type': 'message/rfc822' };

/** The minimal CLOSED document, octet for octet [IMPP 14]. */
export function closedOf(url: string): string {
  return `<presence><entity>${url}</entity><tuple><id>none</id><status>closed</status></tuple></presence>`;
}

export function openOf(url: string, note: string): string {
  return `<presence><entity>${url}</entity><tuple><id>t1</id><status>open</status><note>${note}</note></tuple></presence>`;
}

/** CHANGE of one's own presence; gives the octets published. */
export async function publish(client: Client, note: string, headers: HeaderList = {}): Promise<string> {
  const url = client.identity['From'] ?? '';
  const object = openOf(url, note);
  await client.succeed('CHANGE', { Target: url, ...PRESENCE, ...(headers as object) }, object);
  return object;
}

export async function withdraw(client: Client, headers: HeaderList = {}): Promise<void> {
  await client.succeed('CHANGE', {
    Target: client.identity['From'],
    'Lease-Time': '0',
    ...(headers as object),
  });
}

/** `rule('impp://d/bob', { subscribe: 'allow' })`. */
export function rule(who: string | readonly string[], says: Record<string, string>): string {
  const whos = (typeof who === 'string' ? [who] : who).map((it) => `<who>${it}</who>`).join('');
  const rest = Object.entries(says).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<rule>${whos}${rest.join('')}</rule>`;
}

/** SET-ACL of one's own rules, whatever they were. */
export async function setRules(client: Client, ...rules: string[]): Promise<Wire> {
  return client.succeed(
    'SET-ACL',
    { Target: client.identity['From'], ...RULES },
    `<acl>${rules.join('')}</acl>`,
  );
}

let messages = 0;
export function freshId(): string {
  return `<conformance-${++messages}@wire.example>`;
}

/** SEND of a plain message; gives its Message-ID with the response. */
export async function write(
  client: Client,
  to: string,
  text: string,
  headers: Record<string, string> = {},
): Promise<Wire> {
  return client.request(...composed(client, to, text, headers));
}

export function composed(
  client: Client,
  to: string,
  text: string,
  headers: Record<string, string> = {},
): ['SEND', Record<string, string>, Buffer] {
  const id = headers['Message-ID'] ?? freshId();
  return [
    'SEND',
    { Target: to, 'Message-ID': id, ...MESSAGE, ...headers },
    mail(client.identity['From'] ?? '', to, text, id),
  ];
}

/** What came of that method so far, taken out, once the connection has answered a PING. */
export async function came(client: Client, method: string): Promise<Wire[]> {
  await client.ping();
  const found = client.arrived.filter((it) => it.kind === 'request' && it.method === method);
  for (const it of found) client.arrived.splice(client.arrived.indexOf(it), 1);
  return found;
}

/** The next `count` requests of that method, waited for. */
export async function next(client: Client, method: string, count: number): Promise<Wire[]> {
  const found: Wire[] = [];
  while (found.length < count) found.push(await client.incoming(method));
  return found;
}

/** Two people with names of their own, so that tests of one domain do not meet. */
let pairs = 0;
export async function couple(domain: Domain): Promise<{ alice: Client; bob: Client; a: string; b: string }> {
  pairs += 1;
  const [a, b] = [`alice${pairs}`, `bob${pairs}`];
  const [alice, bob] = await Promise.all([domain.person(a, 'laptop'), domain.person(b, 'phone')]);
  return { alice, bob, a: domain.url(a), b: domain.url(b) };
}

/** The parts of a multipart body: header lines as they stand, and octets. */
export function partsOf(message: Wire): { header: string; body: string }[] {
  const found = /^multipart\/mixed;.*boundary=("?)([^";]+)\1/i.exec(message.get('Content-Type') ?? '');
  if (!found) throw new Error(`not multipart: ${message.get('Content-Type')}`);
  const pieces = `\r\n${message.body.toString('latin1')}`.split(`\r\n--${found[2]}`);
  return pieces.slice(1, -1).map((piece) => {
    const end = piece.indexOf('\r\n\r\n');
    return { header: piece.slice(2, end + 2), body: piece.slice(end + 4) };
  });
}

export function userOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
