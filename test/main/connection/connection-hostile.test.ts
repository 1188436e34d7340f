// A server that does what none should, against a connection of the app.

import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connection, type RequestHandler } from '../../../main/connection/connection.ts';
import { systemDns } from '../../../network/resolver.ts';
import { openTransport } from '../../../main/connection/transport.ts';
import { ImppError } from '../../../shared/errors.ts';
import { FakeClock } from '../../fake/clock.ts';

const server = createServer();
let socket: Socket;
let connection: Connection;
let heard: string;
let isOver: boolean;
let end: ImppError | undefined;
let handled: string[];

const handler: RequestHandler = (request) => {
  handled.push(`${request.method} ${request.id}`);
  if (request.method === 'SEND') return new Promise(() => {});
  return Promise.reject(new ImppError('operation-not-supported'));
};

beforeEach(async () => {
  end = undefined;
  handled = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { signal } = new AbortController();
  const transport = await openTransport({ host: '127.0.0.1', port }, 'a.example', systemDns(), signal);
  connection = new Connection(transport, { clock: new FakeClock(), log: () => {} });
  connection.onClosed((error) => {
    end = error;
  });
  const mine = await accepted;
  socket = mine;
  // Only now: the socket of the test before may have closed meanwhile.
  heard = '';
  isOver = false;
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    heard += bytes.toString();
  });
  socket.on('close', () => {
    if (socket === mine) isOver = true;
  });
});

afterEach(async () => {
  connection.close();
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};
const attach = (): void => connection.attach('impp://a.example/alice', 'c1', handler);
const send = (id: string): string => `SEND ${id} impp/1.0\r\n\r\n`;

describe('requests', () => {
  test('that come in one packet with OK (ATTACH) wait for whoever answers them, in order', async () => {
    socket.write('X-A 1 impp/1.0\r\n\r\nX-B 2 impp/1.0\r\n\r\n');
    socket.write('PING 3 impp/1.0\r\n\r\n');
    await until(() => heard.includes('OK (PING) 3'));
    expect(handled).toEqual([]);
    attach();
    await until(() => heard.includes('(X-B) 2'));
    expect(handled).toEqual(['X-A 1', 'X-B 2']);
    expect(connection.isClosed).toBe(false);
  });

  test('with an ID that is still open end the connection', async () => {
    attach();
    socket.write(send('1') + send('1'));
    await until(() => isOver);
    expect(end?.code).toBe('protocol-violation');
    expect(handled).toEqual(['SEND 1']);
  });

  test('without end are not piled up', async () => {
    attach();
    for (let id = 0; id < 1000; id++) socket.write(send(`r${id}`));
    await until(() => isOver);
    expect(end?.code).toBe('protocol-violation');
    expect(handled.length).toBeLessThanOrEqual(256);
  });

  test('of methods that are not for clients are refused, and the connection goes on', async () => {
    attach();
    socket.write(
      'AUTH 1 impp/1.0\r\n\r\nX-NEW 2 impp/1.0\r\n\r\nHELLO 3 impp/9.9\r\n\r\nPING 4 impp/1.0\r\n\r\n',
    );
    await until(() => heard.includes('OK (PING) 4'));
    expect(heard).toContain('ERROR (AUTH) 1 impp/1.0\r\nError: operation-not-supported');
    expect(heard).toContain('ERROR (HELLO) 3 impp/1.0\r\nError: version-not-supported');
    expect(connection.isClosed).toBe(false);
  });
});

describe('framing', () => {
  test('that is broken is answered, and nothing behind it is read', async () => {
    attach();
    socket.write(`X-A 1 impp/1.0\r\nBad Header: x\r\n\r\n${send('2')}`);
    await until(() => isOver);
    expect(heard).toContain('ERROR (X-A) 1 impp/1.0\r\nError: bad-request');
    expect(handled).toEqual([]);
    expect(end?.code).toBe('protocol-violation');
  });

  test('that is broken in a response is not answered', async () => {
    attach();
    socket.write('OK (PING) 1 impp/1.0\r\nContent-Length: x\r\n\r\n');
    await until(() => isOver);
    expect(heard).toBe('');
  });
});

describe('responses', () => {
  test('to no request, or of another method, are ignored', async () => {
    const ping = connection.request('PING');
    await until(() => heard.includes('PING'));
    const id = heard.split(' ')[1] ?? '';
    socket.write(`OK (PING) nothing impp/1.0\r\n\r\nOK (SEND) ${id} impp/1.0\r\nOutcome: delivered\r\n\r\n`);
    socket.write(`OK (PING) ${id} impp/1.0\r\nX-Real: yes\r\n\r\n`);
    expect((await ping).headers.get('X-Real')).toBe('yes');
  });

  test('with an error that nobody knows still have a reason', async () => {
    const ping = connection.request('PING');
    await until(() => heard.includes('PING'));
    socket.write(`ERROR (PING) ${heard.split(' ')[1]} impp/1.0\r\nError: x-odd\r\nReason: because\r\n\r\n`);
    await expect(ping).rejects.toMatchObject({ code: 'internal-error', message: 'x-odd: because' });
  });

  test('that never come fail with the end of the connection', async () => {
    const ping = connection.request('PING');
    await until(() => heard.includes('PING'));
    socket.destroy();
    await expect(ping).rejects.toMatchObject({ code: 'closed' });
    await expect(connection.request('PING')).rejects.toMatchObject({ code: 'closed' });
  });
});

test('BYE is answered, and its reason is the end of the connection', async () => {
  attach();
  socket.write('BYE 1 impp/1.0\r\nError: redirect\r\nServer: other.example:5000\r\n\r\n');
  await until(() => isOver);
  expect(heard).toBe('OK (BYE) 1 impp/1.0\r\n\r\n');
  expect(end).toMatchObject({ code: 'redirect', data: { server: 'other.example:5000' } });
});
