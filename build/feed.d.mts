/** A new pair of keys, each DER in base64. */
export function makeKeys(): { readonly key: string; readonly secret: string };
/** The signature, in base64. Of the name as well, so that the feed of one system cannot stand in for another's. */
export function signatureOf(name: string, text: string, secret: string): string;
/** What the packages are told of updates; throws where only half of it is given. */
export function updatesOf(environment: {
  readonly PARLEY_UPDATES_URL?: string | undefined;
  readonly PARLEY_UPDATES_KEY?: string | undefined;
}):
  | { readonly publish: null }
  | {
      readonly publish: { readonly provider: 'generic'; readonly url: string };
      readonly extraMetadata: { readonly updates: { readonly url: string; readonly key: string } };
    };
