import type { ImppError } from '../../shared/errors.ts';
import { Headers } from '../../shared/impp/headers.ts';
import type { BodyStream, Response } from '../../shared/impp/message.ts';
import type { Endpoint, Endpoints } from '../domain.ts';
import type { Session } from './session.ts';

type Purpose = Endpoint['purpose'];

/** An attached connection, as the methods and services see it. */
export class AttachedEndpoint implements Endpoint {
  readonly #session: Session;
  readonly user: string;
  readonly principal: string;
  readonly isAnonymous: boolean;
  readonly connectionId: string;
  readonly device: string;
  readonly purpose: Purpose;
  readonly inbox: string;
  readonly maxMessageSize: number;

  constructor(
    session: Session,
    who: { readonly user: string; readonly url: string; readonly isAnonymous: boolean },
    place: {
      readonly connectionId: string;
      readonly device: string;
      readonly purpose: Purpose;
      readonly inbox: string;
      readonly maxMessageSize: number;
    },
  ) {
    this.#session = session;
    this.user = who.user;
    this.principal = who.url;
    this.isAnonymous = who.isAnonymous;
    this.connectionId = place.connectionId;
    this.device = place.device;
    this.purpose = place.purpose;
    this.inbox = place.inbox;
    this.maxMessageSize = place.maxMessageSize;
  }

  get hasRoom(): boolean {
    return this.#session.hasRoom;
  }

  request(
    method: string,
    headers: readonly (readonly [string, string])[],
    body: Uint8Array | BodyStream | undefined,
    settle: (outcome: Response | ImppError) => void,
  ): void {
    this.#session.ask(method, Headers.from(headers), body, settle);
  }

  dismiss(error: ImppError | undefined): void {
    // Too much is unanswered: that it is told so does not make it less of a cut.
    if (error?.code === 'timeout') this.#session.connection.cutFor('slow-reader');
    this.#session.dismiss(error);
  }
}

/** The interactive endpoints of this server, by account and by inbox. */
export class EndpointIndex implements Endpoints {
  // Lists are replaced, never changed: who walks one is not disturbed by those who come and go meanwhile.
  readonly #byUser = new Map<string, readonly AttachedEndpoint[]>();
  readonly #byInbox = new Map<string, readonly AttachedEndpoint[]>();

  ofUser(user: string): readonly AttachedEndpoint[] {
    return this.#byUser.get(user) ?? NONE;
  }

  ofInbox(user: string): readonly AttachedEndpoint[] {
    return this.#byInbox.get(user) ?? NONE;
  }

  find(user: string, connectionId: string): AttachedEndpoint | undefined {
    return this.ofUser(user).find((endpoint) => endpoint.connectionId === connectionId);
  }

  add(endpoint: AttachedEndpoint): void {
    this.#byUser.set(endpoint.user, [...this.ofUser(endpoint.user), endpoint]);
    this.#byInbox.set(endpoint.inbox, [...this.ofInbox(endpoint.inbox), endpoint]);
  }

  /** Gives whether it was there. */
  remove(endpoint: AttachedEndpoint): boolean {
    const wasThere = this.ofUser(endpoint.user).includes(endpoint);
    without(this.#byUser, endpoint.user, endpoint);
    without(this.#byInbox, endpoint.inbox, endpoint);
    return wasThere;
  }
}

const NONE: readonly AttachedEndpoint[] = [];

const without = (
  lists: Map<string, readonly AttachedEndpoint[]>,
  key: string,
  endpoint: AttachedEndpoint,
): void => {
  const rest = (lists.get(key) ?? NONE).filter((other) => other !== endpoint);
  if (rest.length === 0) lists.delete(key);
  else lists.set(key, rest);
};
