import { ImppError } from '../../shared/errors.ts';
import { addressOf } from '../../shared/impp/address.ts';
import { parseAnonymous } from '../../shared/impp/sasl/anonymous.ts';
import { checkPlain } from '../../shared/impp/sasl/plain.ts';
import { scramServer } from '../../shared/impp/sasl/scram.ts';
import type { Service } from '../net/service.ts';
import type { Session, Who } from '../net/session.ts';
import type { Found } from './credentials.ts';
import { switchedOff } from './switched-off.ts';

/** What a step of SASL leads to: a challenge, or the one who has signed in with what else is to be said. */
export type Step =
  | { readonly challenge: Uint8Array | undefined }
  | { readonly who: Who; readonly data: Uint8Array | undefined };

/** The server's side of one exchange. A step that throws has ended it. */
export interface Login {
  /** `message`: absent only in a first AUTH without an initial response. */
  step(message: Uint8Array | undefined): Promise<Step>;
}

/** The mechanisms that `session` may use now, strongest first. */
export const mechanismsOf = (service: Service, session: Session): readonly string[] => {
  const { isSecure } = session.connection;
  if (service.requiresTls && !isSecure) return [];
  return service.domain.config.auth.mechanisms.filter((name) => {
    if (name === 'SCRAM-SHA-256-PLUS') return isSecure && session.connection.binding !== undefined;
    return name === 'PLAIN' ? isSecure : name === 'SCRAM-SHA-256' || name === 'ANONYMOUS';
  });
};

/** @throws operation-not-supported */
export const startLogin = (service: Service, session: Session, mechanism: string): Login => {
  const usable = mechanismsOf(service, session);
  if (!usable.includes(mechanism)) {
    throw new ImppError('operation-not-supported', `the mechanism ${mechanism} cannot be used here`);
  }
  switch (mechanism) {
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-256-PLUS':
      return scram(service, session, mechanism, usable.includes('SCRAM-SHA-256-PLUS'));
    case 'PLAIN':
      return plain(service);
    default:
      return anonymous(service);
  }
};

const scram = (
  service: Service,
  session: Session,
  mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS',
  plusOffered: boolean,
): Login => {
  let found: Found | undefined;
  const exchange = scramServer({
    mechanism,
    crypto: service.crypto,
    binding: mechanism === 'SCRAM-SHA-256-PLUS' ? session.connection.binding : undefined,
    plusOffered,
    lookup: async (user) => (found = await service.credentials.lookup(user)),
  });
  let isChallenged = false;
  const since = service.credentials.changeCount;
  return {
    async step(message) {
      if (message === undefined) return { challenge: undefined };
      if (!isChallenged) {
        isChallenged = true;
        return { challenge: await exchange.first(message) };
      }
      const { data, user, authzid } = await exchange.final(message);
      return { who: whoIs(service, { found, since }, user, authzid), data };
    },
  };
};

const plain = (service: Service): Login => ({
  async step(message) {
    if (message === undefined) return { challenge: undefined };
    const since = service.credentials.changeCount;
    let found: Found | undefined;
    const { user, authzid } = await checkPlain(message, {
      crypto: service.crypto,
      lookup: async (name) => (found = await service.credentials.lookup(name)),
    });
    return { who: whoIs(service, { found, since }, user, authzid), data: undefined };
  },
});

const anonymous = (service: Service): Login => ({
  step(message) {
    if (message === undefined) return Promise.resolve({ challenge: undefined });
    // The trace is what somebody calls himself: it is checked, and kept nowhere.
    parseAnonymous(message);
    const user = `anonymous-${Buffer.from(service.domain.random(12)).toString('hex')}`;
    const { url } = addressOf(service.domain.name, user);
    return Promise.resolve({ who: { user, url, isAnonymous: true }, data: undefined });
  },
});

/**
 * An account acts as itself, and names itself so if it names anyone [IMPP 6]. That it is switched off is told to none
 * but those who have the password.
 */
const whoIs = (
  service: Service,
  { found, since }: { readonly found: Found | undefined; readonly since: number },
  user: string,
  authzid: string | undefined,
): Who => {
  const { url } = addressOf(service.domain.name, user);
  if (authzid !== undefined && authzid !== url) throw new ImppError('authentication-failed');
  // Begun with the former password, and finished after SET-PASSWORD has sent all others away.
  if (!service.credentials.isCurrent(user, since)) throw new ImppError('authentication-failed');
  const account = found?.account;
  if (account?.disabledAt !== undefined) throw switchedOff();
  if (account !== undefined) {
    const { clock, log } = service.domain;
    service.credentials
      .signedIn(account, clock.now())
      .catch((error: unknown) => log.error('time of a sign-in not kept', { user, error }));
  }
  return { user, url, isAnonymous: false };
};
