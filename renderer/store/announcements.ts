import { formatList } from '../../shared/i18n/formats.ts';
import type { Conversation, Message, WatchRequest } from '../../shared/model.ts';
import { outcomeBecause } from '../i18n/outcomes.ts';
import { t } from '../../shared/i18n/t.ts';
import type { NumberedChange } from './apply.ts';
import { isMuted } from '../../shared/unread.ts';
import { inOrder } from './log.ts';
import { type Mirror, type PairKey, pairKey } from './mirror.ts';
import { personName } from './names.ts';
import type { Page } from './view.ts';

const isBad = (message: Message): boolean => message.outcome === 'failed' || message.outcome === 'unknown';

/**
 * What a screen reader is told after changes: an outcome that turned bad, once, who asks for the first time, what
 * others write in the open conversation, and that they wrote in another one. Good outcomes are read where they
 * stand; telling each would bury the conversation.
 */
export function announcementsOf(
  before: Mirror | undefined,
  after: Mirror,
  changes: readonly NumberedChange[],
  page: Page,
  now = Date.now(),
): string[] {
  const said: string[] = [];
  const elsewhere = new Map<PairKey, { readonly name: string; count: number }>();
  for (const { change } of changes) {
    if (change.type === 'request' && change.request.isNew && !isAsking(before, change.request)) {
      const { account, address, name } = change.request;
      const known = after.contacts.has(pairKey(account, address));
      said.push(
        t('requests.announce', {
          name: known ? personName(after, account, address) : (name ?? personName(after, account, address)),
        }),
      );
    }
    if (change.type !== 'message') continue;
    const { message } = change;
    const key = pairKey(message.account, message.peer);
    const name = personName(after, message.account, message.peer);
    const known = knownBefore(before, key, message.id);
    if (message.isMine) {
      if (!isBad(message) || known === undefined || isBad(known)) continue;
      said.push(
        message.outcome === 'failed'
          ? t('outcome.announce.failed', { name, because: outcomeBecause(message, name) })
          : t('outcome.announce.unknown', { name }),
      );
    } else if (known === undefined && isNews(before, after, message, now)) {
      if (page.type === 'conversation' && pairKey(page.account, page.peer) === key) {
        said.push(t('message.received', { name, text: message.text || namesOf(message) }));
      } else {
        elsewhere.set(key, { name, count: (elsewhere.get(key)?.count ?? 0) + 1 });
      }
    }
  }
  for (const { name, count } of elsewhere.values()) {
    said.push(
      count === 1 ? t('message.received.elsewhere', { name }) : t('message.received.often', { name, count }),
    );
  }
  return said;
}

const namesOf = ({ files }: Message): string => formatList(files.map(({ name }) => name));

/**
 * Whether a message is one to speak of: the newest of its conversation, which old ones fetched from the domain are
 * not, and of somebody whom one knows and wants to hear.
 */
function isNews(before: Mirror | undefined, after: Mirror, message: Message, now: number): boolean {
  const key = pairKey(message.account, message.peer);
  const conversation: Conversation | undefined = after.conversations.get(key);
  if (message.isRetracted === true || conversation === undefined) return false;
  if (conversation.isRequest || isMuted(conversation, now)) return false;
  const newest = before?.conversations.get(key)?.last;
  return newest === undefined || inOrder(message, newest) > 0;
}

/** Whether the request stood here already; one that waits is not announced again. */
const isAsking = (mirror: Mirror | undefined, { account, address }: WatchRequest): boolean =>
  mirror?.requests.some((one) => one.account === account && one.address === address) === true;

function knownBefore(mirror: Mirror | undefined, key: PairKey, id: number): Message | undefined {
  const inLog = mirror?.logs.get(key)?.messages.findLast((one) => one.id === id);
  if (inLog !== undefined) return inLog;
  const last = mirror?.conversations.get(key)?.last;
  return last?.id === id ? last : undefined;
}
