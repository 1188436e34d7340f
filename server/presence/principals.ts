import { isReservedUser, parseUrl } from '../../shared/impp/address.ts';

/** Names that begin with `anonymous-` are of anonymous logins, in every domain [IMPP 2]. */
export const isAnonymous = (url: string): boolean => isReservedUser(parseUrl(url).user);

/** HOST of a principal of another domain than `host`; undefined: it is of that one. */
export const farHostOf = (host: string, { url }: { readonly url: string }): string | undefined => {
  const of = parseUrl(url).host;
  return of === host ? undefined : of;
};
