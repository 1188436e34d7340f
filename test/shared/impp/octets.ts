/** The UTF-8 octets of `text`. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const textOf = (body: Uint8Array | undefined): string | undefined =>
  body === undefined ? undefined : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
