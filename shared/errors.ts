/** What a program should do about an error: try at once, try later, or stop. */
export type Retry = 'now' | 'later' | 'never';

/** The tokens of the Error header and whether the same request may succeed later [IMPP 11]. */
export const PROTOCOL_ERRORS = {
  'target-unknown': 'never',
  'subscription-unknown': 'never',
  'permission-denied': 'never',
  'user-authentication-required': 'never',
  'domain-authentication-required': 'never',
  'temporarily-forwarded': 'never',
  'permanently-forwarded': 'never',
  'operation-not-supported': 'never',
  'type-not-understood': 'never',
  redirect: 'now',
  'connection-failure': 'later',
  'message-too-large': 'never',
  'mailbox-full': 'later',
  'mailbox-unavailable': 'never',
  'bad-request': 'never',
  'version-not-supported': 'never',
  conflict: 'never',
  'message-unknown': 'never',
  'authentication-failed': 'never',
  'tls-required': 'never',
  'too-many-requests': 'later',
  timeout: 'later',
  'internal-error': 'later',
} as const satisfies Record<string, Retry>;

/** What can go wrong on this side, before or beside the protocol. */
export const LOCAL_ERRORS = {
  /** What was typed is not an address; `reason` says why. */
  'invalid-address': 'never',
  /** A command's argument is not of its type. */
  'invalid-argument': 'never',
  /** The domain does not exist, or declares that it has no such service. */
  'domain-unknown': 'never',
  /** DNS did not answer, or no server of the domain could be reached. */
  unreachable: 'later',
  /** The certificate is not valid for the domain. Data: `other`, the name it does carry. */
  'certificate-refused': 'never',
  /** The server offers only what is weaker than what worked last time. */
  'weaker-mechanism': 'never',
  /** Those who run the domain have switched the account off. */
  'account-disabled': 'never',
  /** There is no keychain, or it does not answer. */
  'secret-store-unavailable': 'later',
  /** The keychain is there and closed. */
  'secret-store-locked': 'later',
  /** The keychain answers, and is not the one that the password was put into, or not as it was then. */
  'secret-store-changed': 'never',
  /** Data of these: `other`, the proxy. Nothing answers at its place. */
  'proxy-unreachable': 'later',
  /** It was reached, and did not open the way in time. */
  'proxy-timeout': 'later',
  /** It does not let us through. */
  'proxy-refused': 'later',
  /** It does not take the name and the password, or asks for some. */
  'proxy-authentication': 'never',
  /** What answers there is no such proxy, or the system names none that can be used. */
  'proxy-invalid': 'later',
  /** A name that only Tor knows, and no proxy. */
  'proxy-needed': 'never',
  /** The system or the browser does not show notifications of ours; `reason` is its word. */
  'notification-refused': 'later',
  'dictionary-unavailable': 'later',
  /** No password is at hand; the person has to type it. */
  'password-needed': 'never',
  /** The account, conversation or message named does not exist here. */
  'not-found': 'never',
  /** The peer broke the protocol. */
  'protocol-violation': 'later',
  /** A newer version of the program is not from whom this one is, or not whole. */
  'update-refused': 'later',
  /** The person stopped it. */
  cancelled: 'never',
  /** The history on this computer cannot be read. */
  'store-damaged': 'never',
  /** A newer program has written it, in a way that this one does not know. */
  'store-newer': 'never',
  /** The connection or the program ended before there was an answer. */
  closed: 'later',
} as const satisfies Record<string, Retry>;

export type ProtocolErrorCode = keyof typeof PROTOCOL_ERRORS;
export type LocalErrorCode = keyof typeof LOCAL_ERRORS;
export type ErrorCode = ProtocolErrorCode | LocalErrorCode;

/** Whose certificate a server showed. */
export interface Certificate {
  /** The names for which it is valid, separated by commas. */
  readonly names: string;
  readonly issuer: string;
  readonly from: number;
  readonly until: number;
  /** SHA-256, in hexadecimal. */
  readonly fingerprint: string;
}

/** What some codes carry: the headers of [IMPP 11], and `domain` or `other` for sentences. */
export interface ErrorData {
  readonly location?: string;
  readonly server?: string;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Octets. */
  readonly maxMessageSize?: number;
  readonly domain?: string;
  readonly other?: string;
  /** The one that was refused. */
  readonly certificate?: Certificate;
}

const RETRY: Record<ErrorCode, Retry> = { ...PROTOCOL_ERRORS, ...LOCAL_ERRORS };

/** The one error of the project: a code, an advice, a cause. `message` is the Reason, for people. */
export class ImppError extends Error {
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly data: ErrorData;

  constructor(code: ErrorCode, reason = code as string, options: { cause?: unknown; data?: ErrorData } = {}) {
    super(reason, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'ImppError';
    this.code = code;
    this.retry = RETRY[code];
    this.data = options.data ?? {};
  }
}

export const isProtocolError = (code: string): code is ProtocolErrorCode =>
  Object.hasOwn(PROTOCOL_ERRORS, code);
