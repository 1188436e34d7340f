import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fileOf, typeOf } from '../files.ts';
import { PAGE_HEADERS } from '../policy.ts';

/** Serves the files of `folder` to this machine's browsers. `isOurs` guards against names rebound to loopback. */
export function createPageServer(folder: string, isOurs: (request: IncomingMessage) => boolean): Server {
  return createServer((request, response) => {
    if (!isOurs(request)) return refuse(response, 421);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
    void sendFile(folder, request, response);
  });
}

async function sendFile(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = fileOf(folder, request.url ?? '/');
  const type = path && typeOf(path);
  const file = type && (await stat(path).catch(() => undefined));
  if (!file || !file.isFile()) return refuse(response, 404);
  response.writeHead(200, { ...PAGE_HEADERS, 'Content-Type': type, 'Content-Length': file.size });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  createReadStream(path)
    .on('error', () => response.destroy())
    .pipe(response);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...PAGE_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end();
}
