import { type Headers, readDecimal } from '../../shared/impp/headers.ts';
import type { Keeping } from '../../shared/model.ts';

const DAY_SECONDS = 24 * 3600;

/**
 * What a domain tells of what it keeps, in OK (ATTACH) and OK (GET-INBOX), where it tells anything [IMPP 18]. What cannot
 * be read is as if it were not there: it is no part of the protocol.
 */
export const keepingIn = (headers: Headers): Keeping | undefined => {
  try {
    const retention = readDecimal(headers, 'X-Inbox-Retention');
    const quota = readDecimal(headers, 'X-Inbox-Quota');
    const used = readDecimal(headers, 'X-Inbox-Octets');
    if (retention === undefined || quota === undefined || used === undefined || quota === 0) return undefined;
    return { days: Math.floor(retention / DAY_SECONDS), quota, used };
  } catch {
    return undefined;
  }
};
