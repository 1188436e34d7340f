// A call to oneself by the public names, as strangers make it: found by DNS, under TLS that only public authorities
// vouch for, greeted once as a client and once as another domain.

import { randomBytes } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls } from 'node:tls';

import { resolveDomain, systemDns, type ServiceLabel, type Target } from '../../network/resolver.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Config } from '../config.ts';
import { ALPN } from '../net/tls.ts';
import { isPublic, resolverOf, SERVICES } from './check-dns.ts';
import { isServed } from './check-machine.ts';
import type { Finding } from './finding.ts';

const DEADLINE_MS = 5_000;
const LONGEST_ANSWER = 16 * 1024;

type Role = 'client' | 'domain';
const ROLES: Readonly<Record<ServiceLabel, Role>> = {
  '_impp-client._tcp': 'client',
  '_im._impp': 'domain',
  '_pres._impp': 'domain',
};

/** Whether people and domains elsewhere come through to this parleyd. */
export async function checkWayBack(config: Config): Promise<Finding[]> {
  if (!isPublic(config)) return [];
  if (!isServed(config))
    return [
      { what: 'note', text: 'The way back: not checked, parleyd does not run. Start it and check again.' },
    ];
  const dns = systemDns(config.dns.servers, DEADLINE_MS);
  const findings: Finding[] = [];
  const places = new Map<string, { target: Target; roles: Set<Role> }>();
  for (const service of SERVICES) {
    try {
      for (const target of await resolveDomain(config.domain, service, dns, randomBytes)) {
        const key = `${target.host}:${target.port}`;
        const place = places.get(key) ?? { target, roles: new Set<Role>() };
        places.set(key, { target, roles: place.roles.add(ROLES[service]) });
      }
    } catch {
      // What DNS does not say has a line of its own.
    }
  }
  for (const { target, roles } of places.values())
    findings.push(...(await checkTarget(config, target, [...roles])));
  return findings;
}

async function checkTarget(config: Config, target: Target, roles: readonly Role[]): Promise<Finding[]> {
  const resolver = resolverOf(config.dns.servers);
  const both = await Promise.allSettled([resolver.resolve4(target.host), resolver.resolve6(target.host)]);
  const addresses = both.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  return Promise.all(
    addresses.map(async (address): Promise<Finding> => {
      const place = `${target.host}, port ${target.port} (${address})`;
      try {
        for (const role of roles) await call(config, address, target.port, role);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { what: 'wrong', text: `${place}: ${reason}` };
      }
      const whom = roles.map((role) => (role === 'client' ? 'apps' : 'other domains')).join(' and ');
      return { what: 'ok', text: `${place} answers ${whom} as ${config.domain}.` };
    }),
  );
}

/** @throws with a sentence that says what to do */
async function call(config: Config, address: string, port: number, role: Role): Promise<void> {
  const hasTls = config.tls.cert !== undefined;
  const raw = connectTcp({ host: address, port });
  const cutOff = setTimeout(
    () => raw.destroy(new ImppError('timeout', 'no answer in 5 seconds')),
    DEADLINE_MS,
  );
  try {
    await event(raw, 'connect').catch((cause: unknown) => {
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new ImppError(
        'unreachable',
        `nobody answers (${code ?? message}). Let port ${port} through the firewall and lead it to this machine; behind a router that does not lead back, ask from elsewhere.`,
      );
    });
    const socket = hasTls ? await secured(raw, config.domain) : raw;
    const answer = await greet(socket, config.domain, role);
    // Nobody links to itself, and that is what another domain would be told in our name.
    const isGood =
      answer.startsWith('OK (HELLO) 1') || (role === 'domain' && /^Error: permission-denied/m.test(answer));
    if (isGood) return;
    const [first = ''] = answer.split('\r\n');
    const error = /^Error: (.*)$/m.exec(answer)?.[1]?.trim() ?? first.slice(0, 60);
    throw new ImppError(
      'protocol-violation',
      `somebody else answers there, or of another domain (${error}): lead the port to this parleyd.`,
    );
  } finally {
    clearTimeout(cutOff);
    raw.destroy();
  }
}

async function secured(raw: Socket, domain: string): Promise<Socket> {
  const socket = connectTls({
    socket: raw,
    servername: domain,
    ALPNProtocols: [ALPN],
    checkServerIdentity: (_name, certificate) => checkServerIdentity(domain, certificate),
  });
  await event(socket, 'secureConnect').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImppError(
      'certificate-refused',
      `strangers do not believe its certificate (${reason}): it has to name ${domain} and come, with its chain, from a public authority.`,
    );
  });
  return socket;
}

/** HELLO; gives the head of the answer. */
function greet(socket: Socket, domain: string, role: Role): Promise<string> {
  const from = role === 'domain' ? `From: impp://${domain}/\r\n` : '';
  return new Promise((resolve, reject) => {
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
      if (answer.includes('\r\n\r\n') || answer.length > LONGEST_ANSWER) resolve(answer);
    });
    socket.once('error', reject).once('close', () => reject(new ImppError('closed', 'it hangs up')));
    socket.write(
      `HELLO 1 impp/1.0\r\nDomain: ${domain}\r\nRole: ${role}\r\n${from}Agent: parleyd-check\r\n\r\n`,
    );
  });
}

function event(socket: Socket, name: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (work: () => void): void => {
      socket.off(name, heard).off('error', failed).off('close', closed);
      socket.on('error', () => {});
      work();
    };
    const heard = (): void => settle(resolve);
    const failed = (error: Error): void => settle(() => reject(error));
    const closed = (): void => settle(() => reject(new ImppError('closed', 'it hangs up')));
    socket.once(name, heard).once('error', failed).once('close', closed);
  });
}
