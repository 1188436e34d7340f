// The workflow runs where nobody of us sees it: what it names has to be there.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withoutEmpty } from '../../build/given.mjs';

const root = join(import.meta.dirname, '../..');
/** The reader of YAML that electron-updater brings. */
const { load } = createRequire(import.meta.resolve('electron-updater'))('js-yaml') as {
  readonly load: (text: string) => unknown;
};

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly 'runs-on': string;
        readonly 'timeout-minutes'?: number;
        readonly permissions?: unknown;
        readonly needs?: readonly string[];
        readonly strategy?: { readonly matrix: { readonly os: readonly string[] } };
        readonly steps: readonly Step[];
      }
    >
  >;
}

const workflow = load(readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8')) as Workflow;
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
const lines = steps.flatMap(({ run = '' }) => run.split('\n').filter((line) => line !== ''));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

test('every npm script, program and test that it runs is there', () => {
  const named = lines.flatMap((line) => [...line.matchAll(/\bnpm (?:run (\S+)|(test))/g)]);
  expect(named.length).toBeGreaterThanOrEqual(4);
  for (const [, script, own] of named) expect(Object.keys(scripts)).toContain(script ?? own);
  for (const [, path = ''] of lines.flatMap((line) => [...line.matchAll(/\bnode (\S+\.mjs)/g)]))
    expect(existsSync(join(root, path)), path).toBe(true);
  const [, filter = ''] = /npm test -- (\S+)/.exec(lines.join('\n')) ?? [];
  const tests = readdirSync(join(root, 'test/stories')).map((name) => `test/stories/${name}`);
  expect(tests.filter((name) => name.includes(filter)).length).toBeGreaterThan(0);
});

test('what is given as nothing, where there are no secrets, is not given', () => {
  const [build] = steps.filter(({ run }) => run === 'npm run build');
  const names = Object.keys(build?.env ?? {});
  expect(names.length).toBeGreaterThan(6);
  const environment: NodeJS.ProcessEnv = { PATH: '', ...Object.fromEntries(names.map((name) => [name, ''])) };
  withoutEmpty(environment);
  expect(environment).toEqual({ PATH: '' });
  environment['CSC_LINK'] = 'a certificate';
  withoutEmpty(environment);
  expect(environment).toEqual({ PATH: '', CSC_LINK: 'a certificate' });
});

test('before tests run on Linux, what they cannot do without is installed', () => {
  const jobs = Object.entries(workflow.jobs).filter(([, job]) =>
    job.steps.some(({ run = '' }) => run.includes('npm test')),
  );
  expect(jobs.map(([name]) => name)).toEqual(['test', 'packages']);
  // build/setup.mjs refuses to begin without them, and may install nothing itself there.
  for (const [name, job] of jobs) {
    const installed = job.steps.flatMap(
      ({ run = '' }) => /apt-get install --yes (.*)/.exec(run)?.[1]?.split(' ') ?? [],
    );
    expect(installed, name).toEqual(expect.arrayContaining(['gnome-keyring', 'dbus', 'libsecret-1-0']));
  }
});

test('the packages are made on the three systems', () => {
  const systems = workflow.jobs['packages']?.strategy?.matrix.os.map((os) => os.split('-', 1)[0]);
  expect(systems).toEqual(['ubuntu', 'windows', 'macos']);
});

test('it may read the code and nothing else, uses actions by their major version, and ends by itself', () => {
  expect(workflow.permissions).toEqual({ contents: 'read' });
  for (const [name, job] of Object.entries(workflow.jobs)) {
    expect(job.permissions, name).toBeUndefined();
    expect(job['timeout-minutes'], name).toBeGreaterThan(0);
    for (const needed of job.needs ?? []) expect(Object.keys(workflow.jobs)).toContain(needed);
  }
  const actions = steps.flatMap(({ uses }) => uses ?? []);
  expect(actions.length).toBeGreaterThan(5);
  for (const action of actions) expect(action).toMatch(/^actions\/[a-z-]+@v\d+$/);
});

test('the key of the feed is in no job that builds', () => {
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const isGiven = JSON.stringify(job).includes('PARLEY_UPDATES_SECRET');
    expect(isGiven, name).toBe(name === 'feed');
  }
});
