// The reference for parleyd: a Node program that passes octets between two sockets and looks at none of them.
// A connection says with its first line what it is: `PAIR n` (two of the same number are joined), `ECHO`, or
// `PUBLISH` (what it says goes to all that have said `WATCH`, and what those say goes nowhere); the last two
// are told when it is so.

import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

const READY = 'OK (WATCH) 0 impp/1.0\r\n\r\n';
const waiting = new Map<string, Socket>();
const watching = new Set<Socket>();

const accept = (socket: Socket): void => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.once('data', (chunk: Buffer) => {
    const end = chunk.indexOf(10);
    const what = chunk.toString('latin1', 0, end);
    const rest = chunk.subarray(end + 1);
    if (what === 'ECHO') {
      socket.on('data', (octets) => socket.write(octets));
      if (rest.length > 0) socket.write(rest);
      return;
    }
    if (what === 'WATCH') {
      watching.add(socket);
      socket.write(READY);
      socket.on('data', () => {});
      socket.on('close', () => watching.delete(socket));
      return;
    }
    if (what === 'PUBLISH') {
      socket.write(READY);
      socket.on('data', (octets) => {
        for (const watcher of watching) watcher.write(octets);
      });
      return;
    }
    // What it says before its other half is there waits in the socket.
    if (rest.length > 0) socket.unshift(rest);
    const peer = waiting.get(what);
    if (peer === undefined) {
      socket.pause();
      waiting.set(what, socket);
      return;
    }
    waiting.delete(what);
    join(socket, peer);
    join(peer, socket);
    peer.resume();
  });
};

const join = (from: Socket, to: Socket): void => {
  from.on('data', (octets) => to.write(octets));
  from.on('close', () => to.destroy());
};

const [cert, key] = process.argv.slice(2);
const server =
  cert === undefined || key === undefined
    ? createServer(accept)
    : createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, accept);
server.listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`relay ready 127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
