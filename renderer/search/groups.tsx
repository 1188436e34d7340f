// What was found, and what is offered besides, as groups of options.

import type { ReactNode } from 'react';
import { canonical, label } from '../address.ts';
import type { Found as Listed } from '../contacts/use-directory.ts';
import { searchFor } from '../contacts/use-directory.ts';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../../shared/i18n/t.ts';
import { isAppOnly, keysOf } from '../../shared/shortcuts.ts';
import { keysWords } from '../i18n/keys.ts';
import type { SearchScope, View } from '../store/view.ts';
import { type Command, matching } from './commands.ts';
import { completed } from './filters.ts';
import { wordsOf } from './fold.ts';
import { FileLine, HitLine, Line, ListedLine, PersonLine } from './lines.tsx';
import type { Person } from './people.ts';
import type { Hit, Results } from './use-search.ts';

export interface Option {
  readonly key: string;
  readonly content: ReactNode;
  readonly run: () => void;
  /** Search stays open: it only goes on in another way. */
  readonly stays?: boolean;
  /** Leads to a message in its conversation. */
  readonly isInLog?: boolean;
  /** Offered, not found: Enter does not take it unasked. */
  readonly isBeside?: boolean;
}

export interface Group {
  readonly key: string;
  readonly title: string;
  /** At the end of its heading. */
  readonly aside?: string;
  /** Stands below the options, or in their place. */
  readonly note?: string;
  readonly options: readonly Option[];
}

/** All that groups are made of. */
export interface Matter {
  readonly results: Results;
  readonly text: string;
  readonly scope: SearchScope;
  /** More can be asked for. */
  readonly canShowMore: boolean;
  readonly platform: string;
  /** Some keys are only the app's own where the window is. */
  readonly isApp: boolean;
  /** Whose directory is asked, and who writes to somebody new. */
  readonly account: string;
  readonly view: View;
  readonly commands: readonly Command[];
  readonly recent: readonly Person[];
  /** The directory was asked for what stands there; `undefined`: it has not answered. */
  readonly directory: { readonly listed: Listed | undefined } | undefined;
  readonly write: (text: string) => void;
  readonly showMore: () => void;
  readonly look: () => void;
}

const moreOption = ({ showMore }: Matter): Option => ({
  key: 'more',
  content: <Line icon="chev-down">{t('search.more')}</Line>,
  stays: true,
  isBeside: true,
  run: showMore,
});

function personOption({ results: { query }, text, view, write }: Matter, person: Person): Option {
  const { unfinished } = query;
  return {
    key: `person ${person.key}`,
    content: <PersonLine person={person} words={wordsOf(unfinished?.value ?? query.words)} />,
    ...(unfinished === undefined
      ? { run: () => view.openConversation(person.account, person.address) }
      : { stays: true, run: () => write(completed(text, unfinished, person.address)) }),
  };
}

export const recentGroup = (matter: Matter): Group => ({
  key: 'recent',
  title: t('search.recent'),
  options: matter.recent.map((person) => personOption(matter, person)),
});

/** Who was found, whoever the directory lists, and a whole address to write to. */
export function peopleGroup(matter: Matter): Group {
  const { results, scope, account, view } = matter;
  const { people, query } = results;
  const found = people?.people ?? [];
  const typed = urlOf(query.words);
  const isNew = typed !== undefined && found.every(({ address }) => address !== typed);
  const left = (people?.count ?? 0) - found.length;
  const { options: listed, note } = directoryPart(matter);
  return {
    key: 'people',
    title: t('search.people'),
    options: [
      ...(isNew
        ? [
            {
              key: `write ${typed}`,
              content: <Line icon="compose">{t('search.write', { address: label(typed) })}</Line>,
              run: () => view.openConversation(account, typed),
            },
          ]
        : []),
      ...found.map((person) => personOption(matter, person)),
      ...listed,
    ],
    ...(note !== undefined
      ? { note }
      : scope === 'people' && left > 0
        ? { note: t('search.more.people', { count: left }) }
        : {}),
  };
}

