// Domains of several stages, joined without sockets: what one asks of another goes straight into its methods.

import { ImppError } from '../../../shared/errors.ts';
import { isReservedUser, parseUrl } from '../../../shared/impp/address.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Request, Response } from '../../../shared/impp/message.ts';
import { error, ok, request as newRequest } from '../../../shared/impp/serializer.ts';
import type { CallerMethod, Domain, LinkMethod, Links, Reply } from '../../../server/domain.ts';
import { changeNotify } from '../../../server/methods/change-notify.ts';
import { fetch } from '../../../server/methods/fetch.ts';
import { getSubscription } from '../../../server/methods/get-subscription.ts';
import { lookup } from '../../../server/methods/lookup.ts';
import { subscribe } from '../../../server/methods/subscribe.ts';
import { unsubscribe } from '../../../server/methods/unsubscribe.ts';

const OF_PEOPLE: Readonly<Record<string, CallerMethod>> = {
  FETCH: fetch,
  'GET-SUBSCRIPTION': getSubscription,
  LOOKUP: lookup,
  SUBSCRIBE: subscribe,
  UNSUBSCRIBE: unsubscribe,
};
const OF_SERVERS: Readonly<Record<string, LinkMethod>> = {
  'CHANGE-NOTIFY': changeNotify,
  'TERMINATE-SUBSCRIPTION': changeNotify,
};

/** What went over a link. */
export interface Passed {
  readonly from: string;
  readonly to: string;
  readonly request: Request;
}

export class Network {
  readonly #domains = new Map<string, () => Domain>();
  /** In order, attempts that failed included. */
  readonly passed: Passed[] = [];
  /** Domains that nobody reaches. */
  readonly down = new Set<string>();
  /** Domains without a stage, and what they answer. */
  readonly replies = new Map<string, (request: Request) => Response>();
  /** What becomes of a request, and of its answer. */
  fate: (passed: Passed) => 'arrives' | 'is lost' | 'answer is lost' = () => 'arrives';
  /** Before an answer goes back. */
  onAnswer: (passed: Passed, response: Response) => Promise<void> = () => Promise.resolve();

  join(host: string, domain: () => Domain): void {
    this.#domains.set(host, domain);
  }

  /** Of that method, since the last look. */
  take(method: string): Passed[] {
    const found = this.passed.filter(({ request }) => request.method === method);
    for (const one of found) this.passed.splice(this.passed.indexOf(one), 1);
    return found;
  }

  /** The links of the domain `from`. */
  links(from: string): Links {
    return {
      forward: async (request, host) => this.pass({ from, to: host, request }),
      request: (host, method, headers, body, settle) => {
        const passed = { from, to: host, request: newRequest(method, 's1', Headers.from(headers), body) };
        this.pass(passed).then(settle, settle);
      },
      close: () => Promise.resolve(),
    };
  }

  /** What a domain that keeps to nothing may send, too. */
  async pass(passed: Passed): Promise<Response> {
    this.passed.push(passed);
    const { from, to, request } = passed;
    const fate = this.fate(passed);
    if (fate === 'is lost') throw new ImppError('connection-failure', `${to} cannot be reached`);
    const reply = this.replies.get(to);
    if (reply) return reply(request);
    const domain = this.#domains.get(to)?.();
    if (domain === undefined || this.down.has(to) || this.down.has(from))
      throw new ImppError('connection-failure', `${to} cannot be reached`);
    const response = await this.#answer(domain, from, request);
    await this.onAnswer(passed, response);
    if (fate === 'answer is lost') throw new ImppError('timeout', `${to} does not answer`);
    return response;
  }

  async #answer(domain: Domain, from: string, request: Request): Promise<Response> {
    try {
      const of = OF_SERVERS[request.method];
      const handled = of
        ? await of(domain, from, request)
        : await OF_PEOPLE[request.method]?.(domain, callerOf(request), request);
      if (handled === undefined) throw new ImppError('operation-not-supported');
      const reply: Reply = 'later' in handled ? await handled.later : handled;
      reply.after?.();
      return ok(request, Headers.from(reply.headers ?? []), reply.body);
    } catch (failure) {
      if (!(failure instanceof ImppError)) throw failure;
      return error(request, failure);
    }
  }
}

const callerOf = ({ headers }: Request) => {
  const from = parseUrl(headers.get('From') ?? '');
  return {
    principal: from.url,
    isAnonymous: isReservedUser(from.user),
    connectionId: headers.get('Connection-ID') ?? '',
    purpose: 'interactive' as const,
    maxMessageSize: 10_485_760,
  };
};
