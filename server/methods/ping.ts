import type { SessionMethod } from '../router.ts';

/** PING [IMPP 6]: something is there. */
export const ping: SessionMethod = () => ({});
