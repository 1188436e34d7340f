// /metrics for Prometheus and /health for whoever watches the process: HTTP on a listener of its own, which nobody else
// is meant to reach.

import { createServer as createHttpServer, type ServerResponse } from 'node:http';

import { ImppError } from '../../shared/errors.ts';
import type { Config } from '../config.ts';
import { readHostAndPort } from '../config-settings.ts';
import type { Log } from '../domain.ts';
import type { Server } from '../server.ts';
import { checkHealth } from './health.ts';
import { createMetrics } from './registry.ts';

/** Who asks at all asks at once, and a handful of programs do. */
const HEAD_MS = 5_000;
const MAX_CONNECTIONS = 32;

export interface MetricsListener {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

interface Options {
  readonly server: Server;
  readonly config: Config;
  readonly version: string;
  readonly log: Log;
}

/** Listens at `metrics.listen`. @throws unreachable with a sentence for the operator */
export async function listenForMetrics(
  place: string,
  { server, config, version, log }: Options,
): Promise<MetricsListener> {
  const wanted = readHostAndPort(place);
  if (wanted === undefined) throw new ImppError('invalid-argument', `metrics.listen is ${place}`);
  const metrics = createMetrics(server, config, version);

  const pages: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    '/metrics': async (response) => {
      const text = await metrics.text();
      response.writeHead(200, { 'Content-Type': metrics.contentType }).end(text);
    },
    '/health': async (response) => {
      const fault = await checkHealth(server).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
      response.writeHead(fault === undefined ? 200 : 503, headers).end(`${fault ?? 'ok'}\n`);
    },
  };

  const http = createHttpServer({ headersTimeout: HEAD_MS, requestTimeout: HEAD_MS }, (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) response.writeHead(404).end();
    else if (request.method !== 'GET' && request.method !== 'HEAD')
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    else
      page(response).catch((error: unknown) => {
        log.error('metrics not given', { path, error });
        response.destroy();
      });
  });
  http.maxConnections = MAX_CONNECTIONS;
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(wanted.port, wanted.host, () => {
        http.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    metrics.close();
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new ImppError('unreachable', `parleyd cannot listen on ${place} for metrics.listen: ${code}.`, {
      cause,
    });
  }
  http.on('error', (error) => log.error('metrics listener failed', { error }));
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : wanted.port;
  return {
    host: wanted.host,
    port,
    close: () =>
      new Promise((resolve) => {
        metrics.close();
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
