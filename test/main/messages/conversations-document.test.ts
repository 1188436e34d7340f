import { describe, expect, test } from 'vitest';
import {
  formatSettings,
  parseSettings,
  type SettingsChange,
  type SettingsList,
  withChanges,
} from '../../../main/messages/conversations-document.ts';

const BOB = 'impp://b.example/bob';
const CAROL = 'impp://c.example/carol';
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (list: SettingsList | undefined) =>
  list === undefined ? undefined : new TextDecoder().decode(formatSettings(list));
const edit = (list: SettingsList, address: string, change: SettingsChange) =>
  withChanges(list, new Map([[address, change]]));
const settingsOf = (list: SettingsList | undefined, address: string) => list?.entries.get(address)?.value;

describe('the settings of conversations', () => {
  test('come back as they were written', () => {
    const muted = Date.UTC(2026, 0, 5, 12);
    const all: SettingsChange = {
      isPinned: true,
      isArchived: true,
      mutedUntil: muted,
      sendsReceipts: false,
      sendsTyping: true,
      notifies: 'name',
    };
    const list = edit(parseSettings(undefined), BOB, all);
    expect(settingsOf(parseSettings(formatSettings(list!)), BOB)).toEqual(all);
    const changed = edit(list!, BOB, { mutedUntil: 'changed' });
    expect(settingsOf(parseSettings(formatSettings(changed!)), BOB)).toMatchObject({
      mutedUntil: 'changed',
      isPinned: true,
    });
  });

  test('an edit touches what it names, and nothing that another program put there', () => {
    const document =
      `<conversations><conversation><address>${BOB}</address><archived/><x-colour>red</x-colour></conversation>` +
      `<conversation><address>${CAROL}</address><pinned/></conversation><x-order>name</x-order></conversations>`;
    const list = edit(parseSettings(bytes(document)), BOB, { isArchived: false });
    expect(text(list)).toBe(document.replace('<archived/>', ''));
  });

  test('that say nothing any more are gone, and an edit that changes nothing is none', () => {
    const pinned = edit(parseSettings(undefined), BOB, { isPinned: true, sendsTyping: false });
    expect(edit(pinned!, BOB, { isPinned: true })).toBeUndefined();
    expect(edit(pinned!, CAROL, { mutedUntil: null, isArchived: false })).toBeUndefined();
    expect(text(edit(pinned!, BOB, { isPinned: false, sendsTyping: null }))).toBe('<conversations/>');
  });

  test('of what is no address, twice the same, or no value are kept, and mean nothing', () => {
    const document =
      `<conversations><conversation><pinned/></conversation><conversation><address>${BOB}</address>` +
      `<muted>tomorrow</muted><receipts>maybe</receipts><notify>loudly</notify></conversation><conversation><address>${BOB}</address><pinned/>` +
      '</conversation></conversations>';
    const list = parseSettings(bytes(document));
    expect([...list.entries.values()].map(({ value }) => value)).toEqual([
      { isPinned: false, isArchived: false },
    ]);
    expect(list.unknown).toHaveLength(2);
  });

  test('what is no such document is not overwritten, and what is too large not written', () => {
    expect(() => parseSettings(bytes('<contacts></contacts>'))).toThrow(
      expect.objectContaining({ code: 'bad-request' }) as Error,
    );
    const many = new Map(
      Array.from({ length: 5000 }, (_, i) => [`impp://b.example/user${i}`, { isPinned: true }] as const),
    );
    const list = withChanges(parseSettings(undefined), many);
    expect(() => formatSettings(list!)).toThrow(
      expect.objectContaining({ code: 'message-too-large' }) as Error,
    );
  });
});
