// Contacts as vCards: written as RFC 6350 with IMPP properties (RFC 4770), read from whatever has an address.

import { type Address, formatForPeople, parseAddress, parseUrl } from '../../shared/impp/address.ts';
import { type Line, escape, readLines, splitValue, unescape, writeLine } from './vcard-lines.ts';

/** A person of an address book. */
export interface Card {
  /** Empty: none is given. */
  readonly name: string;
  readonly groups: readonly string[];
  /** Canonical URLs, the preferred first. */
  readonly addresses: readonly string[];
  /** What stands as an address and is none. */
  readonly wrong: readonly string[];
}

/** More than an address book has; a file with more is read this far. */
const MOST_CARDS = 10_000;
const LONGEST_NAME = 200;
const MOST_GROUPS = 50;
const LONGEST_GROUP = 100;
const MOST_ADDRESSES = 20;

/** One line of what markup can carry. */
const clean = (text: string, longest: number): string =>
  Array.from(
    text
      .slice(0, 4 * longest)
      .toWellFormed()
      .replaceAll(/[\p{Cc}\uFFFE\uFFFF]/gu, ' '),
  )
    .slice(0, longest)
    .join('')
    .trim();

const imUri = (address: Address): string => {
  const mailbox = formatForPeople(address);
  // Quoted where the bare name would read as something else.
  const local = mailbox.slice(0, mailbox.lastIndexOf('@'));
  return `im:${encodeURIComponent(local)}@${address.host}`;
};

/** Contacts as one text of vCards 4.0. */
export const writeCards = (
  contacts: readonly {
    readonly address: string;
    readonly name: string;
    readonly groups: readonly string[];
  }[],
): string =>
  contacts
    .map(({ address, name, groups }) => {
      const parsed = parseUrl(address);
      return [
        'BEGIN:VCARD\r\nVERSION:4.0\r\n',
        // Every card has to have a name: without one it is the address, and is taken for none when read.
        writeLine('FN', escape(name === '' ? formatForPeople(parsed) : name)),
        writeLine('IMPP', imUri(parsed)),
        groups.length === 0 ? '' : writeLine('CATEGORIES', groups.map(escape).join(',')),
        'END:VCARD\r\n',
      ].join('');
    })
    .join('');

/** Properties that hold addresses, and whether a bare `user@host` in them is one of ours. */
const ADDRESSES = new Map([
  ['IMPP', false],
  ['X-IMPP', true],
  ['X-IM', true],
  ['X-PARLEY', true],
]);
const OURS = /^\s*(?:impp|im|pres):/i;
const ANY_SCHEME = /^\s*[a-z][a-z0-9+.-]*:/i;

/** Low is preferred: PREF of vCard 4.0, TYPE=pref of 3.0. */
const rankOf = ({ parameters }: Line): number => {
  const pref = Number(parameters.get('PREF')?.[0] ?? Number.NaN);
  if (pref >= 1 && pref <= 100) return pref;
  return parameters.get('TYPE')?.some((type) => type.toLowerCase() === 'pref') ? 1 : 101;
};

const addressesIn = (lines: readonly Line[]): Pick<Card, 'addresses' | 'wrong'> => {
  const addresses = new Set<string>();
  const wrong: string[] = [];
  const found = lines
    .filter(({ name, value }) => {
      const isBareOurs = ADDRESSES.get(name);
      if (isBareOurs === undefined) return false;
      return OURS.test(value) || (isBareOurs && value.trim() !== '' && !ANY_SCHEME.test(value));
    })
    .sort((one, other) => rankOf(one) - rankOf(other))
    .slice(0, MOST_ADDRESSES);
  for (const { value } of found) {
    try {
      // No backslash belongs in a URI, though some write one before a comma.
      const { url, user } = parseAddress(unescape(value));
      if (user === '') wrong.push(clean(value, LONGEST_NAME));
      else addresses.add(url);
    } catch {
      wrong.push(clean(value, LONGEST_NAME));
    }
  }
  return { addresses: [...addresses], wrong };
};

const nameIn = (lines: readonly Line[]): string => {
  const valueOf = (name: string): string => lines.find((line) => line.name === name)?.value ?? '';
  // Family; given; additional; prefixes; suffixes.
  const [family = '', given = ''] = splitValue(valueOf('N'), ';').map((part) => unescape(part).trim());
  const candidates = [unescape(valueOf('FN')), `${given} ${family}`, unescape(valueOf('NICKNAME'))];
  return candidates.map((name) => clean(name, LONGEST_NAME)).find((name) => name !== '') ?? '';
};

const groupsIn = (lines: readonly Line[]): string[] => {
  const all = lines
    .filter(({ name }) => name === 'CATEGORIES')
    .flatMap(({ value }) => splitValue(value, ','))
    // Some may be empty or doubled, though not without end.
    .slice(0, 20 * MOST_GROUPS)
    .map((group) => clean(unescape(group), LONGEST_GROUP));
  return [...new Set(all)].filter((group) => group !== '').slice(0, MOST_GROUPS);
};

/** A list of persons is not a person. */
const isGroup = (lines: readonly Line[]): boolean =>
  lines.some(
    ({ name, value }) =>
      (name === 'KIND' || name === 'X-ADDRESSBOOKSERVER-KIND') && value.trim().toLowerCase() === 'group',
  );

const cardOf = (lines: readonly Line[]): Card => {
  const { addresses, wrong } = addressesIn(lines);
  const name = nameIn(lines);
  const isAddress = addresses.some((url) => name === formatForPeople(parseUrl(url)));
  return { name: isAddress ? '' : name, groups: groupsIn(lines), addresses, wrong };
};

/** The persons in a text of vCards, of any version; never throws. */
export const readCards = (text: string): Card[] => {
  const cards: Card[] = [];
  let lines: Line[] | undefined;
  const finish = (): void => {
    if (lines !== undefined && !isGroup(lines)) cards.push(cardOf(lines));
    lines = undefined;
  };
  for (const line of readLines(text)) {
    if (cards.length === MOST_CARDS) return cards;
    const isEdge =
      (line.name === 'BEGIN' || line.name === 'END') && line.value.trim().toUpperCase() === 'VCARD';
    if (!isEdge) lines?.push(line);
    else {
      // A card without an end ends where the next begins.
      finish();
      if (line.name === 'BEGIN') lines = [];
    }
  }
  finish();
  return cards;
};
