// What a translation owes to the English: each message there, made from the English of now, with the same arguments,
// the plural forms of its language and the app's punctuation. The words themselves are for people to judge.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';
import { en } from '../shared/i18n/en.ts';

export const ENGLISH = en;

const folder = new URL('../shared/i18n/', import.meta.url);
const fileOf = (language) => new URL(`${language}.json`, folder);
/** Which English each message was made from: a short hash by key. Only tools read it. */
const sourceFileOf = (language) => new URL(`sources/${language}.json`, folder);
const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});

export const files = { fileOf, sourceFileOf };
export const readTranslation = (language) => read(fileOf(language));
export const readSources = (language) => read(sourceFileOf(language));
export const hashOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** Keys that have no words in the language yet, and those whose English is another by now. */
export function openKeys(language, texts = readTranslation(language), sources = readSources(language)) {
  const keys = Object.keys(en);
  return {
    missing: keys.filter((key) => !Object.hasOwn(texts, key)),
    outdated: keys.filter((key) => Object.hasOwn(texts, key) && sources[key] !== hashOf(en[key])),
    unknown: Object.keys(texts).filter((key) => !Object.hasOwn(en, key)),
  };
}

/** Element types of the parsed message that take an argument. */
const KINDS = { 1: 'text', 2: 'number', 3: 'date', 4: 'time', 5: 'select', 6: 'plural' };
const NUMERIC = new Set(['number', 'plural']);

const parse = (text, language) =>
  new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).getAst();

/** Arguments by name: what each is used as, and the branches of those that choose. */
function argumentsOf(elements, found = new Map()) {
  for (const element of elements) {
    const kind = KINDS[element.type];
    if (kind === undefined) continue;
    const argument = found.get(element.value) ?? { kinds: new Set(), branches: [] };
    argument.kinds.add(kind);
    found.set(element.value, argument);
    if (element.options === undefined) continue;
    argument.branches.push(Object.keys(element.options));
    for (const { value } of Object.values(element.options)) argumentsOf(value, found);
  }
  return found;
}

/** The plural categories that whole numbers of everyday size fall into. */
function categoriesOf(language) {
  const rules = new Intl.PluralRules(language);
  const numbers = Array.from({ length: 1001 }, (_, number) => number);
  return new Set([...numbers.map((number) => rules.select(number)), 'other']);
}

function faultsOfArguments(text, english, language) {
  let own;
  try {
    own = argumentsOf(parse(text, language));
  } catch (error) {
    return [`cannot be read as an ICU message: ${error.message}`];
  }
  const theirs = argumentsOf(parse(english, 'en'));
  const faults = [];
  for (const name of theirs.keys()) if (!own.has(name)) faults.push(`{${name}} is missing`);
  for (const [name, { kinds, branches }] of own) {
    const original = theirs.get(name);
    if (original === undefined) {
      faults.push(`{${name}} is not in the English`);
      continue;
    }
    const isNumber = [...original.kinds].some((kind) => NUMERIC.has(kind));
    if (isNumber && kinds.has('text')) faults.push(`{${name}} is a number: {${name}, number}`);
    if (!isNumber && [...kinds].some((kind) => kind !== 'text' && !original.kinds.has(kind)))
      faults.push(`{${name}} is no number`);
    if (kinds.has('plural')) faults.push(...faultsOfPlural(name, branches, original.branches, language));
    else if (kinds.has('select')) {
      const wanted = (original.branches[0] ?? []).toSorted().join();
      if (branches.some((names) => names.toSorted().join() !== wanted))
        faults.push(`{${name}} has other branches: ${wanted}`);
    }
  }
  return faults;
}

function faultsOfPlural(name, branches, original, language) {
  const needed = categoriesOf(language);
  const allowed = new Set(new Intl.PluralRules(language).resolvedOptions().pluralCategories);
  const exact = new Set(original.flat().filter((branch) => branch.startsWith('=')));
  return branches.flatMap((names) => [
    ...[...needed]
      .filter((category) => !names.includes(category))
      .map((category) => `{${name}} has no form “${category}”`),
    ...names
      .filter((branch) => !branch.startsWith('=') && !allowed.has(branch))
      .map((branch) => `{${name}} has a form “${branch}” that the language has not`),
    ...[...exact].filter((branch) => !names.includes(branch)).map((branch) => `{${name}} has no “${branch}”`),
  ]);
}

/** Signs that end a sentence or lead on, as each script writes them, under the English ones. */
const ENDS = { '.': /[.。]$/, '?': /[?？؟。]$/, ':': /[:：]$/, '…': /…$/, ',': /[,،、]$/ };

function faultsOfSigns(text, english, language) {
  const faults = [];
  if (text.trim() === '') return ['is empty'];
  if (text !== text.trim()) faults.push('has spaces around it');
  if (/ {2}/.test(text)) faults.push('has two spaces in a row');
  if (/[<>]|&\w+;/.test(text.replaceAll(/<[^a-z/]/gi, ''))) faults.push('has signs of HTML');
  if (/[!！¡]/.test(text)) faults.push('shouts');
  if (/['"]/.test(text)) faults.push('has straight quotation marks or apostrophes');
  if (/\.\.\./.test(text)) faults.push('has three dots for an ellipsis');
  if (/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text)) faults.push('has signs of direction');
  if (/[?:;]/.test(text) && language === 'fr' && /[^\u202f\u00a0][?;:](?=\s|$)/.test(text))
    faults.push('needs a no-break space (U+202F) before ? : ;');
  if (english.includes('Parley') && !text.includes('Parley')) faults.push('does not name Parley');
  for (const [sign, end] of Object.entries(ENDS)) {
    if (english.endsWith(sign) && !end.test(text)) faults.push(`does not end as the English does: ${sign}`);
  }
  if (!/[.?…:,]$/.test(english) && /[.。…:：,،、]$/.test(text))
    faults.push('ends with a sign that the English has not');
  return faults;
}

/** What is wrong with one message, as sentences without a subject. */
export const faultsOfMessage = (text, english, language) => [
  ...faultsOfSigns(text, english, language),
  ...faultsOfArguments(text, english, language),
];

/** What is wrong with a language: one line each. */
export function faultsOfLanguage(
  language,
  texts = readTranslation(language),
  sources = readSources(language),
) {
  const { missing, outdated, unknown } = openKeys(language, texts, sources);
  return [
    ...missing.map((key) => `${key}: is missing`),
    ...outdated.map((key) => `${key}: was made from another English`),
    ...unknown.map((key) => `${key}: is no key`),
    ...Object.entries(texts).flatMap(([key, text]) =>
      Object.hasOwn(en, key)
        ? faultsOfMessage(text, en[key], language).map((fault) => `${key}: ${fault}`)
        : [],
    ),
  ];
}
