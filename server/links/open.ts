// The opener's side: finds a server of another domain, says who we are, and proves it [IMPP 12].

import { ImppError } from '../../shared/errors.ts';
import {
  ANSWER_DEADLINE,
  CONNECT_DEADLINE,
  MAX_REDIRECTS,
  VERIFY_DEADLINE,
} from '../../shared/impp/limits.ts';
import type { Response } from '../../shared/impp/message.ts';
import { errorOf } from '../../shared/impp/serializer.ts';
import { AGENT } from '../methods/welcome.ts';
import { Connection } from '../net/connection.ts';
import type { Connections } from '../net/connections.ts';
import type { Dialer, Purpose } from './dialer.ts';
import { readCapacity } from './hello.ts';
import { Link } from './link.ts';
import type { Parts } from './parts.ts';

/** What opening a link takes beside what links have in common. */
export interface Opening {
  readonly parts: Parts;
  readonly dialer: Dialer;
  readonly connections: Connections;
  /** Ends what is being opened. */
  readonly signal: AbortSignal;
}

const demand = (response: Response): Response => {
  if (!response.ok) throw errorOf(response);
  return response;
};

/** A time in which something has to be done; `end` must be called. */
const within = (opening: Opening, delay: number, reason: string) => {
  const controller = new AbortController();
  const stop = (): void => controller.abort(opening.signal.reason);
  opening.signal.addEventListener('abort', stop, { once: true });
  if (opening.signal.aborted) stop();
  const cancel = opening.parts.domain.clock.after(delay, () =>
    controller.abort(new ImppError('timeout', reason)),
  );
  return {
    signal: controller.signal,
    end() {
      cancel();
      opening.signal.removeEventListener('abort', stop);
    },
  };
};

/** Which server of which domain. */
interface Place {
  readonly host: string;
  readonly purpose: Purpose;
  /** HOST:PORT, instead of where DNS says. */
  readonly server: string | undefined;
}

type Greeted = Promise<{ readonly link: Link; readonly hello: Response }>;

/** A connection to a server of `host` on which both have said HELLO. */
const greeted = async (opening: Opening, place: Place): Greeted => {
  const needsTls = await opening.parts.needsTls(place.host);
  const first = await followed(opening, place, needsTls);
  if (needsTls || first.hello.headers.get('TLS') !== 'required') return first;
  // In clear by our operator's leave; the other side has not been given it.
  first.link.connection.destroy();
  return followed(opening, place, true);
};

/** A server may send us to another one of its domain, whose certificate is the domain's all the same [IMPP 6]. */
const followed = async (opening: Opening, place: Place, isSecure: boolean): Greeted => {
  let { server } = place;
  for (let step = 0; ; step += 1) {
    try {
      return await hello(opening, { ...place, server }, isSecure);
    } catch (error) {
      if (!(error instanceof ImppError) || error.code !== 'redirect' || error.data.server === undefined)
        throw error;
      if (step === MAX_REDIRECTS)
        throw new ImppError('connection-failure', `${place.host} sends us from server to server`);
      ({ server } = error.data);
    }
  }
};

const hello = async (opening: Opening, { host, purpose, server }: Place, isSecure: boolean): Greeted => {
  const { parts, dialer, connections } = opening;
  const { domain } = parts;
  const time = within(opening, CONNECT_DEADLINE, `${host} was not reached in time`);
  let link: Link;
  try {
    const reached = await dialer.reach({ host, purpose, server, isSecure, signal: time.signal });
    if (opening.signal.aborted) {
      reached.stream.destroy();
      throw opening.signal.reason;
    }
    const connection = new Connection(
      connections,
      reached.stream,
      reached.address,
      reached.isSecure ? 'tls' : 'plain',
    );
    connections.add(connection);
    link = new Link(parts, connection, { host, side: 'opener', target: reached.target });
    connection.listen(link);
  } finally {
    time.end();
  }
  const answering = within(opening, ANSWER_DEADLINE, `${host} has not answered in time`);
  answering.signal.addEventListener('abort', () => link.connection.destroy(), { once: true });
  try {
    const { limits } = domain.config;
    const response = demand(
      await link.ask('HELLO', [
        ['Domain', host],
        ['Role', 'domain'],
        ['From', parts.self],
        ['Agent', AGENT],
        ['Max-Message-Size', String(Math.max(limits.maxBulkSize, limits.maxMessageSize))],
        ['Max-Pending', String(limits.maxPending)],
      ]),
    );
    readCapacity(link, response);
    link.move('hello');
    link.takeLarge();
    return { link, hello: response };
  } catch (error) {
    link.connection.destroy();
    throw answering.signal.aborted ? answering.signal.reason : error;
  } finally {
    answering.end();
  }
};

