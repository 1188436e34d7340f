import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** The media type of one of our own files; undefined for what is none of the window's. */
export const typeOf = (file: string): string | undefined => TYPES[extname(file)];

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
