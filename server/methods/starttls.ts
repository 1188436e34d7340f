import { ImppError } from '../../shared/errors.ts';
import type { SessionMethod } from '../router.ts';

/** STARTTLS [IMPP 6]: the next octet after the OK belongs to the handshake, and the session starts anew. */
export const starttls: SessionMethod = (session) => {
  const { connection, service } = session;
  if (connection.isSecure) throw new ImppError('bad-request', 'TLS is in use already');
  if (!service.hasTls) throw new ImppError('operation-not-supported', 'this server has no certificate');
  return {
    after: () => {
      // An exchange begun in clear is not carried over into TLS: whoever stood between could have begun it.
      session.login = undefined;
      session.move('starttls');
      connection.startTls();
    },
  };
};
