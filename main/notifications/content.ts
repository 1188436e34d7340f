import type { Contact, Conversation, Message, Settings, WatchRequest } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { formatForPeople, parseUrl } from '../../shared/impp/address.ts';
import type { Notice } from '../host/host.ts';

/** Characters of a message that a notice shows; systems cut off sooner. */
const LONGEST = 300;
/** What turns the reading direction of all that follows, and what is no text. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]+/gu;

type Shows = Settings['notifies'];
type Said = Omit<Notice, 'tag' | 'isSilent'>;

/** One line that stays one line, whatever its writer put into it. */
const oneLine = (text: string): string => {
  const line = text.toWellFormed().replaceAll(UNSAFE, ' ').trim();
  const characters = Array.from(line);
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : line;
};

/** A contact as the windows call it; a stranger by the whole address, because a name alone could be anybody's. */
const nameFor = (contact: Contact | undefined, address: string): string => {
  const whole = formatForPeople(parseUrl(address));
  if (contact === undefined) return whole;
  const name = oneLine(contact.name || (contact.presence.displayName ?? ''));
  return name || whole.slice(0, whole.lastIndexOf('@')) || whole;
};

const wordsOf = ({ text, files, isRetracted }: Message): string => {
  if (isRetracted === true) return t('notice.retracted');
  const [file] = files;
  if (text === '' && file !== undefined) return t('notice.file', { name: oneLine(file.name) });
  return oneLine(text) || t('notice.message');
};

/** What to say of messages of one conversation, oldest first; there is one at least. */
export function saidOfMessages(
  { account, peer }: Pick<Conversation, 'account' | 'peer'>,
  contact: Contact | undefined,
  messages: readonly Message[],
  shows: Shows,
): Said {
  const number = messages.length;
  if (shows === 'nothing') {
    return {
      title: 'Parley',
      body: number === 1 ? t('notice.message') : t('notice.messages', { count: number }),
    };
  }
  const name = peer === account ? 'Parley' : nameFor(contact, peer);
  const title = number === 1 ? name : t('notice.messages.from', { count: number, name });
  const newest = messages.at(-1);
  const mute = t('notice.mute');
  if (shows === 'name' || newest === undefined)
    return { title, body: number === 1 ? t('notice.message') : '', mute };
  return { title, body: wordsOf(newest), answer: t('notice.answer', { name }), mute };
}

/** What to say of people who ask to see one's presence; there is one at least. */
export function saidOfRequests(requests: readonly WatchRequest[], shows: Shows): Said {
  const [first] = requests;
  if (requests.length > 1)
    return { title: 'Parley', body: t('notice.asks.several', { count: requests.length }) };
  if (shows === 'nothing' || first === undefined) return { title: 'Parley', body: t('notice.asks.someone') };
  return { title: 'Parley', body: t('notice.asks', { name: formatForPeople(parseUrl(first.address)) }) };
}
