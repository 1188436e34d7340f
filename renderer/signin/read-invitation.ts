import { ImppError } from '../../shared/errors.ts';
import { type Invitation, parseInvitation } from '../../shared/impp/invitation.ts';
import { t } from '../../shared/i18n/t.ts';

/** A link that invites, with the name that was chosen before, if one was. */
export interface InvitationLink {
  readonly link: string;
  readonly user?: string;
}

export type ReadInvitation =
  | { readonly type: 'invitation'; readonly invitation: Invitation }
  /** Nothing is done with it; `words` is what the person is told. */
  | { readonly type: 'refused'; readonly words: string };

/** Reads a link that somebody opened or pasted. */
export function readInvitation(link: string): ReadInvitation {
  try {
    return { type: 'invitation', invitation: parseInvitation(link) };
  } catch (error) {
    const isContact = error instanceof ImppError && error.code === 'invalid-address';
    return { type: 'refused', words: isContact ? t('invite.bad.contact') : t('invite.bad') };
  }
}
