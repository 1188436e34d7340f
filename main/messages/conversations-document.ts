import { formatTime, parseTime } from '../../shared/impp/headers.ts';
import { type Element, textElement } from '../../shared/impp/markup.ts';
import type { RequestOf } from '../../shared/ipc.ts';
import type { Conversation } from '../../shared/model.ts';
import {
  type AddressedDocument,
  type AddressedList,
  formatAddressed,
  parseAddressed,
  textOf,
} from '../account/addressed-document.ts';

// The account's `x-conversations` document [IMPP 10], application/impp-conversations, with room for some 1,500:
// <conversations><conversation><address>URL</address><pinned/><archived/><muted>TIME|changed</muted>
//   <receipts>yes|no</receipts><typing>yes|no</typing>
//   <notify>text|name|nothing</notify></conversation>*</conversations>

export const CONVERSATIONS_TYPE = 'application/impp-conversations';

/** What is set for one conversation, on all devices. */
export type ConversationSettings = Pick<
  Conversation,
  'isPinned' | 'isArchived' | 'mutedUntil' | 'sendsReceipts' | 'sendsTyping' | 'notifies'
>;
/** null: as it is without having been set. */
export type SettingsChange = Omit<RequestOf<'conversation.change'>, 'account' | 'peer'>;

export const NOTHING_SET: ConversationSettings = { isPinned: false, isArchived: false };

export type SettingsList = AddressedList<ConversationSettings>;

const SHOWN = ['text', 'name', 'nothing'] as const;

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

const choiceElement = (name: string, choice: boolean | undefined): Element[] =>
  choice === undefined ? [] : [textElement(name, choice ? 'yes' : 'no')];

const CONVERSATIONS: AddressedDocument<ConversationSettings> = {
  root: 'conversations',
  entry: 'conversation',
  known: new Set(['pinned', 'archived', 'muted', 'receipts', 'typing', 'notify']),
  full: 'there are settings for too many conversations',
  read: settingsIn,
  write: ({ isPinned, isArchived, mutedUntil, sendsReceipts, sendsTyping, notifies }) => [
    ...(isPinned ? [textElement('pinned', '')] : []),
    ...(isArchived ? [textElement('archived', '')] : []),
    ...(mutedUntil === undefined
      ? []
      : [textElement('muted', mutedUntil === 'changed' ? mutedUntil : formatTime(mutedUntil))]),
    ...choiceElement('receipts', sendsReceipts),
    ...choiceElement('typing', sendsTyping),
    ...(notifies === undefined ? [] : [textElement('notify', notifies)]),
  ],
};

/** Throws `bad-request` for what is not such a document. No document sets nothing. */
export const parseSettings = (bytes: Uint8Array | undefined): SettingsList =>
  parseAddressed(CONVERSATIONS, bytes);

/** Throws `message-too-large` for more than can be read back. */
export const formatSettings = (list: SettingsList): Uint8Array => formatAddressed(CONVERSATIONS, list);

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
    const before = entries.get(address) ?? { value: NOTHING_SET, unknown: [] };
    const settings = changed(before.value, change);
    if (settings === undefined) continue;
    isChanged = true;
    if (isNothing(settings) && before.unknown.length === 0) entries.delete(address);
    else entries.set(address, { value: settings, unknown: before.unknown });
  }
  return isChanged ? { entries, unknown: list.unknown } : undefined;
};
