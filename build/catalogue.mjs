// For translators: what is still to be said in a language, and taking what was said.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  ENGLISH,
  faultsOfLanguage,
  faultsOfMessage,
  files,
  hashOf,
  openKeys,
  readSources,
  readTranslation,
} from './translations.mjs';

const HELP = `node build/catalogue.mjs LANGUAGE [options]
  (nothing)        the English of what is missing or was made from another English, as JSON; of "en": all of it
  --check          what is wrong with the language, one line each
  --merge FILE     takes the messages in FILE (JSON, texts by key) as translations of the English of now
Needs Node 24: npm exec -- node build/catalogue.mjs LANGUAGE`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean' }, merge: { type: 'string' }, help: { type: 'boolean' } },
});
const [language] = positionals;

const print = (texts) => console.log(JSON.stringify(texts, null, 2));
const write = (file, texts) => writeFileSync(file, `${JSON.stringify(texts, null, 2)}\n`);
/** In the order of the English, so that what belongs together stands together. */
const inOrder = (texts) =>
  Object.fromEntries(
    Object.keys(ENGLISH).flatMap((key) => (Object.hasOwn(texts, key) ? [[key, texts[key]]] : [])),
  );

/** Takes what has no fault. A message that is there already is confirmed by giving it again. */
function merge(file) {
  const texts = readTranslation(language);
  const sources = readSources(language);
  let refused = 0;
  for (const [key, text] of Object.entries(JSON.parse(readFileSync(file, 'utf8')))) {
    const faults = Object.hasOwn(ENGLISH, key)
      ? faultsOfMessage(text, ENGLISH[key], language)
      : ['is no key'];
    for (const fault of faults) console.error(`${key}: ${fault}`);
    if (faults.length > 0) {
      refused++;
      continue;
    }
    texts[key] = text;
    sources[key] = hashOf(ENGLISH[key]);
  }
  write(files.fileOf(language), inOrder(texts));
  write(files.sourceFileOf(language), inOrder(sources));
  const { missing, outdated } = openKeys(language, texts, sources);
  console.error(`${refused} not taken, ${missing.length + outdated.length} still to be said`);
  if (refused > 0) process.exitCode = 1;
}

if (values.help || language === undefined) console.log(HELP);
else if (values.merge !== undefined) merge(values.merge);
else if (values.check) {
  const faults = faultsOfLanguage(language);
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) process.exitCode = 1;
} else if (language === 'en') print(ENGLISH);
else {
  const { missing, outdated } = openKeys(language);
  const open = new Set([...missing, ...outdated]);
  print(Object.fromEntries(Object.entries(ENGLISH).filter(([key]) => open.has(key))));
}
