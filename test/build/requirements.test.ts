import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { faultsOfRequirements, NUMBERS, titlesIn } from '../../build/requirements.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-requirements-'));
  mkdirSync(join(root, 'docs'));
  mkdirSync(join(root, 'test/requirements'), { recursive: true });
});

afterEach(() => rmSync(root, { recursive: true }));

const needsItsOwn = (number: string) =>
  /^(?:2\.3|3\.2|5\.1)\./v.test(number) || ['5.2.2', '5.2.3', '5.3.2', '5.4.10'].includes(number);

/** A table without a fault and the tests that it names; `rows` stand in the place of those with their number. */
const faultsWith = (rows: Record<string, string>, furtherTests = '', furtherRows = ''): string[] => {
  const lines = NUMBERS.map((number) => {
    const own = needsItsOwn(number)
      ? `\`here\` | \`test/requirements/all.test.ts\`: “${number} is so” | |`
      : '| | all of it |';
    return rows[number] ?? `| ${number} | words | ${own}`;
  });
  const tests = NUMBERS.filter(needsItsOwn).map((number) => `test('${number} is so', () => {});`);
  writeFileSync(join(root, 'docs/requirements.md'), [...lines, furtherRows].join('\n'));
  writeFileSync(join(root, 'test/requirements/all.test.ts'), [...tests, furtherTests].join('\n'));
  return faultsOfRequirements(root);
};

const FILE = '`test/requirements/all.test.ts`';

describe('the table of requirements', () => {
  test('has 93 of them', () => {
    expect(new Set(NUMBERS).size).toBe(93);
    expect(NUMBERS).toContain('5.4.10');
  });

  test('without a fault passes', () => expect(faultsWith({})).toEqual([]));

  test('has each requirement once, and no other', () => {
    expect(faultsWith({ '2.1.1': '' })).toEqual(['2.1.1 stands 0 times']);
    expect(faultsWith({}, '', '| 2.1.1 | words | | | all |')).toEqual(['2.1.1 stands 2 times']);
    expect(faultsWith({}, '', '| 2.1.6 | words | | | all |')).toEqual(['there is no 2.1.6']);
  });

  test('claims nothing without a test', () => {
    expect(faultsWith({ '2.1.1': '| 2.1.1 | words | here | | |' })).toEqual([
      '2.1.1: claimed without a test',
      '2.1.1: neither a test nor what is missing',
    ]);
    expect(faultsWith({ '2.1.1': '| 2.1.1 | words | | | |' })).toEqual([
      '2.1.1: neither a test nor what is missing',
    ]);
  });

  test('names tests that exist', () => {
    const row = (tests: string) => ({ '2.1.1': `| 2.1.1 | words | here | ${tests} | |` });
    expect(faultsWith(row(`${FILE}: “2.3.1 is so”, “2.3.2 is so”`))).toEqual([]);
    expect(faultsWith(row(`${FILE}: “2.3.1 is so”, “gone”`))).toEqual([
      '2.1.1: test/requirements/all.test.ts has no test “gone”',
    ]);
    expect(faultsWith(row('`test/gone.test.ts`: “x”'))).toEqual(['2.1.1: test/gone.test.ts does not exist']);
    expect(faultsWith(row(`${FILE}: “2.3.1 is so”; and others`))).toHaveLength(1);
  });

  test('has tests named after the requirements that need them', () => {
    expect(faultsWith({ '2.3.1': `| 2.3.1 | words | here | ${FILE}: “2.3.2 is so” | |` })).toEqual([
      '2.3.1: needs a test in test/requirements named after it',
      '“2.3.1 is so” of test/requirements/all.test.ts stands nowhere',
    ]);
  });

  test('forgets none of those tests', () => {
    expect(faultsWith({}, `test('2.3.1 as well', () => {});`)).toEqual([
      '“2.3.1 as well” of test/requirements/all.test.ts stands nowhere',
    ]);
  });
});

describe('the titles in a source text', () => {
  test.each([
    [`test('a', () => {});`, ['a']],
    [`  test(\n    'b',\n    async () => {},\n  );`, ['b']],
    [`test('it\\'s', f); test("c", f); test(\`d\`, f)`, ["it's", 'c', 'd']],
    [`test.each([1, 2])('%i is e', f)`, ['%i is e']],
    [`test.each(NAMES)(\n  'f %s',\n  g)`, ['f %s']],
    [`test.skip('g', f); test.todo('h'); describe('i', f); latest('j', f)`, []],
  ])('%s', (source, titles) => expect(titlesIn(source)).toEqual(titles));
});
