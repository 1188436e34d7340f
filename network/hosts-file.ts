import { readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The addresses that a file says a name has; none: it says nothing. */
export type Hosts = (name: string) => Promise<readonly Address[]>;

const PLACE =
  process.platform === 'win32'
    ? `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\drivers\\etc\\hosts`
    : '/etc/hosts';

/**
 * What this machine's own file says of names, which counts for more than DNS. It is read when it has changed. The system
 * would be asked in one of a few threads that all look-ups share, and each is lost for as long as somebody's name server
 * keeps silent.
 */
export const hostsFile = (path = PLACE): Hosts => {
  let version = '';
  let names = new Map<string, Address[]>();
  return async (name) => {
    const found = await stat(path).catch(() => undefined);
    const present = found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
    if (present !== version) {
      names = readHosts(present === '' ? '' : await readFile(path, 'utf8').catch(() => ''));
      version = present;
    }
    return names.get(name.toLowerCase()) ?? [];
  };
};

/** Lines of an address and its names; `#` begins a remark. IPv6 first, as everywhere. */
export const readHosts = (text: string): Map<string, Address[]> => {
  const names = new Map<string, Address[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...called] = line.replace(/#.*/v, '').trim().split(/\s+/v);
    const family = isIP(address);
    if (family !== 4 && family !== 6) continue;
    for (const name of called.map((one) => one.toLowerCase())) {
      const known = names.get(name) ?? [];
      names.set(name, family === 6 ? [{ address, family }, ...known] : [...known, { address, family }]);
    }
  }
  return names;
};
