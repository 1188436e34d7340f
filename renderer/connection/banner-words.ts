import type { Account } from '../../shared/model.ts';
import { domainOf, label } from '../address.ts';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../../shared/i18n/t.ts';

/**
 * `unlock`, `again`: the keychain is asked once more; `network`, `update`: the pages where the way is chosen, and where
 * newer versions are.
 */
export type Action = 'try-now' | 'connect' | 'password' | 'unlock' | 'again' | 'network' | 'update';

export interface BannerWords {
  readonly kind: 'plain' | 'warn' | 'bad';
  readonly icon: 'offline' | 'refresh' | 'lock' | 'certificate' | 'plug';
  readonly head: string;
  readonly text: string;
  readonly action?: Action;
  /** Another way out. */
  readonly otherwise?: Action;
  /** There is more to say than the sentence does. */
  readonly hasDetails: boolean;
  readonly gravity: number;
}

/** Trouble that is not mended by trying again. */
const GRAVE = new Set([
  'certificate-refused',
  'weaker-mechanism',
  'domain-authentication-required',
  'tls-required',
  'domain-unknown',
  'version-not-supported',
  'protocol-violation',
  'proxy-authentication',
  'proxy-needed',
]);

/** What is the matter with the keychain. */
const KEYCHAIN = {
  'secret-store-locked': { words: 'locked', action: 'unlock' },
  'secret-store-unavailable': { words: 'gone', action: 'again' },
  'secret-store-changed': { words: 'changed', action: undefined },
} as const;

const isKeychain = (code: string | undefined): code is keyof typeof KEYCHAIN =>
  code !== undefined && Object.hasOwn(KEYCHAIN, code);

/** Whether the proxy is the trouble: then there is another way to choose. */
const isProxy = (code: string | undefined): boolean => code?.startsWith('proxy-') === true;

/** What the state of a connection is in words; `undefined` while all is well. */
export function bannerWords(account: Account, now: number): BannerWords | undefined {
  const { phase, problem, retryAt, passwordNeeded } = account.connection;
  const domain = domainOf(account.id);
  if (phase === 'online') return undefined;
  const hasDetails = problem !== undefined && problem.reason !== '' && problem.reason !== problem.code;

  const code = problem?.code;
  if (passwordNeeded === true && isKeychain(code)) {
    const { words, action } = KEYCHAIN[code];
    return {
      kind: 'warn',
      icon: 'lock',
      head: t(`connection.${words}.head`),
      text: t(`connection.${words}.text`),
      ...(action === undefined ? { action: 'password' } : { action, otherwise: 'password' }),
      hasDetails: false,
      gravity: 3,
    };
  }
  if (passwordNeeded === true) {
    const text = passwordWords(account);
    return {
      kind: 'warn',
      icon: 'lock',
      head: t('connection.not-signed-in.head'),
      text,
      action: 'password',
      hasDetails: false,
      gravity: 3,
    };
  }
  if (problem !== undefined && GRAVE.has(problem.code)) {
    const isCertificate = problem.code === 'certificate-refused';
    return {
      kind: 'bad',
      icon: isCertificate ? 'certificate' : 'offline',
      head: t('connection.not-connected.head'),
      text: sentenceFor(problem, { attempt: 'connection', address: account.id }),
      action: problem.code === 'version-not-supported' ? 'update' : 'try-now',
      ...(isProxy(problem.code) ? { otherwise: 'network' } : {}),
      hasDetails,
      gravity: 4,
    };
  }
  switch (phase) {
    case 'signed-out':
      return {
        kind: 'plain',
        icon: 'plug',
        head: t('connection.signed-out.head', { domain }),
        text:
          problem === undefined
            ? t('connection.waits')
            : sentenceFor(problem, { attempt: 'connection', address: account.id }),
        action: 'connect',
        hasDetails,
        gravity: 1,
      };
    case 'waiting': {
      const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000);
      const text =
        problem === undefined
          ? t('connection.waits')
          : sentenceFor(problem, { attempt: 'connection', address: account.id });
      const head =
        retryAt === undefined
          ? t('connection.offline.head')
          : seconds > 0
            ? t('connection.retrying.head', { seconds })
            : t('connection.retrying-now.head');
      return {
        kind: 'plain',
        icon: retryAt === undefined ? 'offline' : 'refresh',
        head,
        text,
        action: 'try-now',
        ...(isProxy(code) ? { otherwise: 'network' } : {}),
        hasDetails,
        gravity: 2,
      };
    }
    case 'closing':
      return {
        kind: 'plain',
        icon: 'plug',
        head: t('connection.closing.head', { domain }),
        text: '',
        hasDetails: false,
        gravity: 0,
      };
    case 'resolving':
    case 'connecting':
    case 'securing':
    case 'authenticating':
      return {
        kind: 'plain',
        icon: 'refresh',
        head: t('connection.connecting.head', { domain }),
        text: t('connection.waits'),
        hasDetails: false,
        gravity: 1,
      };
  }
}

/** Why the password has to be typed. */
export function passwordWords({ id, secret, connection: { problem } }: Account): string {
  const address = label(id);
  if (problem === undefined || problem.code === 'password-needed') {
    return secret === 'unavailable'
      ? t('connection.no-keychain', { address })
      : t('connection.password-needed', { address });
  }
  if (problem.code === 'authentication-failed') return t('connection.authentication-failed', { address });
  return sentenceFor(problem, { attempt: 'connection', address: id });
}
