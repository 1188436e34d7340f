// When an authority is asked, and when it is not: in a time that only the test moves.

import { readFileSync, rmSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';

import { certificateFile, readHistory, writeCertificate } from '../../../server/acme/folder.ts';
import { keepCertificate, type Keeper } from '../../../server/acme/keeper.ts';
import { type Issued, NameRefused, type Wanted } from '../../../server/acme/order.ts';
import { defaultConfig } from '../../../server/config.ts';
import type { Log } from '../../../server/domain.ts';
import { FakeClock } from '../../fake/clock.ts';
import { newCertificate } from '../../fixtures/certificates.ts';
import { temporaryFolders } from '../storage/folder.ts';

const HOUR = 3_600_000;
const folder = temporaryFolders();
// Good for two days, from now on.
const made = await newCertificate('a.example');
const pems = { chain: made.pem, key: readFileSync(made.key, 'utf8') };
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

let data: string;
let clock: FakeClock;
let asked: Wanted[];
let answer: (wanted: Wanted) => Promise<Issued>;

beforeEach(() => {
  data = folder();
  clock = new FakeClock(Date.now());
  asked = [];
  answer = () => Promise.resolve(pems);
});

function keep({ directory = 'https://one.example/', domain = 'a.example', log = silent } = {}): Keeper {
  const acme = { terms: true, directory, challenge: 'http-01', listen: '127.0.0.1:0' } as const;
  return keepCertificate({
    config: defaultConfig({ domain, data, acme }),
    clock,
    random: (length) => new Uint8Array(length).fill(128),
    log,
    names: () => Promise.resolve([domain, `chat.${domain}`]),
    obtain: (wanted) => {
      asked.push(wanted);
      return answer(wanted);
    },
  });
}

/** Lets all happen that needs no passing of time: listening is the slowest of it. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function advance(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= HOUR / 2) {
    clock.advance(Math.min(left, HOUR / 2));
    await settle();
  }
}

const refuse = (): Promise<Issued> => Promise.reject(new NameRefused('a.example', 'no such page'));

test('a certificate that is there is served at once, and renewed at two thirds of its life', async () => {
  const first = keep();
  await first.first;
  await first.close();
  expect(asked.map(({ names }) => names)).toEqual([['a.example', 'chat.a.example']]);
  const second = keep();
  let renewals = 0;
  second.serving(() => (renewals += 1));
  await second.first;
  await advance(30 * HOUR);
  expect([asked.length, renewals]).toEqual([1, 0]);
  await advance(3 * HOUR);
  expect([asked.length, renewals]).toEqual([2, 1]);
  // The account is made once.
  await second.close();
  expect(clock.waiting).toBe(0);
});

test('an authority whose certificates are due at once is not asked again and again', async () => {
  clock.advance(40 * HOUR);
  const keeper = keep();
  await keeper.first;
  await advance(11 * HOUR);
  expect(asked).toHaveLength(1);
  await keeper.close();
});

describe('after failures', () => {
  test('the pauses grow, are kept over restarts, and end with a success', async () => {
    answer = refuse;
    let keeper = keep();
    await settle();
    expect(asked).toHaveLength(1);
    const { failures, reason, notBefore } = readHistory(data);
    expect([failures, reason]).toEqual([1, 'the authority refuses a.example: no such page']);
    expect((notBefore - clock.now()) / 60_000).toBeCloseTo(5, 0);
    for (let restart = 0; restart < 20; restart += 1) {
      await keeper.close();
      keeper = keep();
      await settle();
    }
    expect(asked).toHaveLength(1);
    await advance(6 * 60_000);
    expect(asked).toHaveLength(2);
    await advance(24 * HOUR);
    expect(asked.length).toBeLessThan(8);
    answer = () => Promise.resolve(pems);
    await advance(13 * HOUR);
    expect(readHistory(data).failures).toBe(0);
    await keeper.first;
    await keeper.close();
  });

  test('another authority, way or domain does not have to wait', async () => {
    answer = refuse;
    const failing = keep();
    await settle();
    await failing.close();
    answer = () => Promise.resolve(pems);
    const other = keep({ directory: 'https://two.example/' });
    await other.first;
    await other.close();
    // Of the one that was tried first, a certificate is still wanted.
    const back = keep();
    await settle();
    await back.close();
    expect(asked.map(({ directory }) => directory)).toEqual([
      'https://one.example/',
      'https://two.example/',
      'https://one.example/',
    ]);
  });

  test('who has put it right does not wait, and cannot make it a storm', async () => {
    answer = refuse;
    const keeper = keep();
    await settle();
    for (let times = 0; times < 10; times += 1) keeper.look();
    await settle();
    expect(asked).toHaveLength(1);
    await advance(61_000);
    answer = () => Promise.resolve(pems);
    keeper.look();
    await keeper.first;
    expect(asked).toHaveLength(2);
    await keeper.close();
  });

  test('a process that dies while it asks may ask again once, and then waits', async () => {
    answer = () => new Promise(() => {});
    const die = async (): Promise<void> => {
      keep();
      await settle();
      // Nothing of it goes on.
      clock = new FakeClock(clock.now() + 1000);
    };
    for (let times = 0; times < 10; times += 1) await die();
    expect(asked).toHaveLength(2);
  });

  test('the end of the program is nobody’s failure', async () => {
    answer = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const keeper = keep();
    await settle();
    await keeper.close();
    expect(readHistory(data).failures).toBe(0);
    expect(clock.waiting).toBe(0);
  });
});

test('a host of SRV records that cannot be proved is left out; the domain itself is not', async () => {
  const warned: unknown[] = [];
  answer = ({ names }) =>
    names.length > 1 ? Promise.reject(new NameRefused('chat.a.example', 'elsewhere')) : Promise.resolve(pems);
  const keeper = keep({ log: { ...silent, warn: (event) => warned.push(event) } });
  await keeper.first;
  expect(asked.map(({ names }) => names)).toEqual([['a.example', 'chat.a.example'], ['a.example']]);
  expect(warned).toEqual(['a name is left out of the certificate']);
  await keeper.close();
});

test('a certificate for another domain is none', async () => {
  writeCertificate(data, pems.chain, pems.key);
  answer = () => new Promise(() => {});
  keep({ domain: 'b.example' });
  await settle();
  expect(asked).toHaveLength(1);
  rmSync(certificateFile(data));
  // It would wait for ever; nothing else is open.
});
