// What the parts of the server know of each other. `server.ts` builds one of these and hands it round.

import type { Clock, RandomBytes } from '../shared/clock.ts';
import type { ImppError } from '../shared/errors.ts';
import type { AccessRules } from '../shared/impp/access-rules.ts';
import type { Forward } from '../shared/impp/documents.ts';
import type { BodyStream, Request, Response } from '../shared/impp/message.ts';
import type { Bus } from './bus/bus.ts';
import type { Config } from './config.ts';
import type { FirstMessages } from './net/first-messages.ts';
import type { PresenceRequests, WatchesElsewhere } from './presence/requests.ts';
import type { LargeBody, ServiceName, Storage, StoredMessage } from './storage/storage.ts';

export interface Log {
  debug(event: string, data?: object): void;
  info(event: string, data?: object): void;
  warn(event: string, data?: object): void;
  error(event: string, data?: object): void;
}

export interface Domain {
  /** The HOST served. */
  readonly name: string;
  readonly config: Config;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly storage: Storage;
  readonly bus: Bus;
  readonly accounts: Accounts;
  readonly endpoints: Endpoints;
  readonly presentities: Presentities;
  readonly inboxes: Inboxes;
  readonly links: Links;
  readonly firstMessages: FirstMessages;
}

/** An account as requests need it, in memory. */
export interface Account {
  readonly user: string;
  /** `impp://HOST/USER` */
  readonly url: string;
  readonly services: ReadonlySet<ServiceName>;
  readonly rules: AccessRules;
  /** The operator has switched it off: it takes no messages. */
  readonly isDisabled?: boolean;
  /** Where requests that the rules allow are sent instead, as the profile says [IMPP 10]. */
  readonly forward?: Forward | undefined;
}

export interface Accounts {
  /** From memory if it is there, so that what one sender asks keeps its order; undefined: no such account. */
  find(user: string): Account | undefined | Promise<Account | undefined>;
  /** Forgets what is in memory of `user`, because storage has changed. */
  forget(user: string): void;
}

/** Who asks for something that people of other domains may ask for, too [IMPP 12]. */
export interface Caller {
  /** The From of its requests. */
  readonly principal: string;
  readonly isAnonymous: boolean;
  /** The Connection-ID of its requests. */
  readonly connectionId: string;
  readonly purpose: 'interactive' | 'bulk';
  /** The largest body that it takes. */
  readonly maxMessageSize: number;
}

/** An attached connection, as seen by the methods and services. */
export interface Endpoint extends Caller {
  /** USER of the account that is signed in; for anonymous logins `anonymous-...`, without an account. */
  readonly user: string;
  readonly device: string;
  /** USER whose inbox is attached: `user`, unless a delegate reads another's. */
  readonly inbox: string;
  /** Whether a request made now goes out at once: its window is not full, and nothing waits for it. */
  readonly hasRoom: boolean;
  /**
   * Sends a request to the device, now or when its window allows, in the order of the calls. `settle` is
   * called once: with the response, or with `timeout`, or `closed` when the connection ends first.
   */
  request(
    method: string,
    headers: readonly (readonly [name: string, value: string])[],
    body: Uint8Array | BodyStream | undefined,
    settle: (outcome: Response | ImppError) => void,
  ): void;
  /** Sends BYE with the error, then closes. */
  dismiss(error: ImppError | undefined): void;
}

/** The attached connections of this server. */
export interface Endpoints {
  /** Interactive endpoints signed in as `user`, delegates of other inboxes included. */
  ofUser(user: string): Iterable<Endpoint>;
  /** Interactive endpoints attached to the inbox of `user`, delegates included. */
  ofInbox(user: string): Iterable<Endpoint>;
  /** The one with this Connection-ID, interactive. */
  find(user: string, connectionId: string): Endpoint | undefined;
}

/** The presence service [IMPP 7]. */
export interface Presentities extends PresenceRequests {
  readonly elsewhere: WatchesElsewhere;
  /** Reads what storage kept. */
  start(): Promise<void>;
  /** A device has attached (interactive). */
  attached(endpoint: Endpoint): void;
  /** A device has gone: by its own BYE its leases end at once, otherwise they run out. */
  detached(endpoint: Endpoint, how: 'bye' | 'lost' | 'taken-over'): void;
  /** There is a link to the domain `host`: what waits for it can go out. */
  linked(host: string): void;
  /** The access rules of `user` are new: settles when live subscriptions have been judged by them [IMPP 9]. */
  rulesChanged(user: string): Promise<void>;
  /** `user` cannot sign in any more: what its devices publish ends at once; watches stay. */
  signedOff(user: string): Promise<void>;
  /** Permanent values of `user` have come into storage from outside. */
  permanentChanged(user: string): Promise<void>;
  /** Ends all watches of `user` with target-unknown, and all that `user` holds. */
  accountRemoved(user: string): Promise<void>;
  close(): Promise<void>;
}

