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
  /** There is no keychain, or it is locked. */
  'secret-store-unavailable': 'later',
  /** The system or the browser does not show notifications of ours; `reason` is its word. */
  'notification-refused': 'later',
  /** No password is at hand; the person has to type it. */
  'password-needed': 'never',
  /** The account, conversation or message named does not exist here. */
  'not-found': 'never',
  /** The peer broke the protocol. */
  'protocol-violation': 'later',
  /** The person stopped it. */
  cancelled: 'never',
  /** The history on this computer cannot be read. */
  'store-damaged': 'never',
  /** The connection or the program ended before there was an answer. */
  closed: 'later',
} as const satisfies Record<string, Retry>;

export type ProtocolErrorCode = keyof typeof PROTOCOL_ERRORS;
export type LocalErrorCode = keyof typeof LOCAL_ERRORS;
export type ErrorCode = ProtocolErrorCode | LocalErrorCode;

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
