// Keeps a certificate by ACME: the first one, and each new one in time. An attempt that fails is followed by a longer
// and longer pause, which a restart does not shorten.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { Clock, RandomBytes } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import { fraction } from '../../shared/fraction.ts';
import type { Config } from '../config.ts';
import { readHostAndPort } from '../config-settings.ts';
import type { Log } from '../domain.ts';
import { Challenges } from './challenges.ts';
import {
  readAccountKey,
  readCertificate,
  readHistory,
  writeAccountKey,
  writeCertificate,
  writeHistory,
} from './folder.ts';
import { type Issued, NameRefused, order, type Wanted } from './order.ts';
import { delayAfter, renewalTime } from './schedule.ts';

/** Whether a certificate is due is looked at so often: a machine may have slept meanwhile. */
const LOOK_MS = 3_600_000;
/** After a certificate, none is asked for in this time, or in a third of its life. */
const CALM_MS = 12 * 3_600_000;
/** Nobody makes it ask more often than that. */
const IMPATIENT_MS = 60_000;
/** Where HTTP-01 is looked for. */
export const HTTP: Readonly<{ host: string; port: number }> = { host: '::', port: 80 };

export interface Keeper {
  readonly challenges: Challenges;
  /** Settles when there is a certificate that names the domain, which may be from the start. */
  readonly first: Promise<void>;
  /** From now on somebody listens who answers in handshakes, too; `renewed` hears of each new certificate. */
  serving(renewed: () => void): void;
  /** Looks at once; somebody who has put right what was wrong does not wait for the pause to end. */
  look(): void;
  close(): Promise<void>;
}

interface Options {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly names: () => Promise<readonly string[]>;
  readonly obtain?: (wanted: Wanted) => Promise<Issued>;
}

/** Begins at once. */
export function keepCertificate({ config, clock, random, log, names, obtain = order }: Options): Keeper {
  const { acme, data, domain, listen, tls } = config;
  const challenges = new Challenges();
  const ended = new AbortController();
  const first = Promise.withResolvers<void>();
  const chance = fraction(random);
  let renewed: (() => void) | undefined;
  let triedAt = -Infinity;
  let cancel = (): void => {};
  let looking: Promise<void> = Promise.resolve();

  /** The certificate that is there, if it is for the domain. */
  function served(): X509Certificate | undefined {
    const pem = readCertificate(data);
    if (pem === undefined) return undefined;
    const certificate = new X509Certificate(pem);
    return certificate.checkHost(domain, { subject: 'never' }) === undefined ? undefined : certificate;
  }

  /** Gives how long nothing is to be done. */
  async function look(isWanted: boolean): Promise<number> {
    const now = clock.now();
    const present = served();
    // Also one that has ended: whoever watches over the domain sees more of it when it is served.
    if (present !== undefined) first.resolve();
    const question = `${acme.directory} ${acme.challenge} ${domain}`;
    const kept = readHistory(data);
    const history = kept.question === question ? kept : { ...kept, failures: 0, notBefore: 0 };
    const isDue = present === undefined || history.directory !== acme.directory;
    const due = isDue ? now : renewalTime(present, chance);
    const until = present === undefined && history.failures === 0 ? 0 : history.notBefore;
    const start = isWanted && now - triedAt > IMPATIENT_MS ? due : Math.max(due, until);
    if (start > now) return start - now;
    triedAt = now;

    const failures = history.failures + 1;
    const delay = delayAfter(failures, random);
    const attempt = { ...history, question, failures };
    // Before anything is asked. What the end of the process cuts off may be tried again at once, but only once.
    writeHistory(data, { ...attempt, notBefore: failures > 1 ? now + delay : 0 });
    try {
      const wanted = await names();
      log.info('certificate asked for', { directory: acme.directory, names: wanted });
      const { chain, key } = await ask(wanted);
      writeCertificate(data, chain, key);
      const issued = new X509Certificate(chain);
      // A clock that is wrong would find each new one to be due.
      const calm = Math.min(CALM_MS, (issued.validToDate.getTime() - issued.validFromDate.getTime()) / 3);
      const notBefore = clock.now() + calm;
      writeHistory(data, { failures: 0, notBefore, question, directory: acme.directory });
      log.info('certificate issued', {
        names: wanted,
        end: issued.validToDate.toISOString(),
      });
      first.resolve();
      renewed?.();
      return Math.max(calm, renewalTime(issued, chance) - clock.now());
    } catch (error) {
      // Nobody's failure.
      if (ended.signal.aborted) writeHistory(data, history);
      else {
        const reason = error instanceof Error ? error.message : String(error);
        const notBefore = clock.now() + delay;
        writeHistory(data, { ...attempt, notBefore, reason });
        log.error('no certificate was issued', { error, failures, next: new Date(notBefore).toISOString() });
      }
      return delay;
    }
  }

  function lookInTurn(isWanted: boolean): void {
    cancel();
    looking = looking
      .then(() => (ended.signal.aborted ? LOOK_MS : look(isWanted)))
      .catch((error: unknown) => {
        log.error('the certificate is not looked after', { error });
        return LOOK_MS;
      })
      .then((delay) => {
        cancel();
        if (!ended.signal.aborted) cancel = clock.after(Math.min(LOOK_MS, delay), () => lookInTurn(false));
      });
  }

  async function ask(wanted: readonly string[]): Promise<Issued> {
    const close = await openPlace();
    try {
      return await askFor(wanted);
    } catch (error) {
      // Everybody checks for the domain only: a name that is not ours to prove does not keep it without.
      if (!(error instanceof NameRefused) || error.refused === domain || wanted.length === 1) throw error;
      log.warn('a name is left out of the certificate', { name: error.refused, error });
      return await askFor([domain]);
    } finally {
      close();
    }
  }

  const askFor = (wanted: readonly string[]): Promise<Issued> =>
    obtain({
      directory: acme.directory,
      email: acme.email,
      names: wanted,
      challenge: acme.challenge,
      accountKey: readAccountKey(data),
      accountMade: (pem) => writeAccountKey(data, pem),
      ca: tls.ca === undefined ? undefined : readFileSync(tls.ca, 'utf8'),
      challenges,
      clock,
      signal: ended.signal,
    });

  async function openPlace(): Promise<() => void> {
    const place = acme.listen === undefined ? undefined : readHostAndPort(acme.listen);
    if (acme.challenge === 'http-01') return await challenges.serveHttp(place ?? HTTP, log);
    // Who serves the domain answers challenges in passing.
    if (place === undefined && renewed !== undefined) return () => {};
    return await challenges.serveTls(place ?? listen, log);
  }

  lookInTurn(false);
  return {
    challenges,
    first: first.promise,
    serving(heard) {
      renewed = heard;
    },
    look: () => lookInTurn(true),
    async close() {
      ended.abort(new ImppError('closed', 'parleyd ends'));
      cancel();
      await looking;
    },
  };
}
