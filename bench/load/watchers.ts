// One presentity that very many watch under many rules: changes, a change of rules, renewals.

import { headerOf, logIn, percentile, pool, Wire } from '../wire.ts';
import { say } from './say.ts';

export interface WatchersOptions {
  readonly port: number;
  readonly domain: string;
  readonly iterations: number;
  readonly watchers: number;
  readonly rules: number;
  /** Before anything counts. */
  readonly warmUp: number;
  readonly changes: number;
}

export interface WatchersReport {
  /** From the change to the first and to the last of its notifications, milliseconds, medians. */
  readonly first: number;
  readonly last: number;
  /** From SET-ACL, by which all are shown another view, to its OK and to the last notification. */
  readonly rulesInForce: number;
  readonly rulesTold: number;
  /** Seconds for one renewal of each subscription. */
  readonly renewing: number;
}

interface Watcher {
  readonly wire: Wire;
  readonly identity: string;
}

export async function watchers(options: WatchersOptions): Promise<WatchersReport> {
  const { port, domain, iterations, changes, warmUp } = options;
  const presentity = `impp://${domain}/presentity`;
  let start = 0;
  let first = 0;
  let awaited = 0;
  let allThere = (): void => {};
  const arrived = (): void => {
    if (first === 0) first = performance.now() - start;
    awaited -= 1;
    if (awaited === 0) allThere();
  };
  /** What `cause` leads to for every watcher: milliseconds to its answer, the first and the last notification. */
  const round = async (cause: () => Promise<unknown>) => {
    start = performance.now();
    first = 0;
    awaited = options.watchers;
    const last = new Promise<number>((resolve) => {
      allThere = () => resolve(performance.now() - start);
    });
    await cause();
    const answered = performance.now() - start;
    const told = await last;
    return { answered, first, last: told };
  };

  const publisher = await Wire.connect(port);
  const device = await logIn(publisher, { domain, iterations, isNew: true, user: 'presentity', device: 'b' });
  const own = `From: ${presentity}\r\nConnection-ID: ${device}\r\nTarget: ${presentity}`;
  publisher.onFrame(({ start: line, head }) => {
    const [method, id] = line.split(' ');
    publisher.socket.write(`OK (${method}) ${id} impp/1.0\r\nTo: ${headerOf(head, 'From')}\r\n\r\n`);
  });
  const ask = (method: string, headers: string, type: string, body: string) =>
    publisher.ask(
      `${method} 9 impp/1.0\r\n${own}\r\n${headers}Content-Type: ${type}\r\nContent-Length: ${body.length}`,
      body,
    );
  const change = (view: string, number: number) =>
    ask('CHANGE', `View: ${view}\r\n`, 'application/presence', documentOf(presentity, `${view} ${number}`));
  const setRules = (view: string) =>
    ask('SET-ACL', '', 'application/impp-acl', rulesOf(domain, options.rules, view));

  await setRules('one');
  await change('one', 0);
  await change('two', 0);
  const crowd = await pool(options.watchers, 32, async (index): Promise<Watcher> => {
    const user = `watcher${index}`;
    const wire = await Wire.connect(port);
    const id = await logIn(wire, { domain, iterations, isNew: true, user, device: 'b' });
    const identity = `From: impp://${domain}/${user}\r\nConnection-ID: ${id}\r\nTarget: ${presentity}`;
    wire.onFrame(({ start: line }) => {
      if (!line.startsWith('CHANGE-NOTIFY ')) return;
      const requestId = line.slice(line.indexOf(' ') + 1, line.lastIndexOf(' '));
      wire.socket.write(`OK (CHANGE-NOTIFY) ${requestId} impp/1.0\r\nTo: ${presentity}\r\n\r\n`);
      arrived();
    });
    await wire.ask(`SUBSCRIBE 6 impp/1.0\r\n${identity}`);
    return { wire, identity };
  });

  for (let number = 1; number <= warmUp; number += 1) await round(() => change('one', number));
  await say('resting');
  await say('changing');
  const rounds: { first: number; last: number }[] = [];
  for (let number = 1; number <= changes; number += 1)
    rounds.push(await round(() => change('one', warmUp + number)));
  await say('judging');
  const judged = await round(() => setRules('two'));
  await say('renewing');
  const renewal = performance.now();
  await pool(crowd.length, 64, async (index) => {
    const watcher = crowd[index];
    if (watcher) await watcher.wire.ask(`SUBSCRIBE 7 impp/1.0\r\n${watcher.identity}`);
  });
  const renewing = (performance.now() - renewal) / 1000;
  await say('renewed');
  const median = (of: (one: { first: number; last: number }) => number): number =>
    percentile(Float64Array.from(rounds, of).sort(), 0.5);
  return {
    first: median((one) => one.first),
    last: median((one) => one.last),
    rulesInForce: judged.answered,
    rulesTold: judged.last,
    renewing,
  };
}

const documentOf = (entity: string, note: string): string =>
  `<presence><entity>${entity}</entity><tuple><id>bench</id><status>open</status><activity>busy</activity>` +
  `<note>${note}</note></tuple></presence>`;

/** Everybody, the own host, and groups of five: all of them see, each by the most specific rule. */
function rulesOf(domain: string, count: number, view: string): string {
  const says = `<subscribe>allow</subscribe><view>${view}</view>`;
  const rules = [`<rule><who>*</who>${says}</rule>`, `<rule><who>impp://${domain}/*</who>${says}</rule>`];
  for (let rule = 2; rule < count; rule += 1) {
    const group = Array.from(
      { length: 5 },
      (_, index) => `<who>impp://${domain}/watcher${rule * 5 + index}</who>`,
    );
    rules.push(`<rule>${group.join('')}<send>allow</send>${says}</rule>`);
  }
  return `<acl>${rules.join('')}</acl>`;
}
