// One presentity, many watchers: each change is notified to all of them, and each acknowledges.

import { headerOf, logIn, percentile, pool, Wire } from '../wire.ts';
import { say } from './say.ts';

export interface PresenceOptions {
  readonly port: number;
  /** Undefined: the relay, which knows no protocol. */
  readonly domain: string | undefined;
  readonly iterations: number;
  readonly watchers: number;
  /** Before anything counts. */
  readonly warmUp: number;
  readonly changes: number;
}

export interface PresenceReport {
  readonly notifications: number;
  readonly seconds: number;
  /** From the change to the first and the last of its notifications, milliseconds. */
  readonly first: { readonly p50: number };
  readonly last: { readonly p50: number; readonly p99: number };
}

/** What carries a change to all watchers; `arrived` is called for each notification. */
interface Stage {
  change(number: number): Promise<void>;
}

/**
 * Each change is sent when the former one has reached everybody, so that none collapses into another and all
 * are counted.
 */
export async function presence(options: PresenceOptions): Promise<PresenceReport> {
  let start = 0;
  let first = 0;
  let awaited = 0;
  let allThere = (): void => {};
  const arrived = (): void => {
    if (first === 0) first = performance.now() - start;
    awaited -= 1;
    if (awaited === 0) allThere();
  };
  const stage = await (options.domain === undefined ? relayStage : domainStage)(options, arrived);

  const firsts: number[] = [];
  const times: number[] = [];
  const round = async (number: number): Promise<void> => {
    start = performance.now();
    first = 0;
    awaited = options.watchers;
    const everywhere = new Promise<void>((resolve) => {
      allThere = () => {
        times.push(performance.now() - start);
        firsts.push(first);
        resolve();
      };
    });
    await Promise.all([stage.change(number), everywhere]);
  };

  for (let number = 0; number < options.warmUp; number += 1) await round(number);
  firsts.length = 0;
  times.length = 0;
  await say('counting');
  const begin = performance.now();
  for (let number = 0; number < options.changes; number += 1) await round(options.warmUp + number);
  const seconds = (performance.now() - begin) / 1000;
  await say('counted');
  const sorted = Float64Array.from(times).sort();
  const sortedFirsts = Float64Array.from(firsts).sort();
  return {
    notifications: options.watchers * options.changes,
    seconds,
    first: { p50: percentile(sortedFirsts, 0.5) },
    last: { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) },
  };
}

const documentOf = (entity: string, number: number): string =>
  `<presence><entity>${entity}</entity><tuple><id>bench</id><status>open</status><activity>busy</activity>` +
  `<note>number ${String(number).padStart(8, '0')}</note></tuple></presence>`;

const domainStage = async (options: PresenceOptions, arrived: () => void): Promise<Stage> => {
  const { port, iterations, watchers } = options;
  const domain = options.domain ?? '';
  const presentity = `impp://${domain}/presentity`;
  const publisher = await Wire.connect(port);
  publisher.onFrame(() => {});
  const connection = await logIn(publisher, {
    domain,
    iterations,
    isNew: true,
    user: 'presentity',
    device: 'bench',
  });
  const own = `From: ${presentity}\r\nConnection-ID: ${connection}\r\nTarget: ${presentity}`;
  const rules = '<acl><rule><who>*</who><subscribe>allow</subscribe></rule></acl>';
  await publisher.ask(
    `SET-ACL 1 impp/1.0\r\n${own}\r\nContent-Type: application/impp-acl\r\nContent-Length: ${rules.length}`,
    rules,
  );
  // WATCHER-NOTIFY of all those to come.
  publisher.onFrame(({ start, head }) => {
    const [method, id] = start.split(' ');
    publisher.socket.write(`OK (${method}) ${id} impp/1.0\r\nTo: ${headerOf(head, 'From')}\r\n\r\n`);
  });
  await pool(watchers, 16, async (index) => {
    const user = `watcher${index}`;
    const wire = await Wire.connect(port);
    const id = await logIn(wire, { domain, iterations, isNew: true, user, device: 'bench' });
    wire.onFrame(({ start }) => {
      const id = start.slice(start.indexOf(' ') + 1, start.lastIndexOf(' '));
      wire.socket.write(`OK (CHANGE-NOTIFY) ${id} impp/1.0\r\nTo: ${presentity}\r\n\r\n`);
      arrived();
    });
    const from = `impp://${domain}/${user}`;
    await wire.ask(`SUBSCRIBE 6 impp/1.0\r\nFrom: ${from}\r\nConnection-ID: ${id}\r\nTarget: ${presentity}`);
  });
  return {
    async change(number) {
      const body = documentOf(presentity, number);
      const type = 'Content-Type: application/presence';
      await publisher.ask(
        `CHANGE ${number} impp/1.0\r\n${own}\r\n${type}\r\nContent-Length: ${body.length}`,
        body,
      );
    },
  };
};

/** The same octets to as many sockets, acknowledged with the same octets. */
const relayStage = async ({ port, watchers }: PresenceOptions, arrived: () => void): Promise<Stage> => {
  const presentity = 'impp://relay.example/presentity';
  await pool(watchers, 16, async () => {
    const wire = await Wire.connect(port);
    wire.onFrame(({ start }) => {
      const id = start.slice(start.indexOf(' ') + 1, start.lastIndexOf(' '));
      wire.socket.write(`OK (CHANGE-NOTIFY) ${id} impp/1.0\r\nTo: ${presentity}\r\n\r\n`);
      arrived();
    });
    await wire.ask('WATCH\n');
  });
  const publisher = await Wire.connect(port);
  await publisher.ask('PUBLISH\n');
  return {
    change(number) {
      const body = documentOf(presentity, number);
      const head = [
        `CHANGE-NOTIFY ${number} impp/1.0`,
        `From: ${presentity}`,
        'Target: impp://relay.example/watcher100',
        'Target-Connection-ID: 0123456789abcdef012345',
        `Origin: ${presentity}`,
        'Revision: 1767614400000001',
        'Subscription-State: active',
        'Content-Type: application/presence',
        `Content-Length: ${body.length}`,
      ].join('\r\n');
      publisher.socket.write(`${head}\r\n\r\n${body}`);
      return Promise.resolve();
    },
  };
};
