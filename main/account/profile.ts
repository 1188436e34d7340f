import { ImppError } from '../../shared/errors.ts';
import { parseAddress } from '../../shared/impp/address.ts';
import {
  EMPTY_PROFILE,
  formatProfile,
  parseProfile,
  type Profile as ProfileDocument,
} from '../../shared/impp/documents.ts';
import { sayable } from '../../shared/impp/markup.ts';
import type { Profile as ShownProfile } from '../../shared/model.ts';
import type { Context } from './context.ts';
import { documentNamed } from './documents.ts';
import { Followed } from './followed.ts';

const shown = ({ displayName = '', listed, forward }: ProfileDocument): ShownProfile => ({
  displayName,
  listed,
  ...(forward === undefined ? {} : { forward: { kind: forward.kind, to: forward.to } }),
});

/** The document that the domain itself reads: name, listing, forward [IMPP 10]. */
export class Profile {
  readonly #context: Context;
  readonly #followed: Followed<ProfileDocument>;

  /** `changed` is called when it is another. */
  constructor(context: Context, changed: () => void) {
    this.#context = context;
    this.#followed = new Followed(context, {
      name: 'profile',
      shared: documentNamed('profile', 'application/impp-profile'),
      parse: (body) => (body === undefined ? EMPTY_PROFILE : parseProfile(body)),
      format: formatProfile,
      show: (document) => {
        const profile = shown(document);
        const { displayName } = profile;
        context.mirror.setProfile(context.url, profile);
        context.mirror.patchAccount(context.url, {
          displayName: displayName === '' ? undefined : displayName,
        });
        changed();
      },
    });
  }

  get document(): Followed<ProfileDocument> {
    return this.#followed;
  }

  /** Empty: none. */
  get displayName(): string {
    return this.#followed.value?.displayName ?? '';
  }

  /** Throws `invalid-address` for a forward to nobody or to oneself. */
  async set({ displayName, listed, forward }: ShownProfile): Promise<void> {
    const to = forward === undefined ? undefined : parseAddress(forward.to);
    if (to?.user === '' || to?.url === this.#context.url) {
      throw new ImppError('invalid-address', 'a forward needs another person’s address');
    }
    await this.#followed.change(({ forward: old, unknown }) => ({
      listed,
      ...(displayName === '' ? {} : { displayName: sayable(displayName) }),
      ...(forward === undefined || to === undefined
        ? {}
        : { forward: { ...old, kind: forward.kind, to: to.url } }),
      ...(unknown === undefined ? {} : { unknown }),
    }));
  }
}
