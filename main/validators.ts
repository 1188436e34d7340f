import { z } from 'zod';
import type { CommandName, RequestOf } from '../shared/ipc.ts';

/** Nobody types more; a document pasted whole still fits. Characters, and what they may take as octets, below Max-Message-Size. */
const LONGEST_TEXT = 250_000;

const text = (longest: number) => z.string().max(longest);
const account = text(1000);
/** As people type it, or canonical. */
const address = text(1000).min(1);
const choice = {
  server: text(300).min(1).exactOptional(),
  ca: text(1_000_000).min(1).exactOptional(),
};
const password = text(1000).min(1);
const groups = z.array(text(100).min(1)).max(50);
const note = text(1000);

/** What each command takes; nothing else reaches the program. */
export const VALIDATORS = {
  snapshot: z.null(),
  'domain.look': z.strictObject({ domain: text(300).min(1), ...choice }),
  'account.signIn': z.strictObject({ address, password, remember: z.boolean(), ...choice }),
  'account.create': z.strictObject({
    address,
    password,
    remember: z.boolean(),
    invite: text(200).min(1).exactOptional(),
    ...choice,
  }),
  'account.password': z.strictObject({ account, password, remember: z.boolean() }),
  'account.connect': z.strictObject({ account }),
  'account.disconnect': z.strictObject({ account }),
  'account.remove': z.strictObject({ account }),
  'presence.set': z.strictObject({
    account,
    state: z.enum(['available', 'away', 'busy', 'do-not-disturb', 'offline']),
    note,
  }),
  'contact.add': z.strictObject({ account, address, name: text(200), groups }),
  'contact.change': z.strictObject({ account, address, name: text(200), groups }),
  'contact.remove': z.strictObject({ account, address }),
  'request.answer': z.strictObject({ account, address, allow: z.boolean() }),
  'messages.page': z.strictObject({
    account,
    peer: address,
    before: z.strictObject({ at: z.number(), id: z.int().min(0) }).exactOptional(),
    limit: z.int().min(1).max(200),
  }),
  'message.send': z.strictObject({ account, peer: address, text: text(LONGEST_TEXT).min(1) }),
  'message.retry': z.strictObject({ id: z.int().min(1) }),
  'message.discard': z.strictObject({ id: z.int().min(1) }),
  'conversation.read': z.strictObject({ account, peer: address }),
  'conversation.draft': z.strictObject({ account, peer: address, text: text(LONGEST_TEXT) }),
  'settings.change': z.strictObject({
    theme: z.enum(['system', 'light', 'dark', 'contrast-light', 'contrast-dark']).exactOptional(),
    density: z.enum(['comfortable', 'compact']).exactOptional(),
    textSize: z.number().min(80).max(200).exactOptional(),
  }),
  'link.open': z.strictObject({ url: text(8000).min(1) }),
} satisfies { readonly [C in CommandName]: z.ZodType<RequestOf<C>> };
