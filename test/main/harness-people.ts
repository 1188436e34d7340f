// People for tests about what they see of each other.

import type { Contact, Presence } from '../../shared/model.ts';
import { App, type Domain, urlOf } from './harness.ts';

export const ALICE = urlOf('alice');
export const BOB = urlOf('bob');
export const CAROL = urlOf('carol');

/** `watcher` asks to see `shown`, who allows it; resolves when the one sees the other. */
export async function befriend(
  watcher: App,
  shown: App,
  [from, to]: readonly [watcher: string, shown: string],
): Promise<void> {
  await watcher.ask('contact.add', { account: from, address: to, name: '', groups: [] });
  await shown.until('a request', ({ requests }) => requests.find(({ address }) => address === from));
  await shown.ask('request.answer', { account: to, address: from, allow: true });
  await watcher.untilContact(to, ({ watch }) => watch === 'active');
}

/** Waits until the presence of `address` is as `isSo` wants it. */
export const untilSeen = (
  app: App,
  address: string,
  what: string,
  isSo: (presence: Presence) => boolean,
): Promise<Contact> => app.untilContact(address, ({ presence }) => isSo(presence), what);

export async function people(domain: Domain, ...users: readonly string[]): Promise<App[]> {
  return Promise.all(
    users.map(async (user) => {
      const app = await App.start();
      await app.create(domain, user);
      return app;
    }),
  );
}