/** The instant message service [IMPP 8]. */
export interface Inboxes {
  start(): Promise<void>;
  /**
   * Joins a device to its inbox. From the call on, new entries wait for `begin`, which the caller calls once
   * OK (ATTACH) is written: the replay of what is after `after` (undefined: none), then what is new.
   */
  attach(
    endpoint: Endpoint,
    after: number | undefined,
  ): Promise<{ first: number; last: number; count: number; begin(): void }>;
  detached(endpoint: Endpoint): void;
  /**
   * Takes responsibility for a message to `to`, whose rules have let it pass: entered into the inbox (and as
   * a copy into that of `copyTo`), or, with `isKept` false, passed to attached devices only. The value is the
   * answer to SEND; a repeat joins it or has the former entry's.
   */
  send(message: StoredMessage, to: string, from: Sender, isKept: boolean): Promise<Reply>;
  /**
   * Stores the body of a message to `to` as it comes; `send` then takes responsibility for it, or `discard` lets
   * it go. `check` is given its beginning, with the whole header section, before anything is stored. `quota`: octets,
   * if it is not the one that is set.
   * @throws what `check` throws; mailbox-full; closed
   */
  receive(
    stream: BodyStream,
    to: string,
    check: (beginning: Uint8Array) => void,
    quota?: number,
  ): Promise<LargeBody>;
  discard(body: LargeBody): void;
  /** Enters what `user` has sent to another domain as a copy, once; `device` has it. Takes over a large body. */
  enterCopy(message: StoredMessage, user: string, device: string): Promise<void>;
  /** The answer to a repeat of what was taken before, though it would be refused now; undefined: never taken. */
  repeated(
    key: Pick<StoredMessage, 'origin' | 'target' | 'messageId'>,
    to: string,
  ): Promise<Reply | undefined>;
  /** GET-INBOX: the `limit` entries just before `before` go out to the endpoint, then the answer is there. */
  page(endpoint: Endpoint, before: number | undefined, limit: number): Promise<Reply>;
  /** GET-MESSAGE. @throws message-unknown, message-too-large */
  message(endpoint: Endpoint, sequence: number): Promise<Reply>;
  accountRemoved(user: string): Promise<void>;
  close(): Promise<void>;
}

/** The other domains [IMPP 12]. */
export interface Links {
  /**
   * Passes a request of a client, whose From and Connection-ID have been checked, on to the domain `host` as it came,
   * in the order of the calls. Gives what is answered there, OK or ERROR, for `Reply.relayed`.
   * @throws connection-failure, timeout, permission-denied (by policy), too-many-requests
   */
  forward(request: Request, host: string): Promise<Response>;
  /**
   * Asks the domain `host` something by itself: CHANGE-NOTIFY, TERMINATE-SUBSCRIPTION, UNSUBSCRIBE for a device that
   * is gone; in the order of the calls. What is not answered is tried once more over a new link [IMPP 7]. `settle` is
   * called once: with the response, OK or ERROR, or with what `forward` throws, or `closed`.
   */
  request(
    host: string,
    method: string,
    headers: readonly (readonly [name: string, value: string])[],
    body: Uint8Array | undefined,
    settle: (outcome: Response | ImppError) => void,
  ): void;
  /** Ends all links. */
  close(): Promise<void>;
}

/** Where a message comes from: the inbox that gets a copy, if there is one, and the device that needs none. */
export interface Sender {
  readonly copyTo: string | undefined;
  readonly device: string;
}

/** What answers OK. Throwing an ImppError answers ERROR. */
export interface Reply {
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** With its Content-Type among the headers. */
  readonly body?: Uint8Array;
  /** Instead: a large one, likewise. */
  readonly stream?: BodyStream;
  /** Instead of all these: what another domain has answered. */
  readonly relayed?: Response;
  /** Runs right after the response has been put on the wire. */
  readonly after?: () => void;
}

/**
 * What a method gives back. Requests of one sender for one Target take effect in order: the next one starts
 * when this value is there. A method whose answer may wait longer than its effect gives the answer as `later`.
 */
export type Handled = Reply | { readonly later: Promise<Reply> };

/** A method of an attached client; From and Connection-ID have been checked. */
export type AttachedMethod = (
  domain: Domain,
  endpoint: Endpoint,
  request: Request,
) => Handled | Promise<Handled>;

/**
 * A method of a client, or of somebody of another domain over a link: From has been checked, Target is for the method
 * to check.
 */
export type CallerMethod = (domain: Domain, caller: Caller, request: Request) => Handled | Promise<Handled>;

/** A method of another domain's server over a link, whose From is of that domain `host`. */
export type LinkMethod = (domain: Domain, host: string, request: Request) => Handled | Promise<Handled>;
