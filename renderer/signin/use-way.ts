import { useState } from 'react';
import type { Proxy, ServerChoice } from '../../shared/model.ts';
import { useMirror } from '../store/hooks.ts';
import type { AuthorityFile } from './AuthorityChoice.tsx';
import { draftOf, isProxyPlace, type ProxyDraft, proxyIn } from './proxy-draft.ts';

/** What stands under "Advanced". */
export interface WayDraft {
  readonly server: string;
  readonly authority: AuthorityFile | undefined;
  readonly kind: Proxy['kind'];
  readonly proxy: ProxyDraft;
}

export interface Way extends WayDraft {
  readonly set: (part: Partial<WayDraft>) => void;
  /** As commands take it; undefined while a proxy is chosen and not said where. */
  readonly choice: ServerChoice | undefined;
  /** Something is chosen already that the person may want to see. */
  readonly isUnusual: boolean;
}

const choiceIn = ({ server, authority, kind, proxy }: WayDraft): ServerChoice | undefined => {
  if (kind === 'socks5' && !isProxyPlace(proxy.server)) return undefined;
  return {
    ...(server.trim() === '' ? {} : { server: server.trim() }),
    ...(authority === undefined ? {} : { ca: authority.pem }),
    ...(kind === 'socks5' ? proxyIn(proxy) : kind === 'none' ? { proxy: { kind } } : {}),
  };
};

/** Where the domain's server is, whom to believe about it, and which way to go there. */
export function useWay(): Way {
  // Who goes through a proxy with one account does not mean to go without it with the next.
  const usual = useMirror((mirror) =>
    mirror.accounts.map(({ network }) => network.proxy).find(({ kind }) => kind === 'socks5'),
  );
  const [draft, setDraft] = useState<WayDraft>(() => ({
    server: '',
    authority: undefined,
    kind: usual?.kind ?? 'system',
    proxy: draftOf(usual ?? { kind: 'system' }),
  }));
  return {
    ...draft,
    set: (part) => setDraft((before) => ({ ...before, ...part })),
    choice: choiceIn(draft),
    isUnusual: usual !== undefined,
  };
}
