// Every page of docs/operations, tried from the page alone.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { blocksOf, type Trial, tryPage } from './page.ts';

/** Those that install something have a test of their own, with the package. */
const WITH_PACKAGE = ['install.md', 'upgrade.md'];
const PAGES = readdirSync(fileURLToPath(new URL('../../docs/operations', import.meta.url))).filter(
  (name) => name.endsWith('.md') && !WITH_PACKAGE.includes(name),
);

/** What a page needs beside a domain that is served, and what has to be true after it. */
const TRIALS: Readonly<Record<string, Trial>> = {
  'certificates.md': {
    // certbot's hook has handed it over, and it has been taken without a restart.
    before: 'rm /etc/parleyd/fullchain.pem',
    after: `
cmp /etc/parleyd/fullchain.pem /etc/letsencrypt/live/example.org/fullchain.pem
until grep -q '"event":"certificate read"' "$ROOT/run/parleyd.log"; do sleep 0.05; done`,
  },
  'backup.md': {
    // The people of the backup are there again, and the old folder is kept.
    after: `
parleyd user list --config /etc/parleyd/parleyd.toml | grep alice@example.org
ls /var/lib/parleyd.before/parley.sqlite`,
  },
  'accounts.md': {
    after: `
parleyd user list --config /etc/parleyd/parleyd.toml >/tmp/list
if grep carol /tmp/list; then exit 1; fi
test "$(parleyd invite list --config /etc/parleyd/parleyd.toml | wc -l)" = 1
grep -q '<svg' /tmp/invitation.svg
tar tf /tmp/carol.tar | grep '^README.txt$'`,
  },
  'moving.md': {
    // Somebody comes with what another domain has written.
    before: 'parleyd user export bob@example.org /tmp/carol.tar --config /etc/parleyd/parleyd.toml',
    after: `
parleyd user show carol@example.org --config /etc/parleyd/parleyd.toml | grep '^state: active'
parleyd user show alice@example.org --config /etc/parleyd/parleyd.toml >/tmp/alice
grep '^state: disabled' /tmp/alice
grep '^forward: alice@example.net (permanent)' /tmp/alice
ls /var/lib/parleyd.moved/parley.sqlite`,
  },
  'spam.md': {
    // The line that was added is in force.
    after: `until grep -q '"lines":3' "$ROOT/run/parleyd.log"; do sleep 0.05; done`,
  },
};

test.concurrent.each(PAGES)(
  '%s',
  async (name) => {
    await tryPage(name, TRIALS[name]);
  },
  120_000,
);

test('the README leads to all of them', () => {
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  for (const name of [...PAGES, ...WITH_PACKAGE]) expect(readme).toContain(`(docs/operations/${name})`);
});

test('blocks are found, with their lines and without the indentation of a list', () => {
  const page = 'Text\n\n```sh\none\n```\n1. first\n   ```toml\n   a = 1\n     b\n   ```\n\n```\nplain\n```\n';
  expect(blocksOf(page)).toEqual([
    { language: 'sh', line: 3, text: 'one\n' },
    { language: 'toml', line: 7, text: 'a = 1\n  b\n' },
    { language: '', line: 12, text: 'plain\n' },
  ]);
});
