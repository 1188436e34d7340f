// What electron-updater checks by itself differs: on Windows the installer's publisher, on macOS the signature of the
// app, on Linux only a hash that stands in the feed. So the feed itself is signed, and with it the hashes in it.

import { createPublicKey, verify } from 'node:crypto';
import { Provider, type UpdateInfo } from 'electron-updater';
import {
  parseUpdateInfo,
  type ProviderRuntimeOptions,
  resolveFiles,
} from 'electron-updater/out/providers/Provider.js';
import { ImppError } from '../../../shared/errors.ts';

/** Where newer versions are, and who says so. */
export interface FeedPlace {
  /** The folder of the feed, https. */
  readonly url: string;
  /** Ed25519: SPKI, DER, base64. */
  readonly key: string;
}

/**
 * Throws `update-refused` unless `signature` (base64) is that of `text` under the name of its file. The name is signed
 * as well: the feed of one system cannot stand in for another's.
 */
export function requireSignature(key: string, name: string, text: string, signature: string): void {
  let isGood = false;
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    isGood = verify(null, Buffer.from(`${name}\n${text}`), publicKey, Buffer.from(signature, 'base64'));
  } catch (error) {
    throw new ImppError('update-refused', 'the signature of the feed cannot be read', { cause: error });
  }
  if (!isGood) throw new ImppError('update-refused', 'the feed is not signed by the authors of this program');
}

/** electron-updater's way to a folder of files, with a signature beside each feed: see build/feed.mjs. */
export class SignedFeed extends Provider<UpdateInfo> {
  readonly #place: FeedPlace;
  readonly #folder: URL;

  constructor(place: FeedPlace, options: ProviderRuntimeOptions) {
    super(options);
    this.#place = place;
    this.#folder = new URL(place.url.endsWith('/') ? place.url : `${place.url}/`);
  }

  override async getLatestVersion(): Promise<UpdateInfo> {
    const name = `${this.getDefaultChannelName()}.yml`;
    const url = this.#fresh(name);
    const [text, signature] = await Promise.all([
      this.httpRequest(url),
      this.httpRequest(this.#fresh(`${name}.sig`)),
    ]);
    requireSignature(this.#place.key, name, text ?? '', signature ?? '');
    return parseUpdateInfo(text, name, url);
  }

  override resolveFiles(info: UpdateInfo): ReturnType<typeof resolveFiles> {
    return resolveFiles(info, this.#folder);
  }

  /** electron-updater would send a number here by which one installation is known again. */
  override setRequestHeaders(): void {}

  /** Past what proxies and caches on the way have kept. */
  #fresh(name: string): URL {
    const url = new URL(name, this.#folder);
    url.searchParams.set('noCache', Date.now().toString(32));
    return url;
  }
}
