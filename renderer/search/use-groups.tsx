// What search shows, in groups of options, out of what was found.

import { type ReactNode, useMemo, useState } from 'react';
import type { MessageHits } from '../../shared/ipc.ts';
import { canonical, label } from '../address.ts';
import { searchFor, useDirectory } from '../contacts/use-directory.ts';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../i18n/t.ts';
import { commandKey } from '../keyboard.ts';
import { arrange } from '../store/conversation-order.ts';
import { useMirror, useProgram, useView } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { nameFor } from '../store/names.ts';
import type { SearchScope } from '../store/view.ts';
import { type Command, commandsOf, matching } from './commands.ts';
import { completed } from './filters.ts';
import { wordsOf } from './fold.ts';
import { FileLine, FoundLine, HitLine, Line, PersonLine } from './lines.tsx';
import type { Person } from './people.ts';
import type { Results } from './use-search.ts';

export interface Option {
  readonly key: string;
  readonly content: ReactNode;
  readonly run: () => void;
  /** Search stays open: it only goes on in another way. */
  readonly stays?: boolean;
  /** Leads to a message in its conversation. */
  readonly isInLog?: boolean;
}

export interface Group {
  readonly key: string;
  readonly title: string;
  /** At the end of its heading. */
  readonly aside?: string;
  /** Stands below the options, or in their place. */
  readonly note?: string;
  readonly options: readonly Option[];
  /** Offered, not found: Enter does not take it unasked. */
  readonly isBeside?: boolean;
}

interface Props {
  readonly results: Results;
  readonly text: string;
  readonly scope: SearchScope;
  readonly limit: number;
  readonly most: number;
  readonly write: (text: string) => void;
  readonly showMore: () => void;
}

/** Conversations that are offered before anything is typed. */
const RECENT = 6;
const EXAMPLES = [
  ['from:', 'search.help.from'],
  ['in:', 'search.help.in'],
  ['before:', 'search.help.before'],
  ['after:', 'search.help.after'],
  ['has:file ', 'search.help.has'],
] as const;

