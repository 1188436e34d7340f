import { ImppError } from '../../shared/errors.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import { formatTime, parseTime } from '../../shared/impp/headers.ts';
import {
  type Element,
  formatMarkup,
  listElement,
  parseMarkup,
  textElement,
} from '../../shared/impp/markup.ts';
import type { RequestOf } from '../../shared/ipc.ts';
import type { Conversation } from '../../shared/model.ts';

// The account's `x-conversations` document [IMPP 10], application/impp-conversations:
// <conversations><conversation><address>URL</address><pinned/><archived/><muted>TIME|changed</muted>
//   <receipts>yes|no</receipts><typing>yes|no</typing>
//   <notify>text|name|nothing</notify></conversation>*</conversations>

export const CONVERSATIONS_TYPE = 'application/impp-conversations';

/** Octets of a document that a domain takes [IMPP 10]: some 1,500 conversations with settings of their own. */
const MAX_CONVERSATIONS = 262_144;

/** What is set for one conversation, on all devices. */
export type ConversationSettings = Pick<
  Conversation,
  'isPinned' | 'isArchived' | 'mutedUntil' | 'sendsReceipts' | 'sendsTyping' | 'notifies'
>;
/** null: as it is without having been set. */
export type SettingsChange = Omit<RequestOf<'conversation.change'>, 'account' | 'peer'>;

export const NOTHING_SET: ConversationSettings = { isPinned: false, isArchived: false };

interface Entry {
  readonly settings: ConversationSettings;
  /** What another program put beside it. */
  readonly unknown: readonly Element[];
}

/** By address, in the document's order, and what in it is not understood. */
export interface SettingsList {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly unknown: readonly Element[];
}

const KNOWN = new Set(['address', 'pinned', 'archived', 'muted', 'receipts', 'typing', 'notify']);
const SHOWN = ['text', 'name', 'nothing'] as const;

const textOf = (element: Element, name: string): string | undefined =>
  element.children.find((child) => child.name === name)?.text;

const addressIn = (element: Element): string | undefined => {
  try {
    return parseUrl(textOf(element, 'address') ?? '').url;
  } catch {
    return undefined;
  }
};

const choiceIn = (element: Element, name: string): boolean | undefined => {
  const text = textOf(element, name);
  return text === 'yes' ? true : text === 'no' ? false : undefined;
};

const settingsIn = (element: Element): ConversationSettings => {
  const muted = textOf(element, 'muted');
  const mutedUntil = muted === 'changed' ? muted : muted === undefined ? undefined : parseTime(muted);
  const sendsReceipts = choiceIn(element, 'receipts');
  const sendsTyping = choiceIn(element, 'typing');
  const shown = textOf(element, 'notify');
  const notifies = SHOWN.find((one) => one === shown);
  return {
    isPinned: textOf(element, 'pinned') !== undefined,
    isArchived: textOf(element, 'archived') !== undefined,
    ...(mutedUntil === undefined ? {} : { mutedUntil }),
    ...(sendsReceipts === undefined ? {} : { sendsReceipts }),
    ...(sendsTyping === undefined ? {} : { sendsTyping }),
    ...(notifies === undefined ? {} : { notifies }),
  };
};

/** Throws `bad-request` for what is not such a document. No document sets nothing. */
export const parseSettings = (bytes: Uint8Array | undefined): SettingsList => {
  const entries = new Map<string, Entry>();
  const unknown: Element[] = [];
  if (bytes === undefined) return { entries, unknown };
  const root = parseMarkup(bytes, MAX_CONVERSATIONS);
  if (root.name !== 'conversations') throw new ImppError('bad-request', 'not a list of conversations');
  for (const element of root.children) {
    const address = element.name === 'conversation' ? addressIn(element) : undefined;
    if (address === undefined || entries.has(address)) unknown.push(element);
    else {
      entries.set(address, {
        settings: settingsIn(element),
        unknown: element.children.filter(({ name }) => !KNOWN.has(name)),
      });
    }
  }
  return { entries, unknown };
};

const choiceElement = (name: string, choice: boolean | undefined): Element[] =>
  choice === undefined ? [] : [textElement(name, choice ? 'yes' : 'no')];

const elementOf = (address: string, { settings, unknown }: Entry): Element => {
  const { isPinned, isArchived, mutedUntil, sendsReceipts, sendsTyping, notifies } = settings;
  return listElement('conversation', [
    textElement('address', address),
    ...(isPinned ? [textElement('pinned', '')] : []),
    ...(isArchived ? [textElement('archived', '')] : []),
    ...(mutedUntil === undefined
      ? []
      : [textElement('muted', mutedUntil === 'changed' ? mutedUntil : formatTime(mutedUntil))]),
    ...choiceElement('receipts', sendsReceipts),
    ...choiceElement('typing', sendsTyping),
    ...(notifies === undefined ? [] : [textElement('notify', notifies)]),
    ...unknown,
  ]);
};

/** Throws `message-too-large` for more than can be read back. */
export const formatSettings = ({ entries, unknown }: SettingsList): Uint8Array => {
  const all = [...entries].map(([address, entry]) => elementOf(address, entry));
  try {
    return formatMarkup(listElement('conversations', [...all, ...unknown]), MAX_CONVERSATIONS);
  } catch (cause) {
    throw new ImppError('message-too-large', 'there are settings for too many conversations', {
      cause,
      data: { maxMessageSize: MAX_CONVERSATIONS },
    });
  }
};

const chosen = <T>(change: T | null | undefined, before: T | undefined): T | undefined =>
  change === undefined ? before : (change ?? undefined);

/** `settings` after the change; undefined where nothing is different. */
export const changed = (
  settings: ConversationSettings,
  change: SettingsChange,
): ConversationSettings | undefined => {
  const mutedUntil = chosen(change.mutedUntil, settings.mutedUntil);
  const sendsReceipts = chosen(change.sendsReceipts, settings.sendsReceipts);
  const sendsTyping = chosen(change.sendsTyping, settings.sendsTyping);
  const notifies = chosen(change.notifies, settings.notifies);
  const next: ConversationSettings = {
    isPinned: change.isPinned ?? settings.isPinned,
    isArchived: change.isArchived ?? settings.isArchived,
    ...(mutedUntil === undefined ? {} : { mutedUntil }),
    ...(sendsReceipts === undefined ? {} : { sendsReceipts }),
    ...(sendsTyping === undefined ? {} : { sendsTyping }),
    ...(notifies === undefined ? {} : { notifies }),
  };
  const isSame =
    next.isPinned === settings.isPinned &&
    next.isArchived === settings.isArchived &&
    mutedUntil === settings.mutedUntil &&
    sendsReceipts === settings.sendsReceipts &&
    sendsTyping === settings.sendsTyping &&
    notifies === settings.notifies;
  return isSame ? undefined : next;
};

const isNothing = (settings: ConversationSettings): boolean => changed(NOTHING_SET, settings) === undefined;

/** The list after all the changes, in their order; undefined where nothing is different. */
export const withChanges = (
  list: SettingsList,
  changes: Iterable<readonly [address: string, change: SettingsChange]>,
): SettingsList | undefined => {
  const entries = new Map(list.entries);
  let isChanged = false;
  for (const [address, change] of changes) {
    const before = entries.get(address) ?? { settings: NOTHING_SET, unknown: [] };
    const settings = changed(before.settings, change);
    if (settings === undefined) continue;
    isChanged = true;
    if (isNothing(settings) && before.unknown.length === 0) entries.delete(address);
    else entries.set(address, { settings, unknown: before.unknown });
  }
  return isChanged ? { entries, unknown: list.unknown } : undefined;
};
