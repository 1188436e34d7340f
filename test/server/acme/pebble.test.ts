// parleyd against a real authority.

import { X509Certificate } from 'node:crypto';
import { statSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { DnsServer, type Zone } from '../../fixtures/dns.ts';
import { hasPebble, Pebble } from '../../fixtures/pebble.ts';
import { parleyd, serving, type Serving, starting } from '../admin/program.ts';
import { temporaryFolders } from '../storage/folder.ts';

const folder = temporaryFolders();
const HERE = [{ type: 'A', address: '127.0.0.1' }] as const;
const zone: Zone = {};
/** Of the certificates: they are renewed after two thirds of it. */
const SECONDS = 6;

describe.skipIf(!hasPebble)(
  `a real authority${hasPebble ? '' : ' (not run: pebble is not installed)'}`,
  () => {
    let dns: DnsServer;
    let pebble: Pebble;
    let brief: Pebble;
    let root: string;

    beforeAll(async () => {
      dns = await DnsServer.start(zone);
      [pebble, brief] = await Promise.all([
        Pebble.start({ dns: dns.address }),
        Pebble.start({ dns: dns.address, seconds: SECONDS }),
      ]);
      root = await pebble.root();
    });
    afterAll(async () => {
      await Promise.all([pebble.close(), brief.close()]);
      await dns.close();
    });

    const args = (
      authority: Pebble,
      domain: string,
      data: string,
      listen: string,
      more: Record<string, string>,
    ) => {
      const settings = {
        'acme.terms': 'true',
        'acme.directory': authority.directory,
        'acme.email': 'operator@example.org',
        'tls.ca': authority.ca,
        'dns.servers': dns.address,
        ...more,
      };
      const sets = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
      return ['--domain', domain, '--data', data, '--listen', listen, ...sets];
    };

    /** `ca`: whom to believe; undefined: anybody, also what has ended meanwhile on a busy machine. */
    const connect = async (server: Serving, name: string, ca?: string): Promise<tls.TLSSocket> => {
      const socket = tls.connect({
        host: '127.0.0.1',
        port: server.port,
        servername: name,
        ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
        ALPNProtocols: ['impp'],
      });
      await new Promise<void>((resolve, reject) =>
        socket.once('secureConnect', resolve).once('error', reject),
      );
      return socket;
    };

    test('over HTTP: the first start gets a certificate for domain and hosts, the second needs none', async () => {
      const data = join(folder(), 'new');
      zone['a.example'] = zone['chat.a.example'] = HERE;
      zone['_impp-client._tcp.a.example'] = [
        { type: 'SRV', priority: 0, weight: 0, port: 1, target: 'chat.a.example' },
      ];
      // Of a name that is not ours to prove the certificate does without.
      zone['_im._impp.b.example'] = [
        { type: 'SRV', priority: 0, weight: 0, port: 1, target: 'elsewhere.b.example' },
      ];
      zone['b.example'] = HERE;
      const http = { 'acme.listen': `127.0.0.1:${pebble.httpPort}` };
      const line = args(pebble, 'a.example', data, '127.0.0.1:0', http);
      const first = await serving(line);
      expect(await first.logged('certificate issued')).toMatchObject({
        names: ['a.example', 'chat.a.example'],
      });
      for (const name of ['a.example', 'chat.a.example']) (await connect(first, name, root)).destroy();
      for (const file of readdirSync(join(data, 'acme')))
        expect([file, statSync(join(data, 'acme', file)).mode & 0o777]).toEqual([file, 0o600]);
      const kept = readFileSync(join(data, 'acme/certificate.pem'), 'utf8');
      const [, key = ''] = /-----BEGIN PRIVATE KEY-----\s+([\w+/]{40})/.exec(kept) ?? [];
      expect(key).not.toBe('');
      const checked = await parleyd(['check', ...line]);
      expect(checked.stdout).toContain('ok    The certificate is valid for a.example for 0 days.');
      const { stderr, code } = await first.stop();
      expect([code, stderr.includes(key), checked.stdout.includes(key)]).toEqual([0, false, false]);

      const orders = pebble.count(/POST .*\/order-plz/);
      const second = await serving(line);
      (await connect(second, 'a.example', root)).destroy();
      await second.stop();
      expect(pebble.count(/POST .*\/order-plz/)).toBe(orders);

      const other = await serving(args(pebble, 'b.example', folder(), '127.0.0.1:0', http));
      expect(await other.logged('a name is left out of the certificate')).toMatchObject({
        name: 'elsewhere.b.example',
      });
      (await connect(other, 'b.example', root)).destroy();
      await other.stop();
    }, 120_000);

    test('in the handshake, where clients are served: renewed in time, and who is connected stays', async () => {
      zone['c.example'] = HERE;
      const listen = `127.0.0.1:${brief.tlsPort}`;
      const line = args(brief, 'c.example', folder(), listen, { 'acme.challenge': 'tls-alpn-01' });
      const server = await serving(line);
      const before = await connect(server, 'c.example');
      const { serialNumber } = before.getPeerCertificate();
      expect(new X509Certificate(before.getPeerCertificate().raw).checkHost('c.example')).toBe('c.example');
      await server.logged('certificate read');
      for (let served = serialNumber; served === serialNumber; ) {
        const after = await connect(server, 'c.example');
        served = after.getPeerCertificate().serialNumber;
        after.destroy();
        if (served === serialNumber) await new Promise((resolve) => setTimeout(resolve, 200));
      }
      before.write('HELLO 1 impp/1.0\r\nDomain: c.example\r\nRole: client\r\nAgent: test\r\n\r\n');
      const answer = await new Promise<string>((resolve) =>
        before.once('data', (data: Buffer) => resolve(String(data))),
      );
      expect(answer).toMatch(/^OK \(HELLO\) 1 /);
      before.destroy();
      expect((await server.stop()).code).toBe(0);
    }, 120_000);

    test('what is refused, or not to be reached, is said, and not asked for again at once', async () => {
      // The authority finds somebody else under that name.
      zone['d.example'] = [{ type: 'A', address: '127.0.0.9' }];
      const data = folder();
      const http = { 'acme.listen': `127.0.0.1:${pebble.httpPort}` };
      const refused = starting(args(pebble, 'd.example', data, '127.0.0.1:0', http));
      expect(await refused.logged('no certificate was issued')).toMatchObject({
        failures: 1,
        error: { message: expect.stringContaining('the authority refuses d.example: ') as string },
      });
      expect(await refused.stop()).toBe(0);
      const orders = pebble.count(/POST .*\/order-plz/);
      zone['d.example'] = HERE;
      const checked = await parleyd(['check', ...args(pebble, 'd.example', data, '127.0.0.1:0', http)]);
      expect(checked.code).toBe(1);
      expect(checked.stdout).toMatch(
        /^wrong .*1 times in a row: the authority refuses d\.example: .* again at 20/m,
      );
      expect(checked.stdout).toContain(
        `ok    The authority at ${new URL(pebble.directory).host} can be reached.`,
      );
      expect(checked.stdout).toContain(
        `ok    The clock agrees with that of ${new URL(pebble.directory).host}.`,
      );
      expect(checked.stdout).toContain(`port ${pebble.httpPort} is free for the authority's questions.`);
      const again = starting(args(pebble, 'd.example', data, '127.0.0.1:0', http));
      const away = starting(
        args(pebble, 'e.example', folder(), '127.0.0.1:0', {
          ...http,
          'acme.directory': 'https://localhost:1/dir',
        }),
      );
      expect(await away.logged('no certificate was issued')).toMatchObject({
        error: { message: expect.stringContaining('ECONNREFUSED') as string },
      });
      expect(await away.stop()).toBe(0);
      expect(pebble.count(/POST .*\/order-plz/)).toBe(orders);
      // Who has put it right says so.
      again.signal('SIGHUP');
      await again.logged('serving');
      expect(await again.stop()).toBe(0);
    }, 120_000);

    test('killed in the middle: nothing is half there, and the next start gets its certificate', async () => {
      const data = folder();
      zone['f.example'] = 'silent';
      const line = args(pebble, 'f.example', data, '127.0.0.1:0', {
        'acme.listen': `127.0.0.1:${pebble.httpPort}`,
      });
      const orders = pebble.count(/POST .*\/chalZ/);
      const killed = starting(line);
      while (pebble.count(/POST .*\/chalZ/) === orders) await pebble.nextLine();
      await killed.stop('SIGKILL');
      const account = readFileSync(join(data, 'acme/account.pem'), 'utf8');
      zone['f.example'] = HERE;
      const next = await serving(line);
      (await connect(next, 'f.example', root)).destroy();
      expect(readFileSync(join(data, 'acme/account.pem'), 'utf8')).toBe(account);
      await next.stop();
    }, 120_000);
  },
);
