// Large bodies, over a real socket, in a time that only the test moves.

import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connection } from '../../../main/connection/connection.ts';
import { systemDns } from '../../../network/resolver.ts';
import { openTransport } from '../../../main/connection/transport.ts';
import { FakeClock } from '../../fake/clock.ts';

/** More than the buffers of both sides hold. */
const LARGE = 32 * 1024 * 1024;
/** A little less than a peer may be silent for. */
const NEARLY = 29_000;
const TYPE = [['Content-Type', 'message/rfc822']] as const;

let clock: FakeClock;
let server: Server;
let socket: Socket;
let connection: Connection;
let ended: string | undefined;

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};

beforeEach(async () => {
  clock = new FakeClock();
  ended = undefined;
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const transport = await openTransport(
    { host: '127.0.0.1', port },
    'a.example',
    systemDns(),
    new AbortController().signal,
  );
  socket = await accepted;
  socket.on('error', () => {});
  connection = new Connection(transport, { clock, log: () => {} });
  connection.onClosed((error) => {
    ended = error.code;
  });
});

afterEach(async () => {
  connection.close();
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Reads what has come, and no more than `most`. */
const read = (most: number): number => {
  let octets = 0;
  while (octets < most) {
    const bytes = socket.read() as Uint8Array | null;
    if (bytes === null) break;
    octets += bytes.length;
  }
  return octets;
};

describe('a large body on its way out', () => {
  test('tells how far it is, may take longer than an answer, and ends when nothing moves', async () => {
    socket.pause();
    const told: number[] = [];
    const asked = connection.request('SEND', TYPE, new Uint8Array(LARGE), (done) => told.push(done));
    const failed = asked.then(
      () => 'answered',
      (error: unknown) => (error as { code: string }).code,
    );
    await until(() => told.length > 0);
    for (let turn = 0; turn < 3; turn++) {
      clock.advance(NEARLY);
      expect(ended).toBeUndefined();
      const before = told.length;
      await until(() => {
        read(1024 * 1024);
        return told.length > before;
      });
    }
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBeLessThan(LARGE);
    clock.advance(45_000);
    expect(await failed).toBe('timeout');
  });

  test('is told of to its end', async () => {
    socket.on('data', () => {});
    let done = 0;
    const asked = connection.request('SEND', TYPE, new Uint8Array(1_000_000), (octets) => {
      done = octets;
    });
    asked.catch(() => {});
    await until(() => done === 1_000_000);
  });
});

describe('an answer that is long in coming, as from a slow domain', () => {
  /** What the server was asked, and answers `OK` to: requests of that method. */
  const answering = (method: string): { count: number } => {
    const answered = { count: 0 };
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      for (const [, id] of text.matchAll(new RegExp(`${method} (\\w+) impp/1\\.0\\r\\n`, 'gv'))) {
        socket.write(`OK (${method}) ${id} impp/1.0\r\n\r\n`);
        answered.count += 1;
      }
      text = text.slice(-10);
    });
    return answered;
  };

  const ask = (): Promise<string> => {
    connection.window = 4;
    connection.carryLarge(300);
    return connection
      .request('SEND', TYPE, new Uint8Array(100_000), () => {})
      .then(
        () => 'answered',
        (error: unknown) => (error as { code: string }).code,
      );
  };

  test('is waited for while the server says that it is there', async () => {
    const pings = answering('PING');
    const asked = ask();
    for (let turn = 1; turn <= 4; turn++) {
      clock.advance(150_000);
      await until(() => pings.count === turn);
      // Until it has been heard.
      await until(() => clock.waiting === 2);
    }
    expect(ended).toBeUndefined();
    socket.write('OK (SEND) 1 impp/1.0\r\n\r\n');
    expect(await asked).toBe('answered');
  });

  test('is not waited for when it says nothing', async () => {
    socket.resume();
    const asked = ask();
    clock.advance(150_000);
    clock.advance(30_000);
    expect([await asked, ended]).toEqual(['timeout', 'timeout']);
  });
});

describe('a large body on its way in', () => {
  const HEAD =
    'OK (GET-MESSAGE) 1 impp/1.0\r\nContent-Type: message/rfc822\r\nContent-Length: 1000000\r\n\r\n';

  test('tells how far it is, and may take longer than an answer', async () => {
    const told: number[] = [];
    const answer = connection.request('GET-MESSAGE', [], undefined, (done) => told.push(done));
    socket.write(HEAD);
    for (let turn = 1; turn <= 9; turn++) {
      socket.write(new Uint8Array(100_000));
      await until(() => (told.at(-1) ?? 0) >= turn * 100_000);
      clock.advance(NEARLY);
      expect(ended).toBeUndefined();
    }
    socket.write(new Uint8Array(100_000));
    expect((await answer).body).toHaveLength(1_000_000);
  });

  test('that comes octet by octet is given up like silence', async () => {
    const answer = connection.request('GET-MESSAGE', []).catch((error: unknown) => error);
    socket.write(HEAD);
    for (let turn = 0; turn < 3; turn++) {
      socket.write('x');
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(15_000);
    }
    expect(await answer).toMatchObject({ code: 'timeout' });
  });
});
