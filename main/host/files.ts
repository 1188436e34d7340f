import { join, normalize, sep } from 'node:path';

/** The file in `folder` that the path of a URL names; undefined for anything outside, or that is no path. */
export function fileOf(folder: string, path: string): string | undefined {
  let name: string;
  try {
    name = decodeURIComponent(path.split(/[?#]/, 1)[0] ?? '/');
  } catch {
    return undefined;
  }
  if (name.includes('\0')) return undefined;
  const file = normalize(join(folder, name === '/' ? 'index.html' : name));
  return file.startsWith(normalize(folder) + sep) ? file : undefined;
}
