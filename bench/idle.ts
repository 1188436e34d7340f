// What a connection costs that is attached and does nothing.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { IdleOptions } from './load/idle.ts';
import { DOMAIN, ITERATIONS, type Program, runGenerator, startRelay, startServer } from './process.ts';
import type { BenchResult } from './result.ts';

const PLAIN = 5_000;
const SECURE = 2_000;

const load = (options: IdleOptions): IdleOptions => options;

/** Octets for each of so many connections. */
const measure = async (
  start: () => Promise<Program>,
  domain: string | undefined,
  connections: number,
  ca?: string,
): Promise<number> => {
  const program = await start();
  try {
    const options = { port: program.port, domain, iterations: ITERATIONS, ca };
    // The first few load code and fill caches that all share.
    let before = 0;
    await runGenerator('idle', load({ ...options, first: 0, connections: 20 }), async () => {
      before = await program.memory();
    });
    let after = 0;
    await runGenerator('idle', load({ ...options, first: 20, connections }), async () => {
      after = await program.memory();
    });
    return (after - before) / connections;
  } finally {
    await program.stop();
  }
};

const result = (name: string, relay: number, own: number): BenchResult => ({
  name,
  value: own / 1024,
  unit: 'KiB',
  reference: { name: 'bare relay', value: relay / 1024 },
  ratio: own / relay,
});

/** Resident memory for an attached connection, in clear and with TLS. */
export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-tls-'));
  try {
    const certificate = makeCertificate(folder);
    const ca = certificate.cert;
    return [
      result(
        `memory for each of ${PLAIN} idle connections, plain`,
        await measure(startRelay, undefined, PLAIN),
        await measure(startServer, DOMAIN, PLAIN),
      ),
      result(
        `memory for each of ${SECURE} idle connections, TLS`,
        await measure(() => startRelay(certificate), undefined, SECURE, ca),
        await measure(() => startServer({ certificate }), DOMAIN, SECURE, ca),
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const makeCertificate = (folder: string): { cert: string; key: string } => {
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const names = ['-subj', `/CN=${DOMAIN}`, '-addext', `subjectAltName=DNS:${DOMAIN}`];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert, key };
};
