type Environment = Readonly<Record<string, string | undefined>>;

/** Names that say how connections other than those of the web are to go come first. */
const NAMES = ['all_proxy', 'socks_proxy', 'https_proxy'];
const WORDS: Readonly<Record<string, string>> = {
  'socks5h:': 'SOCKS5',
  'socks5:': 'SOCKS5',
  'socks:': 'SOCKS5',
  'socks4a:': 'SOCKS4',
  'socks4:': 'SOCKS4',
  'http:': 'PROXY',
};

const valueOf = (environment: Environment, name: string): string =>
  environment[name] ?? environment[name.toUpperCase()] ?? '';

/** Whether `no_proxy` names the host, a domain that it is in, or all. */
const isExcepted = (host: string, list: string): boolean =>
  list
    .split(/[\s,]+/)
    .map((entry) => entry.toLowerCase().replace(/^\*?\./, ''))
    .some((entry) => entry === '*' || (entry !== '' && (host === entry || host.endsWith(`.${entry}`))));

/**
 * What the environment of a program says of the way to a host, as programs without a desktop have it (`ALL_PROXY`,
 * `SOCKS_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, in small letters, too): in the words that `SystemProxy` has for it. What
 * cannot be understood is given as it stands, and refused there.
 */
export const proxyOfEnvironment = (host: string, environment: Environment = process.env): string => {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isExcepted(bare, valueOf(environment, 'no_proxy'))) return 'DIRECT';
  const value = NAMES.map((name) => valueOf(environment, name)).find((text) => text !== '');
  if (value === undefined) return 'DIRECT';
  // Without a scheme it is one for the web.
  const text = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(text)) return value;
  const url = new URL(text);
  const word = WORDS[url.protocol];
  if (word === undefined) return value;
  const credentials = url.username === '' ? '' : `${url.username}:${url.password}@`;
  return `${word} ${credentials}${url.host}`;
};
