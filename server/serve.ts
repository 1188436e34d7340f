// `parleyd serve`: the domain server as a process, with its log, its signals and its one line on stdout.

import { randomBytes } from 'node:crypto';

import { ImppError } from '../shared/errors.ts';
import type { Keeper } from './acme/keeper.ts';
import { version } from './admin/version.ts';
import type { Config } from './config.ts';
import type { Log } from './domain.ts';
import type { MetricsListener } from './metrics/listener.ts';
import { createLog } from './log.ts';
import { reloadConfig } from './reload.ts';
import { createServer, type Server, systemClock } from './server.ts';
import { checkDomain } from './storage/of-domain.ts';
import { openStorage, storageFile } from './storage/open.ts';
import type { Storage } from './storage/storage.ts';
import { versionOfBlocklist } from './links/blocklist.ts';
import { type BlocklistWatch, watchBlocklist } from './watch-blocklist.ts';
import { type CertificateWatch, versionOfFiles, watchCertificate } from './watch-certificate.ts';
import { watchChanges } from './watch-changes.ts';

/** Above this, a shutdown that hangs is cut off: what was acknowledged has been committed anyway. */
const DRAIN_MS = 20_000;

/**
 * Serves as `read` says until SIGTERM or SIGINT (SIGHUP reads the certificate, the policy about other domains and the
 * blocklist again), or until the store fails for good (whoever supervises the process can then start
 * it anew, which reads what is really on the disk); says goodbye to all and gives the exit code.
 */
export async function serve(read: () => Config): Promise<number> {
  const config = read();
  const log = createLog(config.log.level);
  const ended = Promise.withResolvers<{ signal: string } | { error: ImppError }>();
  onSignal((signal) => ended.resolve({ signal }));
  let certificate: CertificateWatch | undefined;
  let blocklist: BlocklistWatch | undefined;
  let reload = (): readonly string[] | undefined => undefined;
  let keeper: Keeper | undefined;
  const hangUp = (): void => {
    keeper?.look();
    certificate?.readNow();
    blocklist?.readNow(reload());
  };
  process.on('SIGHUP', hangUp);
  const storage = await openStorage(config, 'serve', (error) => ended.resolve({ error }));
  try {
    const file = storageFile(config);
    if (file !== undefined) await checkDomain(storage, config.domain, file);
    keeper = await openKeeper(config, log);
    // The first certificate may take days, where something is in its way.
    const end = await Promise.race([keeper?.first, ended.promise]);
    if (end !== undefined) {
      log.info('stopped', end);
      await keeper?.close();
      await storage.close();
      return 'error' in end ? 1 : 0;
    }
  } catch (error) {
    await storage.close();
    throw error;
  }
  const files = await versionOfFiles(config);
  const paths = config.federation.blocklist;
  const version = await versionOfBlocklist(paths);
  const server = await open(config, log, storage, keeper);
  let isBroken = false;
  let unwatch = (): void => {};
  let metrics: MetricsListener | undefined;
  try {
    const { host, port } = await server.listen().catch((cause: unknown) => refuse(config, cause));
    unwatch = watchChanges(server.domain);
    const watch = watchCertificate(server, files, log);
    certificate = watch;
    keeper?.serving(() => watch.readNow());
    const { clock } = server.domain;
    blocklist = watchBlocklist({ paths, version, read: () => server.readBlocklist(), clock, log });
    reload = () => reloadConfig({ server, read, log });
    metrics = await openMetrics(config, server, log);
    const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    process.stdout.write(`parleyd ready ${config.domain} ${place}\n`);
    log.info('serving', { domain: config.domain, host, port, registration: config.registration });
    const end = await ended.promise;
    isBroken = 'error' in end;
    if (isBroken) log.error('the store has failed', end);
    log.info('stopping', end);
  } finally {
    unwatch();
    certificate?.close();
    blocklist?.close();
    const cutOff = setTimeout(() => {
      log.error('shutdown took too long', { seconds: DRAIN_MS / 1000 });
      process.exit(1);
    }, DRAIN_MS);
    await keeper?.close();
    await server.close();
    await metrics?.close();
    process.off('SIGHUP', hangUp);
    clearTimeout(cutOff);
  }
  log.info('stopped');
  return isBroken ? 1 : 0;
}

/** The store, which is there already, is closed if the server cannot be put together. */
async function open(config: Config, log: Log, storage: Storage, keeper: Keeper | undefined): Promise<Server> {
  try {
    return await createServer({ config, log, storage, ...(keeper && { validations: keeper.challenges }) });
  } catch (error) {
    await keeper?.close();
    await storage.close();
    throw error;
  }
}

/** Likewise those only who want certificates of an authority. */
async function openKeeper(config: Config, log: Log): Promise<Keeper | undefined> {
  if (!config.acme.terms) return undefined;
  const { keepCertificate } = await import('./acme/keeper.ts');
  const { certificateNames } = await import('./acme/names.ts');
  const names = (): Promise<string[]> => certificateNames(config);
  return keepCertificate({ config, clock: systemClock, random: randomBytes, log, names });
}

/** The library is loaded by those only who want numbers. */
async function openMetrics(config: Config, server: Server, log: Log): Promise<MetricsListener | undefined> {
  const place = config.metrics.listen;
  if (place === undefined) return undefined;
  const { listenForMetrics } = await import('./metrics/listener.ts');
  const metrics = await listenForMetrics(place, { server, config, version: await version(), log });
  log.info('metrics', { host: metrics.host, port: metrics.port });
  return metrics;
}

function refuse({ listen }: Config, cause: unknown): never {
  const place = `${listen.host}, port ${listen.port}`;
  const first = cause instanceof ImppError ? cause.cause : cause;
  const code = (first as NodeJS.ErrnoException | undefined)?.code ?? String(first);
  const reason =
    {
      EADDRINUSE: 'another program listens there already',
      EACCES: 'this user may not listen there (ports below 1024 need a privilege)',
      EADDRNOTAVAIL: 'this machine does not have that address',
      ENOTFOUND: 'there is no such host',
    }[code] ?? code;
  throw new ImppError('unreachable', `parleyd cannot listen on ${place}: ${reason}.`, { cause });
}

/** A second signal while draining ends the process at once, as the system does by default. */
function onSignal(ended: (signal: string) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ended(signal));
}
