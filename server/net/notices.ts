import { type ErrorCode, ImppError } from '../../shared/errors.ts';
import type { Bus } from '../bus/bus.ts';
import type { Session } from './session.ts';
import type { SignedIn } from './signed-in.ts';

/** What one server of the domain tells the others of its sessions, on the subject `sessions`. */
type Notice = { readonly from: string; readonly user: string } & (
  | { readonly type: 'dismiss'; readonly code: ErrorCode; readonly reason: string }
  | { readonly type: 'taken-over'; readonly connectionId: string }
  | { readonly type: 'changed' }
);

const SUBJECT = 'sessions';

/** Sends sessions of an account away, on this server at once and on the others through the bus. */
export class Notices {
  readonly #bus: Bus;
  readonly #self: string;
  readonly #signedIn: SignedIn;
  readonly #dismissed: (user: string) => void;
  readonly #off: () => void;

  /** `self` names this server among those of the domain; `changed` hears of accounts changed elsewhere, `dismissed` of all sent away. */
  constructor(options: {
    bus: Bus;
    self: string;
    signedIn: SignedIn;
    changed: (user: string) => void;
    dismissed: (user: string) => void;
  }) {
    this.#bus = options.bus;
    this.#self = options.self;
    this.#signedIn = options.signedIn;
    this.#dismissed = options.dismissed;
    this.#off = options.bus.subscribe(SUBJECT, (message) => {
      const notice = message as Notice;
      if (notice.from === this.#self) return;
      const { user } = notice;
      if (notice.type === 'dismiss')
        this.#dismissAll(user, new ImppError(notice.code, notice.reason), undefined);
      else if (notice.type === 'taken-over') this.#takeOver(user, notice.connectionId, undefined);
      else options.changed(user);
    });
  }

  /** BYE with `error` to all connections of the account but `except`. */
  dismissAll(user: string, error: ImppError, except: Session | undefined): void {
    this.#dismissAll(user, error, except);
    this.#tell({ type: 'dismiss', code: error.code, reason: error.message, user, from: this.#self });
  }

  /** BYE to an older interactive connection with the same Connection-ID as that of `by`. */
  takeOver(user: string, connectionId: string, by: Session): void {
    this.#takeOver(user, connectionId, by);
    this.#tell({ type: 'taken-over', connectionId, user, from: this.#self });
  }

  /** The account is not what it was: other servers read it again. */
  changed(user: string): void {
    this.#tell({ type: 'changed', user, from: this.#self });
  }

  close(): void {
    this.#off();
  }

  #tell(notice: Notice): void {
    this.#bus.publish(SUBJECT, notice);
  }

  #dismissAll(user: string, error: ImppError, except: Session | undefined): void {
    this.#dismissed(user);
    for (const session of this.#signedIn.ofUser(user)) if (session !== except) session.dismiss(error);
  }

  #takeOver(user: string, connectionId: string, by: Session | undefined): void {
    for (const session of this.#signedIn.ofUser(user)) {
      if (session === by || session.endpoint?.connectionId !== connectionId) continue;
      // Not an error that a client tries again after: two installations with one Device would never stop.
      session.dismiss(new ImppError('conflict', 'this device has attached anew'), 'taken-over');
    }
  }
}
