import { ImppError } from '../../shared/errors.ts';
import type { Request } from '../../shared/impp/message.ts';
import { errorOf } from '../../shared/impp/serializer.ts';
import type { Domain, Endpoint } from '../domain.ts';

/** How long the other domain waits for the device before its home server acknowledges for it. Milliseconds. */
const ANSWER_WITHIN = 5_000;

/** Octets of notifications that one device has not acknowledged: another domain decides how large they are. */
const MOST_UNACKNOWLEDGED = 16 * 1024 * 1024;

/** What devices have not acknowledged of what came from other domains. */
export class Backlog {
  readonly #octets = new WeakMap<Endpoint, number>();

  /** Notes octets on their way, or, negative, acknowledged. A device that does not keep up is sent away. */
  add(device: Endpoint, octets: number): void {
    const sum = (this.#octets.get(device) ?? 0) + octets;
    this.#octets.set(device, sum);
    if (octets > 0 && sum > MOST_UNACKNOWLEDGED)
      device.dismiss(new ImppError('timeout', 'the device does not keep up with its notifications'));
  }
}

/** A notification on its way to the device. */
interface Notice {
  readonly request: Request;
  readonly device: Endpoint;
  /** What the other domain is answered: that the device does not know of it, or OK. */
  readonly answer: (failure: ImppError | undefined) => void;
}

/** What one device of this domain watches in another one: a subscription that is kept there [IMPP 7]. */
export class FarWatch {
  readonly user: string;
  readonly connectionId: string;
  /** URL of the presentity. */
  readonly target: string;
  /** HOST of the presentity. */
  readonly host: string;
  /** Milliseconds; as granted. */
  expiresAt = 0;
  /** The last Revision that came. */
  revision = 0;
  /** A SUBSCRIBE was answered OK, and nothing has ended it since. */
  isGranted = false;
  /** SUBSCRIBEs so far, and how many of them have no answer. */
  asked = 0;
  open = 0;
  /** The SUBSCRIBEs up to this one were followed by an UNSUBSCRIBE. */
  unsubscribed = 0;
  readonly #domain: Pick<Domain, 'endpoints' | 'clock' | 'log'>;
  readonly #backlog: Backlog;
  /** Settles when notifications may pass: the OK that grants it is on its way to the device, or nothing was granted. */
  #gate: PromiseWithResolvers<void> | undefined;
  #isInFlight = false;
  /** While one notification is unacknowledged, the newest of those after it. */
  #newest: Notice | undefined;

  constructor(
    domain: Pick<Domain, 'endpoints' | 'clock' | 'log'>,
    backlog: Backlog,
    of: {
      readonly user: string;
      readonly connectionId: string;
      readonly target: string;
      readonly host: string;
    },
  ) {
    this.#domain = domain;
    this.#backlog = backlog;
    this.user = of.user;
    this.connectionId = of.connectionId;
    this.target = of.target;
    this.host = of.host;
  }

  /** Where its device is attached. */
  get device(): ReturnType<Domain['endpoints']['find']> {
    return this.#domain.endpoints.find(this.user, this.connectionId);
  }

  /** Settles when it is known whether the user holds this subscription, and the device has been told. */
  get told(): Promise<void> | undefined {
    return this.#gate?.promise;
  }

  /** A SUBSCRIBE goes out: what is notified before its answer waits for that. */
  opening(): void {
    if (!this.isGranted) this.#gate ??= Promise.withResolvers();
  }

  opened(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /**
   * Passes a CHANGE-NOTIFY on to the device. Settles when that has answered, or after a few seconds: the link must
   * not wait for it. @throws subscription-unknown: the device does not have it
   */
  async pass(request: Request): Promise<void> {
    const size = request.body?.length ?? 0;
    const { device } = this;
    // One that has been gone for less than 60 s: its home server acknowledges for it.
    if (device === undefined) return;
    if (size > device.maxMessageSize) {
      this.#domain.log.warn('presence too large for device', {
        user: device.user,
        request: request.id,
        size,
      });
      return;
    }
    const { promise, resolve } = Promise.withResolvers<ImppError | undefined>();
    const cancel = this.#domain.clock.after(ANSWER_WITHIN, () => resolve(undefined));
    const notice: Notice = { request, device, answer: resolve };
    if (this.#isInFlight) {
      this.drop();
      this.#newest = notice;
    } else this.#send(notice);
    // Last: it may end the connection, and with it all that waits.
    this.#backlog.add(device, size);
    const failure = await promise;
    cancel();
    if (failure) throw failure;
  }

  /** Passes a TERMINATE-SUBSCRIPTION on; what still waits to be passed is of no use after it. */
  end(request: Request): void {
    this.drop();
    this.device?.request(request.method, headersOf(request), undefined, () => {});
  }

  /** What still waits to be passed is of no use. */
  drop(): void {
    if (this.#newest) this.#answer(this.#newest, undefined);
    this.#newest = undefined;
  }

  #answer({ request, device, answer }: Notice, failure: ImppError | undefined): void {
    this.#backlog.add(device, -(request.body?.length ?? 0));
    answer(failure);
  }

  #send(notice: Notice): void {
    const { request } = notice;
    const { device } = this;
    // It may be another than when this came: the connection that took over.
    if (device === undefined) return this.#answer(notice, undefined);
    this.#isInFlight = true;
    device.request(request.method, headersOf(request), request.body, (outcome) => {
      this.#isInFlight = false;
      const failure = outcome instanceof ImppError || outcome.ok ? undefined : errorOf(outcome);
      this.#answer(notice, failure?.code === 'subscription-unknown' ? failure : undefined);
      const next = this.#newest;
      this.#newest = undefined;
      if (next) this.#send(next);
    });
  }
}

/** As they came; how long the body is, whoever writes it says. */
function headersOf({ headers }: Request): (readonly [string, string])[] {
  const list = headers.flat();
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < list.length; index += 2) {
    const name = list[index] ?? '';
    if (name !== 'Content-Length') pairs.push([name, list[index + 1] ?? '']);
  }
  return pairs;
}
