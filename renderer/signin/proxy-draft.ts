import type { Proxy } from '../../shared/model.ts';

/** A SOCKS5 proxy as it is typed. */
export interface ProxyDraft {
  readonly server: string;
  readonly user: string;
  readonly password: string;
}

/** What was kept, without the password: that is not the window's to know. */
export const draftOf = (proxy: Proxy): ProxyDraft =>
  proxy.kind === 'socks5'
    ? { server: proxy.server, user: proxy.user ?? '', password: '' }
    : { server: '', user: '', password: '' };

/** Whether it is a host with a port; the program looks closer. */
export const isProxyPlace = (text: string): boolean => {
  const port = Number(/^(?:\[[0-9a-f:.]+\]|[^\s:/[\]]+):(\d{1,5})$/i.exec(text.trim())?.[1]);
  return port >= 1 && port <= 65_535;
};

/** As commands take it. */
export function proxyIn({ server, user, password }: ProxyDraft): {
  readonly proxy: Proxy;
  readonly proxyPassword?: string;
} {
  const name = user.trim();
  return {
    proxy: { kind: 'socks5', server: server.trim(), ...(name === '' ? {} : { user: name }) },
    ...(name === '' || password === '' ? {} : { proxyPassword: password }),
  };
}
