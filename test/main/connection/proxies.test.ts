import { describe, expect, test } from 'vitest';
import { hopsTo, placeOf, readSystemProxy } from '../../../main/connection/proxies.ts';
import { proxyOfEnvironment } from '../../../main/host/browser/system-proxy.ts';

const direct = { kind: 'direct' };
const server = (kind: string, host: string, port: number, user?: string, password?: string) => ({
  kind,
  host,
  port,
  user,
  password,
});

describe('what a system says of the way', () => {
  test('is a list in the order to try it', () => {
    expect(readSystemProxy('SOCKS5 127.0.0.1:9050; PROXY proxy.a.example:3128;DIRECT')).toEqual([
      server('socks5', '127.0.0.1', 9050),
      server('http', 'proxy.a.example', 3128),
      direct,
    ]);
    expect(readSystemProxy('socks [::1]:1')).toEqual([server('socks4', '::1', 1)]);
    expect(readSystemProxy('PROXY Proxy.A.example')).toEqual([server('http', 'proxy.a.example', 80)]);
    expect(readSystemProxy('SOCKS5 us%40er:p%3Ass@proxy')).toEqual([
      server('socks5', 'proxy', 1080, 'us@er', 'p:ss'),
    ]);
  });

  test.each(['', 'HTTPS proxy.a.example:443', 'QUIC a:1; PROXY ;', 'proxy.a.example:3128', 'PROXY :80'])(
    'and never direct because it was not understood: %j',
    (answer) => {
      expect(() => readSystemProxy(answer)).toThrow(expect.objectContaining({ code: 'proxy-invalid' }));
    },
  );
});

describe('the way to a host', () => {
  const system = (host: string) => Promise.resolve(host === 'in.example' ? 'DIRECT' : 'PROXY p:8080');

  test('is what the account says', async () => {
    expect(await hopsTo('a.example', { proxy: { kind: 'none' } }, system)).toEqual([direct]);
    expect(await hopsTo('a.example', { proxy: { kind: 'system' } }, system)).toEqual([
      server('http', 'p', 8080),
    ]);
    expect(await hopsTo('in.example', {}, system)).toEqual([direct]);
    expect(await hopsTo('a.example', {}, undefined)).toEqual([direct]);
    const tor = { kind: 'socks5', server: '127.0.0.1:9050' } as const;
    expect(await hopsTo('a.example', { proxy: tor }, system)).toEqual([server('socks5', '127.0.0.1', 9050)]);
    expect(await hopsTo('localhost', { proxy: tor }, system)).toEqual([server('socks5', '127.0.0.1', 9050)]);
  });

  test('leads to this machine without what the system says of others', async () => {
    for (const host of ['story.localhost', 'localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])
      expect(await hopsTo(host, {}, system), host).toEqual([direct]);
    for (const host of ['127.example', 'localhost.example', '::2', '128.0.0.1'])
      expect(await hopsTo(host, {}, system), host).not.toEqual([direct]);
  });

  test('is closed without the password that goes with a name', async () => {
    const proxy = { kind: 'socks5', server: 'p:1', user: 'me' } as const;
    await expect(hopsTo('a.example', { proxy }, system)).rejects.toMatchObject({
      code: 'proxy-authentication',
      data: { other: 'p:1' },
    });
    expect(await hopsTo('a.example', { proxy, proxyPassword: 'x' }, system)).toEqual([
      server('socks5', 'p', 1, 'me', 'x'),
    ]);
  });

  test('is shown as people know it', () => {
    expect([placeOf({ host: '::1', port: 1 }), placeOf({ host: 'p', port: 2 })]).toEqual(['[::1]:1', 'p:2']);
  });
});

describe('the environment of a program', () => {
  const said = (environment: Record<string, string>, host = 'im.a.example') =>
    proxyOfEnvironment(host, environment);

  test('names a proxy for all, for what is not of the web, or for the web', () => {
    expect(said({})).toBe('DIRECT');
    expect(said({ ALL_PROXY: 'socks5h://127.0.0.1:9050' })).toBe('SOCKS5 127.0.0.1:9050');
    expect(said({ all_proxy: 'socks5://me:p%40ss@p:1', ALL_PROXY: 'http://other' })).toBe(
      'SOCKS5 me:p%40ss@p:1',
    );
    expect(said({ https_proxy: 'http://p:3128', SOCKS_PROXY: 'socks4://s:1' })).toBe('SOCKS4 s:1');
    expect(said({ HTTPS_PROXY: 'p:3128' })).toBe('PROXY p:3128');
  });

  test('excepts names', () => {
    const all = { ALL_PROXY: 'socks5://p:1' };
    expect(said({ ...all, no_proxy: 'b.example, .a.example' })).toBe('DIRECT');
    expect(said({ ...all, NO_PROXY: '*' })).toBe('DIRECT');
    expect(said({ ...all, no_proxy: 'm.a.example' })).toBe('SOCKS5 p:1');
  });

  test('that cannot be understood leads nowhere, and not straight there', () => {
    for (const value of ['https://p:443', 'ftp://p', 'socks5://', '://']) {
      expect(() => readSystemProxy(said({ ALL_PROXY: value })), value).toThrow();
    }
  });
});