function directoryPart({
  results: { query },
  account,
  view,
  directory,
  look,
}: Matter): Pick<Group, 'options' | 'note'> {
  const wanted = query.filters.length > 0 ? undefined : searchFor(query.words, account);
  if (wanted === undefined) return { options: [] };
  const { domain } = wanted;
  if (directory === undefined) {
    return {
      options: [
        {
          key: 'look',
          content: <Line icon="globe">{t('search.look', { words: wanted.query, domain })}</Line>,
          stays: true,
          isBeside: true,
          run: look,
        },
      ],
    };
  }
  const { listed } = directory;
  if (listed === undefined) return { options: [], note: t('search.looking', { domain }) };
  if (listed.problem !== undefined)
    return { options: [], note: sentenceFor(listed.problem, { attempt: 'other', domain }) };
  if (listed.people.length === 0) return { options: [], note: t('directory.nobody', { domain }) };
  return {
    options: listed.people.map((one) => ({
      key: `listed ${one.address}`,
      content: <ListedLine {...one} words={wordsOf(query.words)} domain={domain} />,
      run: () => view.openConversation(account, one.address),
    })),
  };
}

const hitOption = (view: View, key: string, { message }: Hit, content: ReactNode): Option => ({
  key: `${key} ${message.id}`,
  content,
  isInLog: true,
  run: () => view.openConversation(message.account, message.peer, { at: message.at, order: message.order }),
});

export function messagesGroup(matter: Matter): Group {
  const { results, scope, view, canShowMore } = matter;
  const { messages } = results;
  const hits = messages?.hits ?? [];
  // Those found by the name of a file stand under Files.
  const shown = scope === 'all' ? hits.filter(({ file }) => file === undefined) : hits;
  const isMore = messages?.hasMore === true;
  return {
    key: 'messages',
    title: t('search.messages'),
    ...(messages === undefined
      ? {}
      : {
          aside: t(isMore ? 'search.took.more' : 'search.took', {
            count: shown.length,
            took: Math.max(1, Math.round(messages.took)),
          }),
        }),
    options: [
      ...shown.map((hit) => hitOption(view, 'message', hit, <HitLine hit={hit} />)),
      ...(scope === 'messages' && isMore && canShowMore ? [moreOption(matter)] : []),
    ],
  };
}

export function filesGroup(matter: Matter): Group {
  const { results, scope, view, canShowMore } = matter;
  const { files, query } = results;
  const words = wordsOf(query.words);
  return {
    key: 'files',
    title: t('search.files'),
    options: [
      ...(files?.hits ?? []).map((hit) => hitOption(view, 'file', hit, <FileLine hit={hit} words={words} />)),
      ...(scope === 'files' && files?.hasMore === true && canShowMore ? [moreOption(matter)] : []),
    ],
  };
}

/** The commands that what was typed names; at other times those about the open conversation are offered. */
export function commandsGroup({ results: { query }, commands, platform, isApp }: Matter): {
  readonly named: Group;
  readonly offered: Group;
} {
  const option = ({ id, icon, words, shortcut, run }: Command): Option => ({
    key: `command ${id}`,
    content: (
      <Line
        icon={icon}
        {...(shortcut === undefined || (isAppOnly(shortcut) && !isApp)
          ? {}
          : { keys: keysWords(keysOf(shortcut), platform) })}
      >
        {words}
      </Line>
    ),
    run,
  });
  const named = matching(commands, query.words);
  const offered = commands.filter((one) => one.isHere === true && !named.includes(one));
  return {
    named: { key: 'named', title: t('search.commands'), options: named.map(option) },
    offered: {
      key: 'offered',
      title: t('search.commands'),
      options: offered.map((one) => ({ ...option(one), isBeside: true })),
    },
  };
}

const EXAMPLES = [
  ['from:', 'search.help.from'],
  ['in:', 'search.help.in'],
  ['before:', 'search.help.before'],
  ['after:', 'search.help.after'],
  ['has:file ', 'search.help.has'],
] as const;

/** The words that narrow down, to be typed by choosing them. */
export const helpGroup = ({ write }: Matter): Group => ({
  key: 'help',
  title: t('search.help'),
  options: EXAMPLES.map(([example, words]) => ({
    key: `help ${example}`,
    content: (
      <Line icon="search" keys={example.trim()}>
        {t(words)}
      </Line>
    ),
    stays: true,
    isBeside: true,
    run: () => write(example),
  })),
});

/** Stands where nothing does: what was looked for, and what may help. */
export function nothingGroup({ results: { query, problem }, scope }: Matter): Group {
  const group = (title: string, note?: string): Group => ({
    key: 'nothing',
    title,
    options: [],
    ...(note === undefined ? {} : { note }),
  });
  if (problem !== undefined) return group(sentenceFor(problem, { attempt: 'other' }));
  if (scope === 'people') return group(t('search.none.people'));
  if (query.filters.length > 0) return group(t('search.none.filters'), t('search.none.hint'));
  if (query.words === '') return group(t('search.none.files'));
  return group(t('search.none', { words: query.words }), t('search.none.hint'));
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
