import { constants } from 'node:fs';
import { access, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { extname, join } from 'node:path';

/** How many names are tried; then there is something else wrong with the folder. */
const MOST_NAMES = 1000;

/** The folder that the desktop's settings name [xdg-user-dirs], else `Downloads` at home. */
const downloads = async (): Promise<string> => {
  const home = homedir();
  const given = process.env['XDG_DOWNLOAD_DIR'];
  if (given) return given;
  const config = process.env['XDG_CONFIG_HOME'] || join(home, '.config');
  const settings = await readFile(join(config, 'user-dirs.dirs'), 'utf8').catch(() => '');
  const path = /^\s*XDG_DOWNLOAD_DIR="([^"\n]+)"/m.exec(settings)?.[1];
  return path === undefined ? join(home, 'Downloads') : path.replace(/^\$HOME(?=\/|$)/, home);
};

const isFree = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => false,
    () => true,
  );

/** A path in the person's folder of downloads that is free: `name`, else `name (2)` and so on. */
export async function freeDownload(name: string): Promise<string | undefined> {
  const folder = await downloads();
  await mkdir(folder, { recursive: true });
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 1; number <= MOST_NAMES; number++) {
    const path = join(folder, number === 1 ? name : `${stem} (${number})${extension}`);
    if (await isFree(path)) return path;
  }
  return undefined;
}
