import { ImppError } from '../../shared/errors.ts';
import type { Request } from '../../shared/impp/message.ts';
import { errorOf } from '../../shared/impp/serializer.ts';
import type { Answer, RequestHandler } from '../connection/connection.ts';
import type { Contacts } from './contacts.ts';
import type { Messages } from '../messages/messages.ts';
import type { WatchRequests } from './requests.ts';
import type { Self } from './self.ts';
import type { Subscriptions } from './subscriptions.ts';

interface Parts {
  readonly messages: Messages;
  readonly subscriptions: Subscriptions;
  readonly requests: WatchRequests;
  readonly contacts: Contacts;
  readonly self: Self;
}

const DONE: Promise<Answer> = Promise.resolve({});

const HANDLERS: Readonly<Record<string, (parts: Parts, request: Request) => Promise<Answer>>> = {
  SEND: ({ messages }, request) => messages.take(request),
  'CHANGE-NOTIFY'({ subscriptions }, request) {
    subscriptions.notify(request);
    return DONE;
  },
  'TERMINATE-SUBSCRIPTION'({ subscriptions }, request) {
    const reason = request.headers.has('Error')
      ? errorOf(request)
      : new ImppError('subscription-unknown', 'the subscription has ended');
    subscriptions.terminate(request, reason);
    return DONE;
  },
  'WATCHER-NOTIFY'({ requests }, request) {
    requests.notify(request);
    return DONE;
  },
  'DOCUMENT-NOTIFY'({ contacts, messages, self }, request) {
    const name = request.headers.get('Name') ?? '';
    if (name === 'contacts') contacts.changed();
    messages.documentChanged(name);
    self.documentChanged(name);
    return DONE;
  },
};

/** What the server may ask of an attached client, and who answers. */
export const answerer =
  (parts: Parts): RequestHandler =>
  async (request) => {
    const handle = HANDLERS[request.method];
    if (handle === undefined) throw new ImppError('operation-not-supported');
    return handle(parts, request);
  };
