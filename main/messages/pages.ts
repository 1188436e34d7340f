import type { MessagesPage, RequestOf } from '../../shared/ipc.ts';
import type { Range } from '../store/conversations/gaps.ts';
import type { Page, Part } from '../store/messages/pages.ts';
import type { Context } from '../account/context.ts';
import { type History, PAGE } from './history.ts';

/** How long someone who scrolls waits for the domain before they see what is here. Milliseconds. */
const PATIENCE = 3000;

/** Numbers of the log between which something may be missing that belongs on the page, or beyond its older end. */
const rangeOf = ({ before, after, limit }: Part, { messages, lowest }: Page): Range => {
  if (after !== undefined) {
    // What has no number yet stands behind the one before it.
    const last = Math.max(0, ...messages.map(({ order }) => Math.floor(order)));
    return { first: Math.floor(after.order) + 1, last };
  }
  return {
    // A page that is not full goes on at the domain.
    first: messages.length < limit || lowest === undefined ? 1 : lowest + 1,
    last: before === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(before.order) - 1,
  };
};

/** The next page of the log that is missing from the range: the newest. */
const missingOf = (gaps: readonly Range[], { first, last }: Range): Range | undefined => {
  const gap = gaps.findLast((one) => one.first <= last && one.last >= first);
  if (gap === undefined) return undefined;
  const end = Math.min(gap.last, last);
  return { first: Math.max(gap.first, first, end - PAGE + 1), last: end };
};

/**
 * A page of a conversation, in order. What of it is still at the domain is fetched first, while somebody scrolls and
 * the domain can be asked; who opens a conversation sees at once what is here.
 */
export const readPage = async (
  { store, key, clock }: Context,
  history: History,
  peer: string,
  part: Omit<RequestOf<'messages.page'>, 'account' | 'peer'>,
): Promise<MessagesPage> => {
  const isScrolling = part.before !== undefined || part.after !== undefined;
  let isPatient = isScrolling;
  const over = Promise.withResolvers<void>();
  const cancel = clock.after(PATIENCE, () => {
    isPatient = false;
    over.resolve();
  });
  try {
    for (;;) {
      const page = await store.call('readPage', key, peer, part);
      const missing = missingOf(history.gaps, rangeOf(part, page));
      const fetching = missing === undefined || !history.isOnline ? undefined : history.complete(missing);
      if (fetching !== undefined && isPatient) {
        await Promise.race([fetching, over.promise]);
        continue;
      }
      const { messages, hasOlder, hasNewer, losses, lowest = part.before?.order ?? Infinity } = page;
      return {
        messages,
        hasOlder: hasOlder || history.gaps.some(({ first }) => first < lowest),
        hasNewer,
        losses,
        ...(missing !== undefined && !history.isOnline ? { isWaiting: true } : {}),
      };
    }
  } finally {
    cancel();
  }
};
