// Connect, HELLO, AUTH (two round trips), ATTACH, close: over and over.

import { logIn, pool, Wire } from '../wire.ts';

export interface LoginsOptions {
  readonly port: number;
  readonly domain: string | undefined;
  readonly iterations: number;
  readonly accounts: number;
  readonly logins: number;
}

const ROUND_TRIPS = 4;

export async function logins(options: LoginsOptions): Promise<{ logins: number; seconds: number }> {
  const { port, domain, iterations, accounts, logins: count } = options;
  const once = async (index: number, isNew: boolean): Promise<void> => {
    const wire = await Wire.connect(port);
    if (domain === undefined) await roundTrips(wire);
    else
      await logIn(wire, { domain, iterations, isNew, user: `user${index % accounts}`, device: `d${index}` });
    wire.socket.destroy();
  };
  if (domain !== undefined) await pool(accounts, 16, (index) => once(index, true));
  const start = performance.now();
  await pool(count, 32, (index) => once(index, false));
  return { logins: count, seconds: (performance.now() - start) / 1000 };
}

const roundTrips = async (wire: Wire): Promise<void> => {
  wire.socket.write('ECHO\n');
  for (let i = 0; i < ROUND_TRIPS; i += 1) await wire.ask(`OK (ECHO) ${i} impp/1.0`, '');
};
