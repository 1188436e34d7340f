// parleyd on SQLite, killed at random moments while presence, rules and documents change: what was
// acknowledged is there afterwards, and no revision falls.

import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import type { Response } from '../../../shared/impp/message.ts';
import { attach, greet, HOST, ITERATIONS, PASSWORD, scram, urlOf, verifierLine } from '../harness.ts';
import { Peer } from '../peer.ts';
import { startDomain } from '../../stories/programs.ts';
import { acl, presence } from './stage.ts';

const ROUNDS = 12;
/** The kill comes within this many milliseconds after each kind of change was answered once. */
const WITHIN = 60;
const TYPES = { acl: 'application/impp-acl', presence: 'application/presence' };

const text = ({ body }: { body?: Uint8Array | undefined }): string => Buffer.from(body ?? []).toString();
const numberIn = (document: string): number => Number(/number (\d+)/v.exec(document)?.[1] ?? -1);
const revisionOf = (response: { headers: Response['headers'] }): number =>
  Number(response.headers.get('Revision'));

/** What one kind of change has sent and had acknowledged; each change carries its number. */
class Track {
  sent = -1;
  acknowledged = -1;
  revision = 0;

  check(number: number, revision: number): void {
    expect(number).toBeGreaterThanOrEqual(this.acknowledged);
    expect(number).toBeLessThanOrEqual(this.sent);
    expect(revision).toBeGreaterThanOrEqual(this.revision);
    this.revision = revision;
    this.acknowledged = number;
  }
}

test(`${ROUNDS} times killed, what was acknowledged is there and no revision falls`, {
  timeout: 240_000,
}, async () => {
  const program = await startDomain(HOST, [
    '--set',
    `auth.iterations=${ITERATIONS}`,
    '--set',
    'limits.requests-per-second=100000',
    '--set',
    'limits.request-burst=100000',
  ]);
  onTestFinished(async () => void (await program.kill('SIGTERM')));
  const sockets: Socket[] = [];

  const dial = async (user: string, isNew: boolean): Promise<Peer> => {
    const [, port] = program.server.split(':');
    const socket = connect(Number(port), '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    const peer = new Peer(socket);
    await greet(peer);
    if (isNew) {
      const type = { 'Content-Type': 'application/scram-verifier' };
      await peer.demand('REGISTER', { Target: urlOf(user), ...type }, await verifierLine());
    }
    await scram(peer, user, PASSWORD);
    await attach(peer, user);
    return peer;
  };

  const Target = urlOf('alice');
  const permanent = new Track();
  const leased = new Track();
  const document = new Track();
  const rules = new Track();
  /** The highest revision that bob has seen, and the number that came with it. */
  let seen = 0;

  const changes: ((alice: Peer) => [Track, Promise<Response>])[] = [
    (alice) => {
      permanent.sent += 1;
      const headers = { Target, View: 'lasting', 'Lease-Time': 'infinity', 'Content-Type': TYPES.presence };
      return [permanent, alice.ask('CHANGE', headers, presence(Target, `number ${permanent.sent}`))];
    },
    (alice) => {
      leased.sent += 1;
      const headers = { Target, 'Lease-Time': 3600, 'Content-Type': TYPES.presence };
      return [leased, alice.ask('CHANGE', headers, presence(Target, `number ${leased.sent}`))];
    },
    (alice) => {
      document.sent += 1;
      const headers = { Name: 'contacts', 'Content-Type': 'text/plain' };
      return [document, alice.ask('SET-DOCUMENT', headers, `number ${document.sent}`)];
    },
    (alice) => {
      rules.sent += 1;
      const body = acl('bob: subscribe=allow').replace('</rule>', `<x-n>number ${rules.sent}</x-n></rule>`);
      return [rules, alice.ask('SET-ACL', { Target, 'Content-Type': TYPES.acl }, body)];
    },
  ];

  for (let round = 0; round < ROUNDS; round += 1) {
    const alice = await dial('alice', round === 0);
    const bob = await dial('bob', round === 0);
    // Bob is told until the kill; what he has seen is what he was promised.
    const listening = (async () => {
      for (;;) {
        const notice = await bob.accept('CHANGE-NOTIFY');
        expect(revisionOf(notice)).toBeGreaterThan(seen);
        seen = revisionOf(notice);
      }
    })().catch((error: unknown) => {
      // Patience that ends after the kill is no failure.
      if (!(error instanceof Error) || !error.message.startsWith('no CHANGE-NOTIFY')) throw error;
    });

    if (round === 0) {
      for (const make of changes) {
        const [track, response] = make(alice);
        expect((await response).ok).toBe(true);
        track.acknowledged = track.sent;
      }
    } else {
      const state = await bob.demand('GET-SUBSCRIPTION', { Target });
      expect(state.headers.get('Subscription-State')).toBe('active');
      const lasting = await alice.demand('FETCH', { Target, View: 'lasting' });
      permanent.check(numberIn(text(lasting)), 0);
      leased.check(numberIn(text(await alice.demand('FETCH', { Target, View: 'default' }))), 0);
      const kept = await alice.demand('GET-DOCUMENT', { Name: 'contacts' });
      document.check(numberIn(text(kept)), revisionOf(kept));
      const list = await alice.demand('GET-ACL', { Target });
      rules.check(numberIn(text(list)), revisionOf(list));
    }
    const subscribed = await bob.demand('SUBSCRIBE', { Target });
    expect(revisionOf(subscribed)).toBeGreaterThanOrEqual(seen);
    seen = revisionOf(subscribed);

    let isOver = false;
    const begun = Promise.withResolvers<void>();
    const work = (async () => {
      for (let turn = 0; !isOver; turn += 1) {
        if (turn === 2) begun.resolve();
        const asked = [0, 1, 2].map((offset) => changes[(turn + offset) % changes.length]?.(alice));
        const answers = asked.map(async (one) => {
          if (!one) return;
          const [track] = one;
          const number = track.sent;
          const response = await one[1];
          expect(response.ok).toBe(true);
          track.acknowledged = Math.max(track.acknowledged, number);
          track.revision =
            track === document || track === rules ? Math.max(track.revision, revisionOf(response)) : 0;
        });
        await Promise.race([Promise.all(answers), alice.closed()]);
        for (const answer of answers) answer.catch(() => {});
        if (alice.isClosed) return;
      }
    })();
    await Promise.race([begun.promise, work]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * WITHIN));
    await program.kill('SIGKILL');
    isOver = true;
    await work;
    await bob.closed();
    void listening;
    await program.restart();
  }
  for (const socket of sockets) socket.destroy();
  // It was killed at work, not before.
  for (const track of [permanent, leased, document, rules])
    expect(track.acknowledged).toBeGreaterThan(ROUNDS / 2);
});
