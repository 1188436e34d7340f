import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { lineOf } from '../../../server/admin/check.ts';
import { checkCertificate } from '../../../server/admin/check-certificate.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { parleyd } from './program.ts';

const folder = temporaryFolders();

const DAY = 24 * 3_600_000;

/** A certificate of its own for 30 days, for these names. */
function makeCertificate(name: string, names: string): { cert: string; key: string } {
  const at = folder();
  const cert = join(at, 'cert.pem');
  const key = join(at, 'key.pem');
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '30',
  ];
  const files = ['-keyout', key, '-out', cert];
  execFileSync(
    'openssl',
    [...request, ...files, '-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`],
    {
      stdio: 'ignore',
    },
  );
  return { cert, key };
}

describe('the certificate', () => {
  const wrongs = (cert: string, key: string, domain: string, now = Date.now()): string[] =>
    checkCertificate(cert, key, domain, now)
      .filter(({ what }) => what !== 'ok')
      .map(({ what, text }) => `${what}: ${text}`);

  test('that is good has nothing wrong', () => {
    const { cert, key } = makeCertificate('x', 'DNS:a.example,DNS:*.b.example');
    expect(wrongs(cert, key, 'a.example')).toEqual([]);
    expect(wrongs(cert, key, 'c.b.example')).toEqual([]);
  });

  test('has to name the domain, not the machine, and not in its subject only', () => {
    const { cert, key } = makeCertificate('a.example', 'DNS:mail.a.example');
    expect(wrongs(cert, key, 'a.example')).toEqual([
      'wrong: The certificate does not name a.example; it names DNS:mail.a.example.',
    ]);
  });

  test('may name an address, where the domain is one', () => {
    const { cert, key } = makeCertificate('x', 'IP:127.0.0.1');
    expect(wrongs(cert, key, '127.0.0.1')).toEqual([]);
  });

  test('has to be of the key', () => {
    const one = makeCertificate('x', 'DNS:a.example');
    const two = makeCertificate('x', 'DNS:a.example');
    expect(wrongs(one.cert, two.key, 'a.example')[0]).toContain('does not belong');
  });

  test('has its time', () => {
    const { cert, key } = makeCertificate('x', 'DNS:a.example');
    const [late] = wrongs(cert, key, 'a.example', Date.now() + 31 * DAY);
    expect(late).toContain('has expired');
    const [early] = wrongs(cert, key, 'a.example', Date.now() - DAY);
    expect(early).toContain('only from');
    const [soon] = wrongs(cert, key, 'a.example', Date.now() + 24 * DAY);
    expect(soon).toMatch(/^note: .*expires in 5 days/);
    // Of a life of a month, this is no hurry.
    expect(wrongs(cert, key, 'a.example', Date.now() + 20 * DAY)).toEqual([]);
  });

  test('has to be readable', () => {
    const { cert, key } = makeCertificate('x', 'DNS:a.example');
    expect(wrongs('/nonexistent', key, 'a.example')[0]).toContain('cannot be read');
    expect(wrongs(cert, cert, 'a.example')[0]).toContain('cannot be read');
  });
});

test('what a server has said does nothing to the terminal', () => {
  const text = 'somebody else answers (\u001b[2J\u202eevil\r\nok    All is well.)';
  expect(lineOf({ what: 'wrong', text })).toBe(
    'wrong somebody else answers (?[2J?evil??ok    All is well.)\n',
  );
});

describe('parleyd check', () => {
  test('says what is in order, and that DNS was not asked about this machine', async () => {
    const { cert, key } = makeCertificate('x', 'DNS:localhost');
    const tls = ['--tls-cert', cert, '--tls-key', key];
    const { code, stdout, stderr } = await parleyd([
      'check',
      '--domain',
      'localhost',
      '--listen',
      '127.0.0.1:0',
      '--data',
      folder(),
      ...tls,
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ok +The configuration can be used: localhost on 127\.0\.0\.1, port 0\.$/m);
    expect(stdout).toContain('will be made on first use');
    expect(stdout).toContain('The certificate is valid for localhost');
    expect(stdout).toContain('SRV records: not checked');
    expect(stdout).toContain('by the operator only');
    expect(stdout).not.toContain('wrong');
  });

  test('finds what is wrong, with exit code 1', async () => {
    const data = folder();
    writeFileSync(join(data, 'parley.sqlite'), 'no database'.repeat(100));
    chmodSync(join(data, 'parley.sqlite'), 0o644);
    const args = [
      '--domain',
      'a.example',
      '--data',
      data,
      '--listen',
      '0.0.0.0:2779',
      '--registration',
      'open',
    ];
    const { code, stdout } = await parleyd(['check', ...args, '--set', 'dns.servers=127.0.0.1:1']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^wrong .*parley\.sqlite is damaged/m);
    expect(stdout).toMatch(/^wrong .*TLS is required/m);
    expect(stdout).toMatch(/^note .*can be read by other users/m);
    expect(stdout).toMatch(/^note .*_impp-client\._tcp\.a\.example: not checked/m);
    expect(stdout).toMatch(/^note .*Anyone who can connect/m);
  });
});
