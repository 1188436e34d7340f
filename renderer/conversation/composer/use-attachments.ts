import { useCallback, useEffect, useState } from 'react';
import { maxFileSize } from '../../../shared/mime/size.ts';
import { domainOf } from '../../address.ts';
import { t } from '../../../shared/i18n/t.ts';
import { formatSize } from '../../../shared/i18n/formats.ts';
import { holdWindow } from '../../place.ts';
import { useAccount } from '../../store/hooks.ts';
import { type PairKey, pairKey } from '../../store/mirror.ts';

export interface Attachment {
  /** Tells two files of one name apart. */
  readonly key: number;
  readonly file: File;
}

const NONE: readonly Attachment[] = [];

export interface Attachments {
  readonly all: readonly Attachment[];
  /** Why what was given last is not attached, one sentence each. */
  readonly refused: readonly string[];
  readonly add: (files: Iterable<File>, folders?: readonly string[]) => void;
  readonly remove: (key: number) => void;
  /** Those that were sent. */
  readonly sent: (files: readonly File[]) => void;
}

let lastKey = 0;
/** Those of conversations that one has gone from: a file is a mere reference until it is sent. */
const waiting = new Map<PairKey, readonly Attachment[]>();

/** Files that will go with the next message. What cannot go is refused at once, with the limit named. */
export function useAttachments(account: string, peer: string): Attachments {
  const key = pairKey(account, peer);
  const max = useAccount(account)?.maxMessageSize;
  const [all, setAll] = useState(() => waiting.get(key) ?? NONE);
  useEffect(() => {
    if (all.length === 0) waiting.delete(key);
    else waiting.set(key, all);
    holdWindow(waiting, waiting.size > 0);
  }, [key, all]);
  const [refused, setRefused] = useState<readonly string[]>([]);

  const add = useCallback(
    (files: Iterable<File>, folders: readonly string[] = []) => {
      const reasons = folders.map((name) => t('composer.folder', { name }));
      const good: Attachment[] = [];
      for (const file of files) {
        const { name, size } = file;
        const limit = max === undefined ? undefined : maxFileSize(max);
        if (size === 0) reasons.push(t('composer.file-empty', { name }));
        else if (limit !== undefined && size > limit) {
          const domain = domainOf(account);
          reasons.push(
            t('composer.file-too-large', { domain, limit: formatSize(limit), name, size: formatSize(size) }),
          );
        } else good.push({ key: ++lastKey, file });
      }
      setAll((before) => [...before, ...good]);
      setRefused(reasons);
    },
    [account, max],
  );
  const remove = useCallback((key: number) => {
    setAll((before) => before.filter((one) => one.key !== key));
    setRefused([]);
  }, []);
  const sent = useCallback((files: readonly File[]) => {
    setAll((before) => before.filter(({ file }) => !files.includes(file)));
    setRefused([]);
  }, []);
  return { all, refused, add, remove, sent };
}

export interface Given {
  readonly files: readonly File[];
  /** Names of folders among them. */
  readonly folders: readonly string[];
}

/** What was dropped or pasted. Empty for what is text, also where a picture of the text comes along. */
export function filesOf(data: DataTransfer): Given {
  if (data.types.includes('text/plain') && !data.types.includes('text/uri-list'))
    return { files: [], folders: [] };
  const files: File[] = [];
  const folders: string[] = [];
  for (const item of data.items) {
    if (item.kind !== 'file') continue;
    const file = item.getAsFile();
    const isFolder = item.webkitGetAsEntry?.()?.isDirectory === true;
    if (isFolder) folders.push(file?.name ?? '');
    else if (file !== null) files.push(file);
  }
  return { files, folders };
}

/** A picture out of the clipboard is called `image.png` by every browser: it gets the time instead. */
export function namedByTime(file: File, now = new Date()): File {
  const [, extension] = /^image(\.[a-z0-9]+)$/i.exec(file.name) ?? [];
  if (extension === undefined) return file;
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const time = `${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}`;
  return new File([file], `${day} ${time}${extension}`, { type: file.type });
}
