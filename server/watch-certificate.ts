import { stat } from 'node:fs/promises';

import { checkCertificate } from './admin/check-certificate.ts';
import type { Config } from './config.ts';
import type { Log } from './domain.ts';
import type { Server } from './server.ts';

/** How often the files are looked at: a new certificate is there weeks before the old one ends. */
const EVERY_MS = 60_000;

/**
 * What is in the files of the certificate, as far as that can be told without reading them. Through links: a new
 * certificate often is a link that leads elsewhere.
 */
export async function versionOfFiles({ tls }: Config): Promise<string> {
  const versions = [tls.cert, tls.key, tls.ca, tls.crl].map(async (path) => {
    if (path === undefined) return '';
    const found = await stat(path).catch(() => undefined);
    return found === undefined ? 'gone' : `${found.ino} ${found.size} ${found.mtimeMs}`;
  });
  return (await Promise.all(versions)).join('\n');
}

/** Of a domain that has none. */
const NO_FILES = '\n\n\n';

export interface CertificateWatch {
  /** Reads the files now, whatever their times say. */
  readNow(): void;
  close(): void;
}

/**
 * Serves a new certificate as soon as it is in its files, without anybody's connection being ended. What cannot be used
 * (it is being written just now, or does not belong to the key) leaves the old one in service, and is tried again.
 * `version`: of the files, when the server has read them.
 */
export function watchCertificate(
  server: Server,
  version: string,
  log: Log,
  every = EVERY_MS,
): CertificateWatch {
  const { config, clock } = server.domain;
  let served = version;
  let complainedOf: string | undefined;
  let isOver = false;
  let cancel = (): void => {};
  let looking = Promise.resolve();

  async function look(isWanted: boolean): Promise<void> {
    const found = await versionOfFiles(config);
    if (isOver || found === NO_FILES || (found === served && !isWanted)) return;
    try {
      await server.readCertificate();
    } catch (error) {
      if (isWanted || complainedOf !== found)
        log.error('the new certificate cannot be used, the old one stays', { error });
      complainedOf = found;
      return;
    }
    served = found;
    complainedOf = undefined;
    const end = server.certificateEnd;
    log.info('certificate read', end === undefined ? {} : { end: new Date(end).toISOString() });
    const { cert, key } = config.tls;
    if (cert === undefined || key === undefined) return;
    for (const { what, text } of checkCertificate(cert, key, config.domain, clock.now()))
      if (what !== 'ok') log.warn('certificate', { text });
  }

  const lookInTurn = (isWanted: boolean): Promise<void> => {
    looking = looking
      .then(() => look(isWanted))
      .catch((error: unknown) => log.error('certificate not looked at', { error }));
    return looking;
  };

  function lookLater(): void {
    cancel = clock.after(every, () => {
      void lookInTurn(false).then(() => {
        if (!isOver) lookLater();
      });
    });
  }

  lookLater();
  return {
    readNow: () => void lookInTurn(true),
    close() {
      isOver = true;
      cancel();
    },
  };
}
