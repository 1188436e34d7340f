import { z } from 'zod';
import { LANGUAGE_NAMES } from '../shared/i18n/languages.ts';
import { isToken } from '../shared/impp/headers.ts';
import type { CommandName, RequestOf } from '../shared/ipc.ts';
import { TEXT_SIZE } from '../shared/text-size.ts';

/** Nobody types more; a document pasted whole still fits. Characters, and what they may take as octets, below Max-Message-Size. */
const LONGEST_TEXT = 250_000;

/** Those built in included; a domain holds hardly more. */
const MOST_VIEWS = 30;
/** Characters of an address book: thousands of cards, some with photographs; below what a carrier takes. */
const MOST_VCARDS = 5_000_000;

/** Nobody has more kinds of nights. */
const MOST_QUIET_HOURS = 20;
/** A browser gives those that its person has listed. */
const MOST_LANGUAGES = 100;
/** Files of one message. */
const MOST_FILES = 50;
/** Characters of base64 of one portion of a file: below what a carrier takes, and no pause for what else it carries. */
const LONGEST_PORTION = 1_500_000;

const text = (longest: number) => z.string().max(longest);
/** One line of what markup can carry: what is pasted may have line ends and worse in it. */
const line = (longest: number) =>
  text(longest).transform((value) =>
    value
      .toWellFormed()
      .replaceAll(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ')
      .trim(),
  );
const account = text(1000);
/** As people type it, or canonical. */
const address = text(1000).min(1);
const password = text(1000).min(1);
const server = text(300).min(1);
const ca = text(1_000_000).min(1);
/** What SOCKS5 has room for [RFC 1929 2], in characters of one octet. */
const LONGEST_NAME = 255;
const proxy = z.union([
  z.strictObject({ kind: z.enum(['system', 'none']) }),
  z.strictObject({
    kind: z.literal('socks5'),
    server,
    user: text(LONGEST_NAME).min(1).exactOptional(),
  }),
]);
const proxyPassword = text(LONGEST_NAME).min(1).exactOptional();
const choice = {
  server: server.exactOptional(),
  ca: ca.exactOptional(),
  proxy: proxy.exactOptional(),
  proxyPassword,
};
const name = line(200);
const groups = z
  .array(line(100))
  .max(50)
  .transform((all) => [...new Set(all)].filter((group) => group !== ''));
const note = line(1000);
/** A time, in milliseconds: what a date can hold and the wire can say. */
const time = z
  .int()
  .min(0)
  .max(Date.UTC(9999, 11, 31));
const state = z.enum(['available', 'away', 'busy', 'do-not-disturb', 'offline']);
const language = z.enum(['system', ...LANGUAGE_NAMES]);
/** What a notification shows. */
const notifies = z.enum(['text', 'name', 'nothing']);
/** As dictionaries are named: `de`, `pt-BR`. */
const spellingLanguage = text(20).min(1);
const minuteOfDay = z.int().min(0).max(1439);
const quietHours = z.strictObject({
  isOn: z.boolean(),
  days: z
    .array(z.int().min(0).max(6))
    .max(7)
    .transform((days) => [...new Set(days)].sort((a, b) => a - b)),
  from: minuteOfDay,
  until: minuteOfDay,
});
const who = z.array(address).min(1).max(500);
/** As the contact list has it, whoever wrote that. */
const group = text(1000);
const permissions = {
  subscribe: z.enum(['allow', 'ask', 'deny', 'pretend']).exactOptional(),
  fetch: z.enum(['allow', 'deny', 'pretend']).exactOptional(),
  send: z.enum(['allow', 'deny']).exactOptional(),
  change: z.enum(['allow', 'deny']).exactOptional(),
  read: z.enum(['allow', 'deny']).exactOptional(),
  view: text(64).refine(isToken).exactOptional(),
  until: time.exactOptional(),
};
const view = z.strictObject({
  id: text(64).refine(isToken),
  title: name,
  kind: z.enum(['everything', 'state', 'busy', 'nothing', 'own']),
  own: z.strictObject({ state, note }).exactOptional(),
  away: z.strictObject({ note, until: time.exactOptional() }).exactOptional(),
});
/** The number of a message. */
const id = z.int().min(1);
const place = z.strictObject({ at: z.number(), order: z.number() });
const upload = text(64).refine(isToken);
/** The name that a window gives to what takes long. */
const task = text(100).min(1);
const fileName = line(255).refine((value) => value !== '');
const content = text(LONGEST_TEXT).transform((value) => value.toWellFormed());

/** What each command takes; nothing else reaches the program. */
export const VALIDATORS = {
  snapshot: z.null(),
  'window.languages': z.strictObject({ languages: z.array(text(100)).max(MOST_LANGUAGES) }),
  'domain.look': z.strictObject({ domain: text(300).min(1), ...choice }),
  'account.signIn': z.strictObject({ address, password, remember: z.boolean(), ...choice }),
  'account.create': z.strictObject({
    address,
    password,
    remember: z.boolean(),
    invite: text(200).min(1).exactOptional(),
    contact: address.exactOptional(),
    ...choice,
  }),
  'account.password': z.strictObject({ account, password, remember: z.boolean() }),
  'account.connect': z.strictObject({ account }),
  'account.network': z.strictObject({
    account,
    server: server.nullable().exactOptional(),
    ca: ca.nullable().exactOptional(),
    proxy: proxy.exactOptional(),
    proxyPassword,
  }),
  'account.check': z.strictObject({ account }),
  'account.waiting': z.strictObject({ account }),
  'log.save': z.null(),
  'account.keeping': z.strictObject({ account }),
  'account.disconnect': z.strictObject({ account }),
  'account.remove': z.strictObject({ account }),
  'presence.set': z.strictObject({
    account,
    state,
    note,
    until: time.exactOptional(),
    activity: text(64)
      .regex(/^[a-z][a-z0-9-]*$/)
      .exactOptional(),
  }),
  'presence.setAll': z.strictObject({ state, until: time.exactOptional() }),
  'presence.viewAs': z.strictObject({ account, watcher: address }),
  'views.set': z.strictObject({ account, views: z.array(view).max(MOST_VIEWS) }),
  'rules.put': z.union([
    z.strictObject({
      account,
      rule: z.strictObject({ who, ...permissions }),
      former: who.exactOptional(),
    }),
    z.strictObject({
      account,
      rule: z.strictObject({ who: z.array(address), group, ...permissions }),
      former: z.array(address).exactOptional(),
    }),
  ]),
  'rules.change': z.strictObject({ account, who: address, change: z.strictObject(permissions) }),
  'rules.remove': z.union([z.strictObject({ account, who }), z.strictObject({ account, group })]),
  'watchers.list': z.strictObject({ account }),
  'watchers.end': z.strictObject({ account, address }),
  'directory.search': z.strictObject({ account, domain: text(300).min(1), query: text(1000) }),
  'profile.set': z.strictObject({
    account,
    profile: z.strictObject({
      displayName: name,
      listed: z.enum(['nobody', 'domain', 'everyone']),
      forward: z.strictObject({ kind: z.enum(['temporary', 'permanent']), to: address }).exactOptional(),
    }),
  }),
  'contacts.export': z.strictObject({ account }),
  'contacts.import': z.strictObject({ account, text: text(MOST_VCARDS) }),
  'contact.add': z.strictObject({ account, address, name, groups }),
  'contact.change': z.strictObject({ account, address, name, groups }),
  'contact.remove': z.strictObject({ account, address }),
  'request.answer': z.strictObject({ account, address, allow: z.boolean() }),
  'messages.page': z.strictObject({
    account,
    peer: address,
    before: place.exactOptional(),
    after: place.exactOptional(),
    around: place.exactOptional(),
    limit: z.int().min(1).max(200),
  }),
  'messages.search': z.strictObject({
    query: text(1000),
    account: account.exactOptional(),
    peer: address.exactOptional(),
    isMine: z.boolean().exactOptional(),
    hasFile: z.boolean().exactOptional(),
    from: time.exactOptional(),
    until: time.exactOptional(),
    limit: z.int().min(1).max(200),
  }),
  'message.send': z
    .strictObject({
      account,
      peer: address,
      text: content,
      quote: id.exactOptional(),
      files: z
        .array(z.strictObject({ upload, name: fileName, type: text(200) }))
        .min(1)
        .max(MOST_FILES)
        .exactOptional(),
      expires: time.exactOptional(),
      isOnlyNow: z.boolean().exactOptional(),
    })
    .refine((value) => value.text !== '' || value.files !== undefined, 'neither text nor files'),
  'message.retry': z.strictObject({ id }),
  'message.cancel': z.strictObject({ id }),
  'message.delete': z.strictObject({ id }),
  'message.correct': z.strictObject({ id, text: content.refine((value) => value !== '') }),
  'message.retract': z.strictObject({ id }),
  'message.react': z.strictObject({ id, emoji: text(64) }),
  'message.forward': z.strictObject({ id, account, peer: address }),
  'message.versions': z.strictObject({ id }),
  'message.details': z.strictObject({ id }),
  'message.fetch': z.strictObject({ id }),
  'message.file': z.strictObject({ id, index: z.int().min(0) }),
  'upload.begin': z.strictObject({ size: z.int().min(0), isBackup: z.boolean().exactOptional() }),
  'upload.append': z.strictObject({ upload, data: text(LONGEST_PORTION) }),
  'upload.drop': z.strictObject({ upload }),
  'conversation.read': z.strictObject({ account, peer: address }),
  'conversation.draft': z.strictObject({ account, peer: address, text: content }),
  'conversation.typing': z.strictObject({ account, peer: address, isTyping: z.boolean() }),
  'conversation.change': z.strictObject({
    account,
    peer: address,
    isPinned: z.boolean().exactOptional(),
    isArchived: z.boolean().exactOptional(),
    mutedUntil: z
      .union([time, z.literal('changed')])
      .nullable()
      .exactOptional(),
    sendsReceipts: z.boolean().nullable().exactOptional(),
    sendsTyping: z.boolean().nullable().exactOptional(),
    notifies: notifies.nullable().exactOptional(),
  }),
  'conversation.delete': z.strictObject({ account, peer: address }),
  'history.export': z.strictObject({
    account,
    peer: address.exactOptional(),
    format: z.enum(['mbox', 'json']),
    task,
  }),
  'backup.create': z.strictObject({ account, passphrase: password, task }),
  'backup.restore': z.strictObject({ upload, passphrase: password, task }),
  'task.stop': z.strictObject({ task }),
  'store.recover': z.strictObject({ copy: fileName.exactOptional() }),
  'settings.change': z.strictObject({
    language: language.exactOptional(),
    theme: z.enum(['system', 'light', 'dark', 'contrast-light', 'contrast-dark']).exactOptional(),
    density: z.enum(['comfortable', 'compact']).exactOptional(),
    textSize: z.number().min(TEXT_SIZE.least).max(TEXT_SIZE.most).exactOptional(),
    sendsReceipts: z.boolean().exactOptional(),
    sendsTyping: z.boolean().exactOptional(),
    notifies: notifies.exactOptional(),
    hidesWhenLocked: z.boolean().exactOptional(),
    hasSound: z.boolean().exactOptional(),
    quietHours: z.array(quietHours).max(MOST_QUIET_HOURS).exactOptional(),
    followsSystemQuiet: z.boolean().exactOptional(),
    checksSpelling: z.boolean().exactOptional(),
    spellingLanguages: z.array(spellingLanguage).max(MOST_LANGUAGES).exactOptional(),
    closesToTray: z.boolean().exactOptional(),
    looksForUpdates: z.boolean().exactOptional(),
  }),
  'window.attend': z.strictObject({
    conversation: z.strictObject({ account, peer: address }).nullable(),
  }),
  'host.facts': z.null(),
  'host.startAtLogin': z.strictObject({ atLogin: z.enum(['off', 'shown', 'hidden']) }),
  'update.look': z.null(),
  'update.download': z.null(),
  'update.stop': z.null(),
  'update.restart': z.null(),
  'about.licences': z.null(),
  'spelling.add': z.strictObject({ language: spellingLanguage }),
  'notification.test': z.null(),
  'notification.shown': z.strictObject({ number: z.int(), refusal: text(500).exactOptional() }),
  'notification.open': z.strictObject({ tag: text(3000) }),
  'link.open': z.strictObject({ url: text(8000).min(1) }),
} satisfies { readonly [C in CommandName]: z.ZodType<RequestOf<C>> };
