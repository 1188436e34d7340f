// Connections that are attached and do nothing.

import { readFileSync } from 'node:fs';

import { logIn, pool, Wire } from '../wire.ts';
import { say } from './say.ts';

export interface IdleOptions {
  readonly port: number;
  readonly domain: string | undefined;
  readonly iterations: number;
  readonly connections: number;
  /** Number of the first account. */
  readonly first: number;
  readonly ca: string | undefined;
}

/** Says `attached` when all are there, and ends when it is told to. */
export async function idle(options: IdleOptions): Promise<{ connections: number }> {
  const { port, domain, iterations, connections, first } = options;
  const ca = options.ca === undefined ? undefined : readFileSync(options.ca, 'utf8');
  await pool(connections, 32, async (index) => {
    const wire = await Wire.connect(port, ca);
    wire.onFrame(() => {});
    if (domain === undefined) wire.socket.write(`IDLE ${first + index}\n`);
    else
      await logIn(wire, { domain, iterations, isNew: true, user: `idle${first + index}`, device: 'bench' });
  });
  await say('attached');
  return { connections };
}
