// Stores in folders of their own, and what tests put into them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '../../../main/store/messages/entries.ts';
import { Store } from '../../../main/store/store.ts';
import type { Message } from '../../../shared/model.ts';

export const BOB = 'impp://b.example/bob';
export const ALICE = {
  url: 'impp://a.example/alice',
  server: undefined,
  ca: undefined,
  proxy: { kind: 'system' },
  ownState: 'available',
  ownNote: '',
  mechanism: undefined,
  secret: 'not-kept',
  secretCheck: undefined,
  isEnabled: true,
} as const;

const encoder = new TextEncoder();

/** A message as octets that a reader of mail understands. */
export const octets = (text: string): Uint8Array =>
  encoder.encode(`From: <bob@b.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}`);

/** A profile's folder with its open store and one account in it. */
export class Profile {
  readonly folder = mkdtempSync(join(tmpdir(), 'parley-store-'));
  readonly path = join(this.folder, 'parley.db');
  store!: Store;
  key = 0;
  sequence = 0;

  static async open(): Promise<Profile> {
    const profile = new Profile();
    await profile.reopen();
    ({ key: profile.key } = await profile.store.call('keepAccount', ALICE));
    return profile;
  }

  async reopen(): Promise<void> {
    this.store = await Store.open(this.path);
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  entry(messageId: string, text: string, more: Partial<Entry> = {}): Entry {
    const at = more.at ?? 1000 * (this.sequence + 1);
    return {
      account: this.key,
      peer: BOB,
      messageId,
      at,
      receivedAt: at,
      text,
      files: [],
      body: octets(text),
      isMine: false,
      outcome: more.isMine ? 'stored' : undefined,
      ...more,
    };
  }

  /** The next entry of the inbox. */
  async add(messageId: string, text: string, more: Partial<Entry> = {}): Promise<void> {
    const entry = this.entry(messageId, text, more);
    await this.store.call('addEntries', this.key, [{ entry, sequence: ++this.sequence }], undefined);
  }

  /** The newest messages with `peer`. */
  async messages(peer = BOB): Promise<readonly Message[]> {
    return (await this.store.call('readPage', this.key, peer, { limit: 200 })).messages;
  }

  /** Texts of what a search finds, newest first. */
  async search(query: string, more: object = {}): Promise<string[]> {
    const { hits } = await this.store.read('search', { query, limit: 100, ...more });
    return hits.map(({ message }) => message.text);
  }
}
