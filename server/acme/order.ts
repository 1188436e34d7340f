// One certificate from an authority [RFC 8555 7]. The library signs, keeps nonces and makes requests; waiting and
// trying again are ours, so that nothing goes on after its time.

import { Agent } from 'node:https';
import { getCACertificates } from 'node:tls';
import type * as Library from 'acme-client';
import type { Authorization, Client, Order } from 'acme-client';

import type { Clock } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Challenges } from './challenges.ts';

/** For each request, and for all of it. */
const REQUEST_MS = 30_000;
const ATTEMPT_MS = 5 * 60_000;
/** How often the authority is asked whether it has looked: at first, and at most. */
const FIRST_POLL = 250;
const LAST_POLL = 5_000;

export interface Wanted {
  readonly directory: string;
  readonly email: string | undefined;
  readonly names: readonly string[];
  readonly challenge: 'http-01' | 'tls-alpn-01';
  /** PEM; undefined: one is to be made, of which `accountMade` hears before it is used. */
  readonly accountKey: string | undefined;
  readonly accountMade: (pem: string) => void;
  /** Further authorities whose word the directory's certificate may have, PEM. */
  readonly ca: string | undefined;
  readonly challenges: Challenges;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export interface Issued {
  /** PEM, the domain's own first. */
  readonly chain: string;
  readonly key: string;
}

/** The authority would not believe that this name is ours. */
export class NameRefused extends ImppError {
  readonly refused: string;

  constructor(name: string, reason: string) {
    super('permission-denied', `the authority refuses ${name}: ${reason}`);
    this.refused = name;
  }
}

/** Gets a certificate for `names`. @throws NameRefused, unreachable, timeout, permission-denied */
export async function order(wanted: Wanted): Promise<Issued> {
  const library = await import('acme-client');
  const time = new AbortController();
  const stop = (): void => time.abort(wanted.signal.reason);
  wanted.signal.addEventListener('abort', stop, { once: true });
  if (wanted.signal.aborted) stop();
  const cancel = wanted.clock.after(ATTEMPT_MS, () =>
    time.abort(new ImppError('timeout', 'the authority has not issued the certificate in time')),
  );
  const offered: (() => void)[] = [];
  try {
    const client = await clientOf(library, wanted, time.signal);
    return await issue(library, client, { ...wanted, signal: time.signal }, offered);
  } catch (cause) {
    if (time.signal.aborted) throw time.signal.reason;
    throw cause instanceof ImppError ? cause : new ImppError('unreachable', reasonOf(cause), { cause });
  } finally {
    cancel();
    wanted.signal.removeEventListener('abort', stop);
    for (const takeBack of offered) takeBack();
  }
}

async function clientOf(library: typeof Library, wanted: Wanted, signal: AbortSignal): Promise<Client> {
  const { directory, email, ca } = wanted;
  const { axios } = library;
  // They would try again by themselves, for minutes, and not to be stopped.
  axios.interceptors.request.clear();
  axios.interceptors.response.clear();
  const httpsAgent =
    ca === undefined ? {} : { httpsAgent: new Agent({ ca: [...getCACertificates('default'), ca] }) };
  Object.assign(axios.defaults, { signal, timeout: REQUEST_MS, ...httpsAgent });
  let { accountKey } = wanted;
  if (accountKey === undefined) {
    accountKey = String(await library.crypto.createPrivateEcdsaKey());
    wanted.accountMade(accountKey);
  }
  const client = new library.Client({ directoryUrl: directory, accountKey });
  // Finds the account of the key, where there is one.
  await client.createAccount({
    termsOfServiceAgreed: true,
    ...(email === undefined ? {} : { contact: [`mailto:${email}`] }),
  });
  return client;
}

async function issue(
  library: typeof Library,
  client: Client,
  wanted: Wanted,
  offered: (() => void)[],
): Promise<Issued> {
  const { names, clock, signal } = wanted;
  const identifiers = names.map((value) => ({ type: 'dns', value }));
  let placed = await client.createOrder({ identifiers });
  const pending = (await client.getAuthorizations(placed)).filter(({ status }) => status !== 'valid');
  for (const authorization of pending) await show(library, client, wanted, authorization, offered);
  await until(clock, signal, async () => areValid(await client.getAuthorizations(placed)));

  const [key, request] = await library.crypto.createCsr(
    { altNames: [...names] },
    await library.crypto.createPrivateEcdsaKey(),
  );
  await until(clock, signal, async () => isSettled((placed = await client.getOrder(placed)), 'ready'));
  await client.finalizeOrder(placed, request);
  await until(clock, signal, async () => isSettled((placed = await client.getOrder(placed)), 'valid'));
  return { chain: await client.getCertificate(placed), key: String(key) };
}

async function show(
  library: typeof Library,
  client: Client,
  { challenge: wantedType, challenges }: Wanted,
  authorization: Authorization,
  offered: (() => void)[],
): Promise<void> {
  const name = authorization.identifier.value;
  const challenge = authorization.challenges.find(({ type }) => type === wantedType);
  if (challenge === undefined) throw new NameRefused(name, `it does not offer ${wantedType}`);
  const answer = await client.getChallengeKeyAuthorization(challenge);
  if (wantedType === 'http-01') offered.push(challenges.offerOverHttp(challenge.token, answer));
  else {
    const [key, certificate] = await library.crypto.createAlpnCertificate(
      authorization,
      answer,
      await library.crypto.createPrivateEcdsaKey(),
    );
    offered.push(challenges.offerInHandshake(name, String(certificate), String(key)));
  }
  await client.completeChallenge(challenge);
}

/** @throws NameRefused */
function areValid(authorizations: readonly Authorization[]): boolean {
  for (const { status, identifier, challenges } of authorizations) {
    if (status === 'valid' || status === 'pending') continue;
    const error = challenges
      .map((challenge) => ('error' in challenge ? challenge.error : undefined))
      .find(Boolean);
    throw new NameRefused(identifier.value, detailOf(error) ?? status);
  }
  return authorizations.every(({ status }) => status === 'valid');
}

/** @throws permission-denied */
function isSettled({ status, error }: Order, wanted: 'ready' | 'valid'): boolean {
  if (status === 'invalid')
    throw new ImppError(
      'permission-denied',
      `the authority refuses: ${detailOf(error) ?? 'no reason given'}`,
    );
  return status === wanted || status === 'valid';
}

function detailOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('detail' in error)) return undefined;
  return typeof error.detail === 'string' ? error.detail : undefined;
}

/** Asks until it is so; `signal` ends it. */
async function until(clock: Clock, signal: AbortSignal, isSo: () => Promise<boolean>): Promise<void> {
  for (let wait = FIRST_POLL; !(await isSo()); wait = Math.min(LAST_POLL, wait * 2)) {
    await new Promise<void>((resolve, reject) => {
      const aborted = (): void => {
        cancel();
        reject(signal.reason as Error);
      };
      const cancel = clock.after(wait, () => {
        signal.removeEventListener('abort', aborted);
        resolve();
      });
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
    });
  }
}

/** Of the innermost fault, in which there is no key: the library's outer ones carry the whole request. */
const reasonOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return message === '' ? code || 'no answer' : message;
};
