import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';

import { readCommandLine } from '../../../server/admin/command-line.ts';
import { init } from '../../../server/admin/init.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { parleyd, serving } from './program.ts';

const folder = temporaryFolders();

test('three answers make a configuration that serves, a unit, and records', async () => {
  const config = join(folder(), 'parleyd.toml');
  const input = 'Example.ORG\nchat.example.org\n\n';
  const { code, stdout, stderr } = await parleyd(['init', '--config', config], input);
  expect([code, stderr]).toEqual([0, '']);
  expect(readCommandLine(['serve', '--config', config]).config()).toMatchObject({
    domain: 'example.org',
    listen: { host: '::', port: 2779 },
    data: '/var/lib/parleyd',
    registration: 'invite',
    metrics: { listen: '127.0.0.1:9279' },
  });
  for (const name of ['_impp-client._tcp', '_im._impp', '_pres._impp'])
    expect(stdout).toMatch(
      new RegExp(`^${name}\\.example\\.org\\. +3600 IN SRV 0 0 2779 chat\\.example\\.org\\.$`, 'm'),
    );

  // The unit's own command, as far as this machine can go: no certificate, and another place.
  const unit = readFileSync(join(config, '..', 'parleyd.service'), 'utf8');
  const [, command = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
  const [node, program, ...args] = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
    (found) => found[1] ?? found[2] ?? '',
  );
  expect([node, program?.endsWith('server/index.ts'), args]).toEqual([
    process.execPath,
    true,
    ['serve', '--config', config],
  ]);
  const text = readFileSync(config, 'utf8').replace(/^(cert|key) = .*$/gm, '');
  writeFileSync(config, text);
  const here = ['--listen', '127.0.0.1:0', '--data', folder(), '--set', 'metrics.listen=127.0.0.1:0'];
  const server = await serving(['--config', config, ...here]);
  expect(server.line).toContain('parleyd ready example.org ');
  const { port } = await server.logged('metrics');
  expect(await (await fetch(`http://127.0.0.1:${Number(port)}/health`)).text()).toBe('ok\n');
  expect((await server.stop()).code).toBe(0);
});

test('what cannot be is asked again, and what is there stays', async () => {
  const at = folder();
  const config = join(at, 'parleyd.toml');
  const first = await parleyd(
    ['init', '--config', config],
    'localhost\nexample.org\nbox\nbox.example.org\nall\nOPEN\n',
  );
  expect([first.code, first.stderr]).toEqual([0, '']);
  expect(first.stdout).toContain('It has to be invite, closed or open.');
  expect(readCommandLine(['serve', '--config', config]).config().registration).toBe('open');
  const before = readFileSync(config, 'utf8');
  const again = await parleyd(['init', '--config', config], 'b.example\nbox.b.example\n\n');
  expect([again.code, again.stdout, again.stderr]).toEqual([
    1,
    '',
    `parleyd: ${config} is there already, and nothing is written over it.\n`,
  ]);
  expect(readFileSync(config, 'utf8')).toBe(before);
});

test.each([
  ['a folder that is not there', 'none/parleyd.toml', /^The folder .*none is not there: make it first\.$/v],
  ['a unit that is there', 'parleyd.toml', /^.*parleyd\.service is there already/v],
])('%s is said before anything is asked, and nothing is written', async (_, name, sentence) => {
  const at = folder();
  writeFileSync(join(at, 'parleyd.service'), 'mine');
  const said: string[] = [];
  const output = new Writable({ write: (chunk, _encoding, done) => (said.push(String(chunk)), done()) });
  const answers = Readable.from(['example.org\nbox.example.org\n\n']);
  await expect(init(join(at, name), answers, output)).rejects.toThrow(sentence);
  expect(said).toEqual([]);
  expect(readdirSync(at)).toEqual(['parleyd.service']);
});

test('an end before the third answer writes nothing', async () => {
  const config = join(folder(), 'parleyd.toml');
  const { code, stderr } = await parleyd(['init', '--config', config], 'example.org\n');
  expect([code, stderr]).toEqual([
    2,
    'parleyd: parleyd init needs an answer to each of its three questions.\n',
  ]);
  expect(() => readFileSync(config)).toThrow('ENOENT');
  expect((await parleyd(['init', '--domain', 'a.example'])).code).toBe(2);
});
