import { useEffect, useMemo, useState } from 'react';
import type { MessageHits, RequestOf } from '../../shared/ipc.ts';
import type { Problem } from '../../shared/model.ts';
import { canonical } from '../address.ts';
import { problemOf } from '../bridge.ts';
import { useNow, useProgram } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import type { SearchScope } from '../store/view.ts';
import { type Filter, parseQuery, type Query } from './filters.ts';
import { wordsOf } from './fold.ts';
import { latest } from './latest.ts';
import { type FoundPeople, findPeople, type Known } from './people.ts';

/** How a filter was understood. */
export interface Understood {
  readonly filter: Filter;
  /** Of `from` and `in`: whom it names; absent: nobody. */
  readonly person?: { readonly account?: string; readonly address: string; readonly isMe?: boolean };
}

export interface Results {
  readonly query: Query;
  readonly understood: readonly Understood[];
  readonly people: FoundPeople | undefined;
  readonly messages: MessageHits | undefined;
  readonly files: MessageHits | undefined;
  readonly problem: Problem | undefined;
  /** The answer to what is typed now is not there yet. */
  readonly isBusy: boolean;
}

export type Hit = MessageHits['hits'][number];
type Asked = Omit<RequestOf<'messages.search'>, 'limit'>;
interface Answer {
  readonly messages: MessageHits | undefined;
  readonly files: MessageHits | undefined;
}
const NONE: Answer = { messages: undefined, files: undefined };
const NO_PEOPLE: FoundPeople = { people: [], count: 0, isByName: false };

const MINUTE = 60_000;
/** How many of each kind stand together under All. */
const FEW = { people: 4, messages: 6, files: 3 } as const;

/**
 * What is found for `typed`, as it is typed: people at once, out of the mirror; messages and files as soon as the
 * program has them. What was found for earlier letters stays until then.
 */
export function useSearch(typed: string, scope: SearchScope, limit: number): Results {
  const { call, mirror, view } = useProgram();
  // `today` begins anew at midnight, also for who leaves search open.
  const now = useNow(MINUTE);
  const query = useMemo(() => parseQuery(typed, now), [typed, now]);
  const [understood, setUnderstood] = useState<readonly Understood[]>([]);
  const [people, setPeople] = useState<FoundPeople>();
  const [answer, setAnswer] = useState<Answer & { readonly problem?: Problem }>(NONE);
  const [isBusy, setBusy] = useState(false);

  const messages = useMemo(
    () =>
      latest(
        async ({
          asked,
          scope: kind,
          limit: most,
        }: {
          asked: Asked;
          scope: SearchScope;
          limit: number;
        }): Promise<Answer> => {
          const isAll = kind === 'all';
          const [found, files] = await Promise.all([
            kind === 'files' || (isAll && asked.hasFile === true)
              ? undefined
              : call('messages.search', { ...asked, limit: isAll ? FEW.messages : most }),
            kind === 'messages'
              ? undefined
              : call('messages.search', { ...asked, hasFile: true, limit: isAll ? FEW.files : most }),
          ]);
          return { messages: found, files };
        },
        (found) => {
          setBusy(false);
          setAnswer(found);
        },
        (error) => {
          setBusy(false);
          setAnswer({ ...NONE, problem: problemOf(error) });
        },
      ),
    [call],
  );
  useEffect(() => () => messages.drop(), [messages]);

  useEffect(() => {
    let isOver = false;
    const known = mirror.getState().mirror;
    if (known === undefined) return undefined;
    const { page } = view.getState();
    const preferred = page.type === 'conversation' ? page.account : undefined;

    const searchPeople = async (): Promise<void> => {
      const words = wordsOf(query.unfinished?.value ?? query.words);
      const isWanted = query.unfinished !== undefined || (scope !== 'messages' && scope !== 'files');
      const found =
        isWanted && (words.length > 0 || query.unfinished !== undefined)
          ? await findPeople(known, words, scope === 'people' ? limit : FEW.people, () => isOver)
          : NO_PEOPLE;
      if (!isOver && found !== undefined) setPeople(found);
    };
    const searchMessages = async (): Promise<void> => {
      const read: Understood[] = [];
      for (const filter of query.filters) {
        read.push(await understand(known, filter, preferred, () => isOver));
        if (isOver) return;
      }
      setUnderstood(read);
      const asked = scope === 'people' ? undefined : askedFor(query, read, scope);
      if (asked === undefined) {
        messages.drop();
        setBusy(false);
        setAnswer(NONE);
        return;
      }
      setBusy(true);
      messages.ask({ asked, scope, limit });
    };
    void searchPeople();
    void searchMessages();
    return () => {
      isOver = true;
    };
  }, [query, scope, limit, messages, mirror, view]);

  return {
    query,
    understood,
    people,
    messages: answer.messages,
    files: answer.files,
    problem: answer.problem,
    isBusy,
  };
}

/** The command for a query; undefined: there is nothing to look for, or nothing can be found. */
function askedFor(
  { words, filters }: Query,
  understood: readonly Understood[],
  scope: SearchScope,
): Asked | undefined {
  // Who looks for a file often knows no more than that it came lately.
  if (words === '' && filters.length === 0 && scope !== 'files') return undefined;
  let asked: Asked = { query: words };
  for (const { filter, person } of understood) {
    if (filter.type === 'has') {
      if (filter.value.toLowerCase() !== 'file') return undefined;
      asked = { ...asked, hasFile: true };
    } else if (filter.type === 'before' || filter.type === 'after') {
      if (filter.at === undefined) return undefined;
      asked = filter.type === 'before' ? { ...asked, until: filter.at } : { ...asked, from: filter.at };
    } else {
      if (person === undefined) return undefined;
      if (filter.type === 'from') asked = { ...asked, isMine: person.isMe === true };
      if (person.isMe === true) continue;
      // Nobody writes in the conversation of two others.
      if (asked.peer !== undefined && asked.peer !== person.address) return undefined;
      asked = {
        ...asked,
        peer: person.address,
        ...(person.account === undefined ? {} : { account: person.account }),
      };
    }
  }
  return asked;
}

async function understand(
  known: Known,
  filter: Filter,
  preferred: string | undefined,
  isOver: () => boolean,
): Promise<Understood> {
  if (filter.type !== 'from' && filter.type !== 'in') return { filter };
  if (filter.type === 'from' && filter.value.toLowerCase() === 'me')
    return { filter, person: { address: '', isMe: true } };
  const address = urlOf(filter.value);
  if (address !== undefined) {
    // In the account whose conversation is open, if it has one with them; else in all.
    const isHere = preferred !== undefined && known.conversations.has(pairKey(preferred, address));
    return { filter, person: { address, ...(isHere ? { account: preferred } : {}) } };
  }
  const found = await findPeople(known, wordsOf(filter.value), 1, isOver);
  const [person] = found?.people ?? [];
  return person === undefined
    ? { filter }
    : { filter, person: { account: person.account, address: person.address } };
}

function urlOf(text: string): string | undefined {
  if (!text.includes('@')) return undefined;
  try {
    return canonical(text);
  } catch {
    // A name with an `@` in it, or an address that is half typed.
    return undefined;
  }
}
