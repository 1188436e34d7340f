import { useMemo, useState } from 'react';
import { useDirectory } from '../contacts/use-directory.ts';
import { arrange } from '../store/conversation-order.ts';
import { useMirror, useProgram, useView } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { nameFor } from '../store/names.ts';
import type { Program } from '../store/program.ts';
import { commandsOf } from './commands.ts';
import {
  commandsGroup,
  filesGroup,
  type Group,
  helpGroup,
  type Matter,
  messagesGroup,
  nothingGroup,
  peopleGroup,
  recentGroup,
} from './groups.tsx';
import type { Person } from './people.ts';

/** Conversations that are offered before anything is typed. */
const RECENT = 6;

type Given = Pick<Matter, 'results' | 'text' | 'scope' | 'canShowMore' | 'write' | 'showMore'>;

/** What search shows, from top to bottom. */
export function useGroups(given: Given): readonly Group[] {
  const program = useProgram();
  const { platform, kind } = useMirror((mirror) => mirror.host);
  const first = useMirror((mirror) => mirror.accounts[0]?.id ?? '');
  const page = useView((state) => state.page);
  const account = page.type === 'conversation' ? page.account : first;
  /** What the directory is asked for, once somebody wants it. */
  const [looked, setLooked] = useState<string>();
  const isLooked = looked === given.text;
  const listed = useDirectory(account, isLooked ? given.results.query.words : '');
  const recent = useMemo(() => recentOf(program), [program]);
  const commands = useMemo(() => commandsOf(program), [program]);
  return arranged({
    ...given,
    platform,
    isApp: kind === 'electron',
    account,
    commands,
    recent,
    view: program.view.getState(),
    directory: isLooked ? { listed } : undefined,
    look: () => setLooked(given.text),
  });
}

/** A name comes before messages in which it is a word; what is only offered comes last. */
function arranged(matter: Matter): readonly Group[] {
  const { results, text, scope } = matter;
  const { query, people, isBusy } = results;
  const isAll = scope === 'all';
  const isEmpty = text.trim() === '';
  const hasPeople = isAll || scope === 'people' || query.unfinished !== undefined;
  const isPeopleFirst = query.unfinished !== undefined || people?.isByName === true;
  const { named, offered } = commandsGroup(matter);
  const groups = [
    ...(isEmpty && (isAll || scope === 'people') ? [recentGroup(matter)] : []),
    ...(hasPeople && isPeopleFirst ? [peopleGroup(matter)] : []),
    ...(isAll ? [named] : []),
    messagesGroup(matter),
    filesGroup(matter),
    ...(hasPeople && !isPeopleFirst ? [peopleGroup(matter)] : []),
    ...(isAll ? [offered] : []),
    ...(isEmpty && (isAll || scope === 'messages') ? [helpGroup(matter)] : []),
  ].filter(({ options, note }) => options.length > 0 || note !== undefined);
  const isFound = groups.some(({ options }) => options.some(({ isBeside }) => isBeside !== true));
  const isSettled = !isBusy && people !== undefined && (!isEmpty || scope === 'files');
  return isFound || !isSettled ? groups : [nothingGroup(matter), ...groups];
}

/** Those with whom one talked last, without the conversation that is open. */
function recentOf({ mirror, view }: Program): readonly Person[] {
  const known = mirror.getState().mirror;
  if (known === undefined) return [];
  const { page } = view.getState();
  const { pinned, open } = arrange(known.conversations.values(), known.contacts);
  return [...open, ...pinned]
    .filter((one) => page.type !== 'conversation' || one.account !== page.account || one.peer !== page.peer)
    .slice(0, RECENT)
    .map(({ account, peer }) => {
      const key = pairKey(account, peer);
      const contact = known.contacts.get(key);
      return { key, account, address: peer, name: nameFor(contact, peer), isContact: contact !== undefined };
    });
}
