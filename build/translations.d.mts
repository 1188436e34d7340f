type Texts = Readonly<Record<string, string>>;

export const ENGLISH: Texts;
export const hashOf: (text: string) => string;
export function openKeys(
  language: string,
  texts?: Texts,
  sources?: Texts,
): { readonly missing: string[]; readonly outdated: string[]; readonly unknown: string[] };
export const faultsOfMessage: (text: string, english: string, language: string) => string[];
export function faultsOfLanguage(language: string, texts?: Texts, sources?: Texts): string[];
