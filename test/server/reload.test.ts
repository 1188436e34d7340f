import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTo } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';

import { parleyd, serving } from './admin/program.ts';
import { temporaryFolders } from './storage/folder.ts';

const folder = temporaryFolders();

test('SIGHUP takes the policy, names what waits for a restart, and leaves all as it was where it cannot read', async () => {
  const data = folder();
  const [file, list] = [join(data, 'parleyd.toml'), join(data, 'blocklist')];
  const put = (federation: string, more = ''): void =>
    writeFileSync(
      file,
      `domain = "a.example"\nlisten = "127.0.0.1:0"\ndata = "data"\n${more}\n[federation]\n${federation}\n`,
    );
  put('default = "allow"');
  const server = await serving(['--config', file, '--set', 'limits.connections=7']);
  const connect = async (host: string): Promise<string> => {
    const socket = connectTo(server.port, '127.0.0.1');
    socket.write(`HELLO 1 impp/1.0\r\nDomain: a.example\r\nRole: domain\r\nFrom: impp://${host}/\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return /^OK|Error: \S+/v.exec(String(answer))?.[0] ?? '';
  };
  expect(await connect('b.example')).toBe('OK');

  put('default = "never"');
  server.signal('SIGHUP');
  const refused = await server.logged('the new configuration cannot be used, the old one stays');
  expect(JSON.stringify(refused)).toContain('federation.default');
  expect(await connect('b.example')).toBe('OK');

  writeFileSync(list, 'c.example\n');
  put(
    'default = "allow"\nblocklist = ["blocklist"]\npolicy = { "b.example" = "refuse" }',
    'limits.inbox-quota = 5',
  );
  server.signal('SIGHUP');
  expect(await server.logged('policy read')).toMatchObject({ default: 'allow', domains: 1 });
  expect(await server.logged('blocklist read')).toMatchObject({ lines: 1 });
  const waiting = await server.logged('settings wait for a restart');
  expect(waiting['settings']).toEqual(['limits.inbox-quota']);
  expect(await connect('b.example')).toBe('Error: permission-denied');
  expect(await connect('c.example')).toBe('Error: permission-denied');
  expect(await connect('d.example')).toBe('OK');
  expect((await parleyd(['user', 'list', '--config', file])).code).toBe(0);
  expect((await server.stop()).code).toBe(0);
});
