// 1,000 domains hold 100,000 subscriptions here when the server starts again. What goes out, second by second.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Links } from '../../../server/domain.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import { ok, request as newRequest } from '../../../shared/impp/serializer.ts';
import { Network } from './network.ts';
import { acl, Stage, settle } from './stage.ts';

const DOMAINS = 1_000;
const PEOPLE = 100;
const USERS = Array.from({ length: 100 }, (_, index) => `u${index}`);
/** Milliseconds that another domain takes to answer. */
const ROUND_TRIP = 50;
/** A second. On average 500; what one domain is told comes at once. */
const MOST = 1_500;
/** To one domain in a second. */
const MOST_TO_ONE = 400;
/** Seconds of one number of what `say` tells. */
const STEP = 20;

let stage: Stage;
let others: Others;

/** What goes to other domains, and how they answer: all of them after one round trip. */
class Others extends Network {
  /** Requests by the second since the start, and those to the busiest domain in any. */
  rate: number[] = [];
  mostToOne = 0;
  /** Subscriptions of which something was answered. */
  readonly told = new Set<string>();
  isDown: (host: string, second: number) => boolean = () => false;
  #began = 0;
  #second = 0;
  #toEach = new Map<string, number>();

  begin(): void {
    this.#began = stage.clock.now();
    this.rate = [];
  }

