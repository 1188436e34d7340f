import { Fragment, type ReactNode } from 'react';
import type { Message } from '../../shared/model.ts';
import { label } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import type { ControlSign } from '../components/signs.tsx';
import { presenceLine } from '../i18n/presence.ts';
import { formatSize } from '../../shared/i18n/formats.ts';
import { timeInColumn } from '../i18n/times.ts';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useNow } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { nameFor } from '../store/names.ts';
import { marksIn } from './fold.ts';
import styles from './Palette.module.css';
import type { Person } from './people.ts';
import type { Hit } from './use-search.ts';

const MINUTE = 60_000;

/** Text with what was found in it marked; `marks` are starts and ends by turns. */
export function Marked({ text, marks }: { readonly text: string; readonly marks: readonly number[] }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (let index = 0; index + 1 < marks.length; index += 2) {
    const [start = 0, end = 0] = marks.slice(index, index + 2);
    parts.push(
      <Fragment key={start}>
        {text.slice(at, start)}
        <mark>{text.slice(start, end)}</mark>
      </Fragment>,
    );
    at = end;
  }
  return (
    <>
      {parts}
      {text.slice(at)}
    </>
  );
}

interface RowProps {
  readonly start: ReactNode;
  readonly first: ReactNode;
  readonly second?: ReactNode;
  readonly end?: ReactNode;
}

function Row({ start, first, second, end }: RowProps) {
  return (
    <>
      {start}
      <span className={styles.words}>
        {/* Words of another direction stay beside their picture. */}
        <span className={styles.first}>
          <bdi>{first}</bdi>
        </span>
        {second !== undefined && (
          <span className={styles.second}>
            <bdi>{second}</bdi>
          </span>
        )}
      </span>
      {end !== undefined && <span className={styles.end}>{end}</span>}
    </>
  );
}

/** A message that was found, in its words. */
export function HitLine({ hit }: { readonly hit: Hit }) {
  const { message, excerpt } = hit;
  const name = usePeerName(message);
  return (
    <Row
      start={<Avatar address={message.peer} name={name} size="middle" isSilent />}
      first={<Marked text={excerpt.text} marks={excerpt.marks} />}
      second={<BySentence message={message} name={name} />}
      end={<Time at={message.at} />}
    />
  );
}

function BySentence({ message, name }: { readonly message: Message; readonly name: string }) {
  const isRequest = useMirror(
    (mirror) => mirror.conversations.get(pairKey(message.account, message.peer))?.isRequest === true,
  );
  if (message.isMine) return t('search.you-to', { name });
  if (isRequest) return t('search.request', { name });
  return message.quote?.isMine === true ? t('search.reply', { name }) : name;
}

/** A file that was found by its name, or with its message. */
export function FileLine({ hit, words }: { readonly hit: Hit; readonly words: readonly string[] }) {
  const { message } = hit;
  const name = usePeerName(message);
  const file = message.files.find(({ index }) => index === hit.file) ?? message.files[0];
  const fileName = file?.name ?? hit.excerpt.text;
  return (
    <Row
      start={
        <span className={styles.file}>
          <Icon name={file?.type.startsWith('image/') === true ? 'image' : 'file'} size="small" />
        </span>
      }
      first={<Marked text={fileName} marks={marksIn(fileName, words)} />}
      second={t(message.isMine ? 'search.file.to' : 'search.file.from', {
        size: formatSize(file?.size ?? 0),
        name,
      })}
      end={<Time at={message.at} />}
    />
  );
}

export function PersonLine({
  person,
  words,
}: {
  readonly person: Person;
  readonly words: readonly string[];
}) {
  const contact = useMirror((mirror) => mirror.contacts.get(person.key));
  const now = useNow(MINUTE);
  const address = label(person.address);
  const presence = contact === undefined ? address : presenceLine(contact, now);
  return (
    <Row
      start={
        <Avatar
          address={person.address}
          name={person.name}
          size="middle"
          {...(contact === undefined ? {} : { state: contact.presence.state })}
          isSilent
        />
      }
      first={<Marked text={person.name} marks={marksIn(person.name, words)} />}
      second={
        <>
          {person.name !== address && (
            <bdi>
              <Marked text={address} marks={marksIn(address, words)} />
            </bdi>
          )}
          {/* Of whom nothing is known yet that is the address once more. */}
          {presence !== address && t('words.more', { words: presence })}
          {person.group !== undefined &&
            t('words.more', { words: t('search.group', { group: person.group }) })}
        </>
      }
      {...(person.isContact ? { end: t('search.contact') } : {})}
    />
  );
}

interface ListedProps {
  readonly address: string;
  readonly displayName: string;
  readonly words: readonly string[];
  readonly domain: string;
}

/** Somebody whom a directory lists. */
export function ListedLine({ address, displayName, words, domain }: ListedProps) {
  const shown = label(address);
  const name = displayName === '' ? shown : displayName;
  return (
    <Row
      start={<Avatar address={address} name={name} size="middle" isSilent />}
      first={<Marked text={name} marks={marksIn(name, words)} />}
      second={name === shown ? undefined : <bdi>{shown}</bdi>}
      end={t('search.listed', { domain })}
    />
  );
}

interface LineProps {
  readonly icon: ControlSign;
  /** A key that does the same, or what to type. */
  readonly keys?: string;
  readonly children: ReactNode;
}

/** One line that does something. */
export function Line({ icon, keys, children }: LineProps) {
  return (
    <Row
      start={
        <span className={styles.sign}>
          <Icon name={icon} />
        </span>
      }
      first={children}
      {...(keys === undefined ? {} : { end: <kbd>{keys}</kbd> })}
    />
  );
}

function Time({ at }: { readonly at: number }) {
  const now = useNow(MINUTE);
  return <time dateTime={new Date(at).toISOString()}>{timeInColumn(at, now)}</time>;
}

const usePeerName = ({ account, peer }: Message): string =>
  useMirror((mirror) => nameFor(mirror.contacts.get(pairKey(account, peer)), peer));
