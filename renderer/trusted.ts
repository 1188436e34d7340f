// Text never becomes HTML in this window: the policy of the page makes Chromium refuse it, wherever it is tried.

interface TrustedTypes {
  createPolicy(name: 'default', rules: { createHTML(text: string): string | null }): unknown;
}

declare global {
  interface Window {
    readonly trustedTypes?: TrustedTypes;
  }
}

/** Lets through only what libraries empty an element with. */
export function refuseHtml({ trustedTypes }: Window): void {
  trustedTypes?.createPolicy('default', { createHTML: (text) => (text === '' ? '' : null) });
}