export function useGroups({ results, text, scope, limit, most, write, showMore }: Props): readonly Group[] {
  const program = useProgram();
  const { view } = program;
  const platform = useMirror((mirror) => mirror.host.platform);
  const accounts = useMirror((mirror) => mirror.accounts);
  const page = useView((state) => state.page);
  const account = page.type === 'conversation' ? page.account : (accounts[0]?.id ?? '');
  /** What the directory is asked for, once somebody wants it. */
  const [looked, setLooked] = useState('');
  const listed = useDirectory(account, looked === text ? looked : '');
  const recent = useRecent();
  const commands = useMemo(() => commandsOf(program), [program]);

  const { query, people, messages, files, problem, isBusy } = results;
  const isAll = scope === 'all';
  const words = wordsOf(query.words);
  const isEmpty = text.trim() === '';

  const open = (person: Pick<Person, 'account' | 'address'>): void =>
    view.getState().openConversation(person.account, person.address);
  const openHit = ({ account: from, peer, at, order }: MessageHits['hits'][number]['message']): void =>
    view.getState().openConversation(from, peer, { at, order });

  const personOption = (person: Person): Option => {
    const { unfinished } = query;
    return {
      key: `person ${person.key}`,
      content: <PersonLine person={person} words={wordsOf(unfinished?.value ?? query.words)} />,
      ...(unfinished === undefined
        ? { run: () => open(person) }
        : { stays: true, run: () => write(completed(text, unfinished, person.address)) }),
    };
  };
  const commandOption = (command: Command): Option => ({
    key: `command ${command.id}`,
    content: (
      <Line
        icon={command.icon}
        {...(command.key === undefined ? {} : { keys: commandKey(platform, command.key) })}
      >
        {command.words}
      </Line>
    ),
    run: command.run,
    // It begins search anew, which closing would undo.
    ...(command.id === 'here' ? { stays: true } : {}),
  });
  const more: Option = {
    key: `more ${limit}`,
    content: <Line icon="chev-down">{t('search.more')}</Line>,
    stays: true,
    run: showMore,
  };

  const groups: Group[] = [];

  const found = people?.people ?? [];
  const peopleGroup: Group = {
    key: 'people',
    title: t('search.people'),
    options: found.map(personOption),
    ...(scope === 'people' && people !== undefined && people.count > found.length && found.length > 0
      ? { note: t('search.more.people', { count: people.count - found.length }) }
      : {}),
  };
  const typed = urlOf(query.words);
  const writeGroup: Group = {
    key: 'write',
    title: t('search.people'),
    options:
      typed === undefined || found.some(({ address }) => address === typed)
        ? []
        : [
            {
              key: `write ${typed}`,
              content: <Line icon="compose">{t('search.write', { address: label(typed) })}</Line>,
              run: () => open({ account, address: typed }),
            },
          ],
  };
  const hits = messages?.hits ?? [];
  const shownHits = isAll ? hits.filter(({ file }) => file === undefined) : hits;
  const messagesGroup: Group = {
    key: 'messages',
    title: t('search.messages'),
    ...(messages === undefined
      ? {}
      : {
          aside: t(messages.hasMore ? 'search.took.more' : 'search.took', {
            count: shownHits.length,
            took: Math.max(1, Math.round(messages.took)),
          }),
        }),
    options: [
      ...shownHits.map(
        (hit): Option => ({
          key: `message ${hit.message.id}`,
          content: <HitLine hit={hit} />,
          isInLog: true,
          run: () => openHit(hit.message),
        }),
      ),
      ...(!isAll && messages?.hasMore === true && limit < most ? [more] : []),
    ],
  };
  const fileHits = files?.hits ?? [];
  const filesGroup: Group = {
    key: 'files',
    title: t('search.files'),
    options: [
      ...fileHits.map(
        (hit): Option => ({
          key: `file ${hit.message.id} ${hit.file ?? 0}`,
          content: <FileLine hit={hit} words={words} />,
          isInLog: true,
          run: () => openHit(hit.message),
        }),
      ),
      ...(scope === 'files' && files?.hasMore === true && limit < most ? [more] : []),
    ],
  };

  if (isEmpty && (isAll || scope === 'people')) {
    groups.push({
      key: 'recent',
      title: t('search.recent'),
      options: recent.map((person) => ({ ...personOption(person), key: `recent ${person.key}` })),
    });
  }
  if (query.unfinished !== undefined) groups.push(peopleGroup);
  else if (people?.isByName === true || scope === 'people') groups.push(writeGroup, peopleGroup);
  if (isAll) {
    const named = matching(commands, query.words);
    if (named.length > 0)
      groups.push({ key: 'named', title: t('search.commands'), options: named.map(commandOption) });
  }
  groups.push(messagesGroup, filesGroup);
  if (isAll && query.unfinished === undefined && people?.isByName !== true)
    groups.push(writeGroup, peopleGroup);

  const directory = isAll || scope === 'people' ? searchFor(query.words, account) : undefined;
  if (directory !== undefined && query.filters.length === 0) {
    groups.push({
      key: 'directory',
      title: t('search.directory', { domain: directory.domain }),
      isBeside: looked !== text,
      ...(looked !== text
        ? {}
        : listed === undefined
          ? { note: t('search.looking', { domain: directory.domain }) }
          : listed.problem !== undefined
            ? { note: sentenceFor(listed.problem, { attempt: 'other', domain: directory.domain }) }
            : listed.people.length === 0
              ? { note: t('directory.nobody', { domain: directory.domain }) }
              : {}),
      options:
        looked === text
          ? (listed?.people ?? []).map((one) => ({
              key: `listed ${one.address}`,
              content: <FoundLine {...one} words={words} />,
              run: () => open({ account, address: one.address }),
            }))
          : [
              {
                key: 'look',
                content: (
                  <Line icon="globe">
                    {t('search.look', { words: directory.query, domain: directory.domain })}
                  </Line>
                ),
                stays: true,
                run: () => setLooked(text),
              },
            ],
    });
  }
  const here = commands.filter(({ isHere }) => isHere === true);
  const shownCommands = new Set(groups.find(({ key }) => key === 'named')?.options.map(({ key }) => key));
  const beside = here.map(commandOption).filter(({ key }) => !shownCommands.has(key));
  if (isAll && beside.length > 0)
    groups.push({ key: 'here', title: t('search.commands'), options: beside, isBeside: true });
  if ((isEmpty && isAll) || (scope === 'messages' && isEmpty)) {
    groups.push({
      key: 'help',
      title: t('search.help'),
      isBeside: true,
      options: EXAMPLES.map(([example, words_]) => ({
        key: `help ${example}`,
        content: (
          <Line icon="search" keys={example.trim()}>
            {t(words_)}
          </Line>
        ),
        stays: true,
        run: () => write(text.trim() === '' ? example : `${text.trimEnd()} ${example}`),
      })),
    });
  }

  const shown = groups.filter(({ options, note }) => options.length > 0 || note !== undefined);
  const hasFound = shown.some(({ isBeside, options }) => isBeside !== true && options.length > 0);
  if (hasFound || isBusy || people === undefined || (isEmpty && scope !== 'files')) return shown;
  return [
    { key: 'none', title: noneWords(results, scope, problem), ...noneHint(scope), options: [] },
    ...shown,
  ];
}

function noneWords({ query }: Results, scope: SearchScope, problem: Results['problem']): string {
  if (problem !== undefined) return sentenceFor(problem, { attempt: 'other' });
  if (scope === 'people') return t('search.none.people');
  if (query.filters.length > 0) return t('search.none.filters');
  return query.words === '' ? t('search.none.files') : t('search.none', { words: query.words });
}

const noneHint = (scope: SearchScope): { readonly note?: string } =>
  scope === 'people' ? {} : { note: t('search.none.hint') };

/** Those with whom one talked last, without the conversation that is open. */
function useRecent(): readonly Person[] {
  const { mirror, view } = useProgram();
  const [people] = useState((): readonly Person[] => {
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
        return {
          key,
          account,
          address: peer,
          name: nameFor(contact, peer),
          isContact: contact !== undefined,
        };
      });
  });
  return people;
}

function urlOf(text: string): string | undefined {
  if (!text.includes('@') || text.includes(' ')) return undefined;
  try {
    return canonical(text);
  } catch {
    // Half typed.
    return undefined;
  }
}
