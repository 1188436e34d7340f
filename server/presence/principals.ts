import { isReservedUser, parseUrl } from '../../shared/impp/address.ts';

/** Names that begin with `anonymous-` are of anonymous logins, in every domain [IMPP 2]. */
export const isAnonymous = (url: string): boolean => isReservedUser(parseUrl(url).user);