/**
 * Opens a link to `host` and authenticates us on it: EXTERNAL if the other side takes our certificate, else CALLBACK.
 * @throws connection-failure, timeout, permission-denied, and what the other side says of our AUTH
 */
export const openLink = async (opening: Opening, place: Place): Promise<Link> => {
  const { parts } = opening;
  const { host } = place;
  const { link, hello: response } = await greeted(opening, place);
  const time = within(opening, ANSWER_DEADLINE, `${host} has not answered in time`);
  const stop = (): void => link.connection.destroy();
  time.signal.addEventListener('abort', stop, { once: true });
  try {
    // Before anything is said over it: from now on nobody in clear is taken for this domain.
    if (link.connection.isSecure) await parts.secureDomains.remember(host);
    const offered = (response.headers.get('Auth-Mechanisms') ?? '').split(' ');
    await authenticate(link, offered.includes('EXTERNAL'));
    link.ready(parts.farOf(host));
    return link;
  } catch (error) {
    link.connection.destroy();
    throw time.signal.aborted ? time.signal.reason : error;
  } finally {
    time.end();
  }
};

const SASL = ['Content-Type', 'application/sasl'] as const;
const EMPTY = new Uint8Array(0);

const authenticate = async (link: Link, hasExternal: boolean): Promise<void> => {
  if (hasExternal) {
    let answer = await link.ask('AUTH', [['Mechanism', 'EXTERNAL'], SASL], EMPTY);
    if (answer.ok && answer.headers.get('Auth-State') === 'continue')
      answer = await link.ask('AUTH', [SASL], EMPTY);
    if (answer.ok) return;
  }
  const { callbacks } = link.parts;
  const token = callbacks.give(link.host);
  try {
    demand(await link.ask('AUTH', [['Mechanism', 'CALLBACK'], SASL], Buffer.from(token)));
  } finally {
    callbacks.take(token);
  }
};

/** In words that do not tell a stranger, who has chosen where we call, which of our neighbours listens at which port. */
const whyNot = (cause: unknown): string => {
  const code = cause instanceof ImppError ? cause.code : undefined;
  if (code === 'certificate-refused') return 'nobody there has a certificate for it';
  return code === 'permission-denied' ? 'it says no' : 'it was not reached';
};

/**
 * The acceptor's question to the domain that a peer, by its address, claims to be: over a new connection, to where we find it, with its
 * certificate checked.
 * @throws authentication-failed, whatever goes wrong
 */
export const askBack = async (opening: Opening, host: string, token: string, peer: string): Promise<void> => {
  const time = within(opening, VERIFY_DEADLINE, `${host} has not answered in time`);
  let link: Link | undefined;
  const stop = (): void => link?.connection.destroy();
  time.signal.addEventListener('abort', stop, { once: true });
  try {
    ({ link } = await greeted(
      { ...opening, signal: time.signal },
      { host, purpose: 'pres', server: undefined },
    ));
    demand(
      await link.ask('VERIFY', [
        ['Domain', opening.parts.domain.name],
        ['Token', token],
      ]),
    );
    if (link.connection.isSecure) await opening.parts.secureDomains.remember(host, peer);
    link.leave();
  } catch (cause) {
    link?.connection.destroy();
    throw new ImppError('authentication-failed', `${host} does not say that it is you: ${whyNot(cause)}`, {
      cause,
    });
  } finally {
    time.end();
  }
};
