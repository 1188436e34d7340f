// docs/requirements.md says of each of the 93 requirements of RFC 2779 where it is met, and by which test one can
// see it. A table like that is believed long after it is wrong, so it is checked against the tests that exist.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCUMENT = 'docs/requirements.md';
/** Tests in here are named after the requirement that they show. */
const NAMED_TESTS = 'test/requirements';

/** How many requirements each section of RFC 2779 has. */
const SECTIONS =
  '2.1:5 2.2:6 2.3:7 2.4:4 2.5:4 3.1:6 3.2:5 3.3:3 3.4:1 4.1:10 4.2:1 4.3:1 4.4:3 5.1:18 5.2:6 5.3:3 5.4:10';
/** Those that need a test in NAMED_TESTS whose title begins with their number. */
const NEED_THEIR_OWN = /^(?:2\.3|3\.2|5\.1)\.|^(?:5\.2\.2|5\.2\.3|5\.3\.2|5\.4\.10)$/;

export const NUMBERS = SECTIONS.split(' ').flatMap((entry) => {
  const [section, count] = entry.split(':');
  return Array.from({ length: Number(count) }, (_, index) => `${section}.${index + 1}`);
});

const ROW = /^\| (\d+\.\d+\.\d+) +\|(.*)\|$/;
// `FILE`: “title”, “title”
const NAMED = /`([^`]+)`: ((?:“[^”]*”(?:, )?)+)/g;
const TITLE = /“([^”]*)”/g;
// test('title', of test.each(...)('title' the second parenthesis. A test that is skipped does not match.
const TEST = /(?:\btest|\btest\.each\([^()]*\)|\]\)|\}\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1\s*,/gs;

/** The titles of the tests in a source text, as they stand there. */
export const titlesIn = (source) =>
  [...source.matchAll(TEST)].map(([, , title]) => title.replace(/\\(.)/g, '$1'));

const rowsOf = (text) =>
  text.split('\n').flatMap((line) => {
    const [, number, rest] = ROW.exec(line) ?? [];
    if (number === undefined) return [];
    const [requirement = '', where = '', tests = '', missing = ''] = rest
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|'));
    const named = [...tests.matchAll(NAMED)].flatMap(([, file, titles]) =>
      [...titles.matchAll(TITLE)].map(([, title]) => ({ file, title })),
    );
    return [{ number, requirement, where, tests, missing, named, hasRest: tests.replace(NAMED, '') }];
  });

function faultsOfRow({ number, requirement, where, missing, named, hasRest }, titlesOf) {
  const faults = [];
  const say = (what) => faults.push(`${number}: ${what}`);
  if (requirement === '') say('no words for the requirement');
  if (/[^;,\s]/.test(hasRest)) say(`cannot be read as tests: ${hasRest.trim()}`);
  if (named.length === 0 && where !== '') say('claimed without a test');
  if (named.length === 0 && missing === '') say('neither a test nor what is missing');
  if (named.length > 0 && where === '') say('tests without a place where it is met');
  for (const { file, title } of named) {
    const titles = titlesOf(file);
    if (titles === undefined) say(`${file} does not exist`);
    else if (!titles.includes(title)) say(`${file} has no test “${title}”`);
  }
  const isOwn = ({ file, title }) => file.startsWith(`${NAMED_TESTS}/`) && title.startsWith(`${number} `);
  if (NEED_THEIR_OWN.test(number) && !named.some(isOwn)) say(`needs a test in ${NAMED_TESTS} named after it`);
  return faults;
}

/** What is wrong with the table at `root`, one sentence each: empty if nothing is. */
export function faultsOfRequirements(root) {
  const rows = rowsOf(readFileSync(join(root, DOCUMENT), 'utf8'));
  const read = new Map();
  const titlesOf = (file) => {
    if (!read.has(file)) {
      const path = join(root, file);
      read.set(file, existsSync(path) ? titlesIn(readFileSync(path, 'utf8')) : undefined);
    }
    return read.get(file);
  };
  const count = (number) => rows.filter((row) => row.number === number).length;
  const named = new Set(rows.flatMap((row) => row.named.map(({ file, title }) => `${file} ${title}`)));
  const forgotten = readdirSync(join(root, NAMED_TESTS))
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => titlesOf(`${NAMED_TESTS}/${name}`).map((title) => [`${NAMED_TESTS}/${name}`, title]))
    .filter(([file, title]) => !named.has(`${file} ${title}`));
  return [
    ...NUMBERS.filter((number) => count(number) !== 1).map(
      (number) => `${number} stands ${count(number)} times`,
    ),
    ...rows.filter(({ number }) => !NUMBERS.includes(number)).map(({ number }) => `there is no ${number}`),
    ...rows.flatMap((row) => faultsOfRow(row, titlesOf)),
    ...forgotten.map(([file, title]) => `“${title}” of ${file} stands nowhere`),
  ];
}
