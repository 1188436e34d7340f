import { ImppError } from '../../shared/errors.ts';
import type { Links } from '../domain.ts';

/** The links of a domain to others [IMPP 12]. */
export const createLinks = (): Links => {
  const unreachable = (host: string): ImppError =>
    new ImppError('connection-failure', `${host} cannot be reached from here`);
  return {
    forward: (_request, host) => Promise.reject(unreachable(host)),
    request: (host, _method, _headers, _body, settle) => settle(unreachable(host)),
    close: () => Promise.resolve(),
  };
};
