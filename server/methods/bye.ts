import type { SessionMethod } from '../router.ts';

/**
 * BYE of a client [IMPP 6]: its leases end now; what is pending is finished, then the OK goes out and the
 * connection closes.
 */
export const bye: SessionMethod = (session, request) => {
  session.bye(request);
  return undefined;
};
