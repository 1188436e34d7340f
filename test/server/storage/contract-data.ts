import type { StoredAccount, StoredMessage } from '../../../server/storage/storage.ts';

export const NOW = Date.UTC(2026, 0, 31);

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (body: Uint8Array | undefined): string => new TextDecoder().decode(body);

export const account = (user: string, more: Partial<StoredAccount> = {}): StoredAccount => ({
  user,
  services: ['im', 'presence'],
  verifier: 'SCRAM-SHA-256$4096:c2FsdA==$a:b',
  createdAt: NOW,
  ...more,
});

export const message = (id: string, more: Partial<StoredMessage> = {}): StoredMessage => ({
  origin: 'impp://a.example/alice',
  target: 'impp://a.example/bob',
  messageId: `<${id}@a.example>`,
  fields: [],
  contentType: 'message/rfc822',
  body: bytes(`body of ${id}`),
  received: NOW,
  ...more,
});

/** Octets that tell of their place. */
export const pattern = (octets: number, from = 0): Uint8Array =>
  Uint8Array.from({ length: octets }, (_, at) => ((from + at) * 31) % 251);