  override links(): Links {
    const request: Links['request'] = (host, method, headers, body, settled) => {
      const second = Math.floor((stage.clock.now() - this.#began) / 1000);
      this.#count(host, second);
      const sent = newRequest(method, 's1', Headers.from(headers), body);
      stage.clock.after(ROUND_TRIP, () => {
        if (this.isDown(host, second)) return settled(new ImppError('connection-failure'));
        this.told.add(`${sent.headers.get('From')} ${sent.headers.get('Target')}`);
        settled(ok(sent));
      });
    };
    return { ...super.links('a.example'), request };
  }

  #count(host: string, second: number): void {
    if (second !== this.#second) this.#toEach = new Map();
    this.#second = second;
    const toOne = (this.#toEach.get(host) ?? 0) + 1;
    this.#toEach.set(host, toOne);
    this.mostToOne = Math.max(this.mostToOne, toOne);
    this.rate[second] = (this.rate[second] ?? 0) + 1;
  }

  /** The rate over time, for whoever reads the run: requests a second, in steps of 20 seconds. */
  say(what: string): void {
    const rates: string[] = [];
    for (let from = 0; from < this.rate.length; from += STEP) {
      const sum = this.rate.slice(from, from + STEP).reduce((total, count) => total + count, 0);
      rates.push(`${from} s: ${Math.round(sum / STEP)}`);
    }
    process.stderr.write(`${what}, requests a second: ${rates.join(', ')}; most ${this.most()}\n`);
  }

  /** In any second since that one. */
  most(from = 0): number {
    return Math.max(0, ...this.rate.slice(from).filter((count) => count > 0));
  }
}

beforeEach(async () => {
  others = new Others();
  stage = await Stage.open(USERS, {}, { network: others });
  let seed = 1;
  stage.random = (length) =>
    Uint8Array.from({ length }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed >> 16;
    });
  const rules = { type: 'application/impp-acl', body: Buffer.from(acl('*: subscribe=allow')) };
  await Promise.all(USERS.map((user) => stage.storage.setDocument(user, 'acl', rules, { limit: 32 })));
});

afterEach(() => stage.close());

const subscribed = (user: number, domain: number, person: number): void =>
  void stage.storage.putSubscription({
    user: USERS[user % USERS.length] ?? '',
    watcher: `impp://d${domain}.example/p${person}`,
    connectionId: 'c1',
    state: 'active',
    since: stage.clock.now() - 3_600_000,
    expiresAt: stage.clock.now() + 7_200_000,
    revision: stage.clock.now() * 1000 - 5_000_000,
  });

const startAfterCrash = async (): Promise<void> => {
  await stage.crash(() => Promise.resolve());
  others.begin();
};

const startInOrder = async (): Promise<void> => {
  await stage.restart();
  others.begin();
};

/** Lets seconds pass in steps as short as a round trip, with all that follows from them. */
const pass = async (seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second += 1) {
    for (let step = 0; step < 1000; step += ROUND_TRIP) stage.clock.advance(ROUND_TRIP);
    await settle();
  }
};

describe('100,000 subscriptions from 1,000 domains', () => {
  beforeEach(() => {
    for (let domain = 0; domain < DOMAINS; domain += 1)
      for (let person = 0; person < PEOPLE; person += 1) subscribed(domain + person, domain, person);
  });

  test('after a crash all are told once what they may have missed, at a bounded rate', async () => {
    await startAfterCrash();
    await pass(240);
    expect(others.told.size).toBe(DOMAINS * PEOPLE);
    expect(others.rate.reduce((sum, count) => sum + count, 0)).toBe(DOMAINS * PEOPLE);
    expect(others.most()).toBeLessThan(MOST);
    expect(others.mostToOne).toBeLessThan(MOST_TO_ONE);
    others.say('told after a crash');
  });

  test('after a start in order nobody is asked anything', async () => {
    await startInOrder();
    await pass(120);
    expect(others.rate).toEqual([]);
  });

  test('half of the domains cannot be reached for ten minutes, and come back all at once', async () => {
    others.isDown = (host, second) => second < 600 && Number(/\d+/v.exec(host)?.[0]) % 2 === 0;
    await startAfterCrash();
    await pass(600);
    expect(others.told.size).toBe((DOMAINS * PEOPLE) / 2);
    // By now only attempts: one to each domain in some minutes.
    expect(others.most(300)).toBeLessThan(50);
    await pass(301);
    expect(others.told.size).toBe(DOMAINS * PEOPLE);
    expect(others.most(600)).toBeLessThan(MOST);
    expect(others.mostToOne).toBeLessThan(MOST_TO_ONE);
    others.say('told while half of the domains were away for 600 s');
  });
});

test('500 domains that were away link all at once: what waited for them goes out at a bounded rate', async () => {
  for (let domain = 0; domain < DOMAINS; domain += 1)
    for (let person = 0; person < PEOPLE; person += 1) subscribed(domain + person, domain, person);
  others.isDown = (host, second) => second < 600 && Number(/\d+/v.exec(host)?.[0]) % 2 === 0;
  await startAfterCrash();
  await pass(600);
  for (let domain = 0; domain < DOMAINS; domain += 2) stage.domain.presentities.linked(`d${domain}.example`);
  await pass(130);
  expect(others.told.size).toBe(DOMAINS * PEOPLE);
  expect(others.most(600)).toBeLessThan(MOST);
  expect(others.mostToOne).toBeLessThan(MOST_TO_ONE);
});

test('with the shortest leases domains that are away are asked no more than each every few seconds', async () => {
  for (let domain = 0; domain < DOMAINS; domain += 1)
    for (let person = 0; person < 10; person += 1)
      void stage.storage.putSubscription({
        user: USERS[person] ?? '',
        watcher: `impp://d${domain}.example/p${person}`,
        connectionId: 'c1',
        state: 'active',
        since: stage.clock.now() - 3_600_000,
        expiresAt: stage.clock.now() + 60_000,
        revision: stage.clock.now() * 1000 - 5_000_000,
      });
  others.isDown = () => true;
  await startAfterCrash();
  await pass(60);
  expect(others.most(30)).toBeLessThan(DOMAINS / 2);
  // The leases are over, and nobody is owed anything.
  await pass(60);
  expect(others.rate.slice(70).reduce((sum, count) => sum + count, 0)).toBe(0);
});

test('devices that stay away after a start are unsubscribed from 100,000 presentities at a bounded rate', async () => {
  for (let domain = 0; domain < DOMAINS; domain += 1)
    for (let person = 0; person < PEOPLE; person += 1)
      void stage.storage.putWatch({
        user: USERS[person] ?? '',
        connectionId: `c${domain % 10}`,
        target: `impp://d${domain}.example/p${person}`,
        expiresAt: stage.clock.now() + 7_200_000,
      });
  await startInOrder();
  await pass(59);
  expect(others.rate).toEqual([]);
  await pass(240);
  expect(others.rate.reduce((sum, count) => sum + count, 0)).toBe(DOMAINS * PEOPLE);
  expect(others.most()).toBeLessThan(MOST);
});

test('a change that ten thousand in one domain see goes to it no faster than it answers', async () => {
  for (let person = 0; person < 10_000; person += 1) subscribed(0, 0, person);
  await startInOrder();
  await stage.attach('u0').publish('here', { 'Lease-Time': '3600' });
  await pass(60);
  expect(others.told.size).toBe(10_000);
  expect(others.mostToOne).toBeLessThan(MOST_TO_ONE);
});
