import type { Domain } from '../domain.ts';

const DAY_SECONDS = 24 * 3600;

/**
 * What the domain keeps for an account, and how much of that is used, for OK (ATTACH) and OK (GET-INBOX): the protocol
 * has limits and no words for them [IMPP 18]. Seconds and octets.
 */
export const keepingOf = async (
  { config, storage }: Pick<Domain, 'config' | 'storage'>,
  user: string,
): Promise<(readonly [string, string])[]> => [
  ['X-Inbox-Retention', String(Math.round(config.inbox.retentionDays * DAY_SECONDS))],
  ['X-Inbox-Quota', String(config.limits.inboxQuota)],
  ['X-Inbox-Octets', String(await storage.inboxOctets(user))],
];
