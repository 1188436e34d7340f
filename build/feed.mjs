// The feed of updates: `latest.yml`, `latest-mac.yml` and `latest-linux.yml` beside the packages, as electron-builder
// writes them, each with a signature in a file of the same name and `.sig`. The app takes a feed only with that.
//   node build/feed.mjs keys            makes a pair: the public key goes into the app, the secret one to who releases
//   node build/feed.mjs sign FILE...    signs with the secret key in PARLEY_UPDATES_SECRET

import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const base64 = (key, type) => key.export({ format: 'der', type }).toString('base64');

/** A new pair of keys, each DER in base64. */
export function makeKeys() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { key: base64(publicKey, 'spki'), secret: base64(privateKey, 'pkcs8') };
}

/** The signature, in base64. Of the name as well, so that the feed of one system cannot stand in for another's. */
export function signatureOf(name, text, secret) {
  const key = createPrivateKey({ key: Buffer.from(secret, 'base64'), format: 'der', type: 'pkcs8' });
  return sign(null, Buffer.from(`${name}\n${text}`), key).toString('base64');
}

/** What the packages are told of updates; throws where only half of it is given. */
export function updatesOf({ PARLEY_UPDATES_URL: url, PARLEY_UPDATES_KEY: key }) {
  if (!url && !key) return { publish: null };
  if (!url || !key)
    throw new Error('PARLEY_UPDATES_URL and PARLEY_UPDATES_KEY belong together: one is missing');
  if (!url.startsWith('https://')) throw new Error('PARLEY_UPDATES_URL is no https address');
  return { publish: { provider: 'generic', url }, extraMetadata: { updates: { url, key } } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...files] = process.argv.slice(2);
  if (command === 'keys') {
    const { key, secret } = makeKeys();
    console.log(`PARLEY_UPDATES_KEY=${key}\nPARLEY_UPDATES_SECRET=${secret}`);
  } else if (command === 'sign' && files.length > 0 && process.env.PARLEY_UPDATES_SECRET) {
    for (const file of files) {
      const signature = signatureOf(
        basename(file),
        readFileSync(file, 'utf8'),
        process.env.PARLEY_UPDATES_SECRET,
      );
      writeFileSync(`${file}.sig`, `${signature}\n`);
    }
  } else {
    console.error('node build/feed.mjs keys | PARLEY_UPDATES_SECRET=... node build/feed.mjs sign FILE...');
    process.exitCode = 2;
  }
}
