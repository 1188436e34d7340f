import type { FilePart, Message } from '../../../shared/model.ts';
import { domainOf } from '../../address.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { sentenceFor } from '../../i18n/problems.ts';
import { t } from '../../../shared/i18n/t.ts';
import { formatSize } from '../../../shared/i18n/formats.ts';
import { saveFile } from '../../save-file.ts';
import { useProgram } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
import { useStop } from '../actions.ts';
import styles from './Files.module.css';
import { contentOf } from './previews.ts';
import { type Transfer, useProgressWords, useTransfer } from './use-transfer.ts';

interface Props {
  readonly message: Message;
  readonly file: FilePart;
}

/** A file: its name, how large it is, how far on its way. It is saved, and never opened from here. */
export function FileRow({ message, file }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const stop = useStop();
  const transfer = useTransfer(message.id);
  const isWhole = message.deferred === undefined && (!message.isMine || transfer === undefined);
  return (
    <div className={styles.file}>
      <span className={styles.sign}>
        <Icon name="file" />
      </span>
      <span className={styles.words}>
        <span className={styles.name} dir="auto" title={file.name}>
          {shortName(file.name)}
        </span>
        {transfer === undefined ? (
          <bdi className={styles.size}>{formatSize(file.size)}</bdi>
        ) : (
          <Progress transfer={transfer} isMine={message.isMine} />
        )}
        {problem !== undefined && (
          <span className={styles.problem} role="alert">
            {sentenceFor(problem, { attempt: 'other', address: message.account })}
          </span>
        )}
      </span>
      {transfer !== undefined && <Cancel message={message} />}
      {transfer === undefined && isWhole && (
        <IconButton
          size="small"
          label={t('file.save', { name: file.name })}
          excludeFromTabOrder={stop < 0}
          isDisabled={isBusy}
          onPress={() =>
            run(
              () => contentOf(call, message.id, file.index),
              ({ blob }) => saveFile(file.name, blob),
            )
          }
        >
          <Icon name="download" size="small" />
        </IconButton>
      )}
    </div>
  );
}

/** Characters of a name that are shown: its beginning, and its end with what kind of file it is. */
const SHOWN = 64;
const ENDING = 20;

function shortName(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= SHOWN) return name;
  return `${characters.slice(0, SHOWN - ENDING).join('')}…${characters.slice(-ENDING).join('')}`;
}

/** A message of which only the envelope is here. */
export function DeferredRow({ message, octets }: { readonly message: Message; readonly octets: number }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const stop = useStop();
  const transfer = useTransfer(message.id);
  const size = formatSize(octets);
  return (
    <div className={styles.file}>
      <span className={styles.sign}>
        <Icon name="download" />
      </span>
      <span className={styles.words}>
        <span className={styles.name}>{t('file.deferred.name')}</span>
        {transfer === undefined ? (
          <span className={styles.size}>
            {t('file.deferred', { size, domain: domainOf(message.account) })}
          </span>
        ) : (
          <Progress transfer={transfer} isMine={false} />
        )}
        {problem !== undefined && (
          <span className={styles.problem} role="alert">
            {sentenceFor(problem, { attempt: 'other', address: message.account })}
          </span>
        )}
      </span>
      {transfer === undefined ? (
        <Button
          size="small"
          aria-label={t('file.get.label', { size })}
          excludeFromTabOrder={stop < 0}
          isBusy={isBusy}
          onPress={() => run(() => call('message.fetch', { id: message.id }))}
        >
          {t('file.get')}
        </Button>
      ) : (
        <Cancel message={message} />
      )}
    </div>
  );
}

function Progress({ transfer, isMine }: { readonly transfer: Transfer; readonly isMine: boolean }) {
  const words = useProgressWords(transfer);
  const { done, total } = transfer;
  return (
    <>
      <progress
        className={styles.progress}
        max={total}
        value={done}
        aria-label={isMine ? t('file.sending') : t('file.getting')}
        aria-valuetext={words}
      />
      <bdi className={styles.size}>{words}</bdi>
    </>
  );
}

function Cancel({ message }: { readonly message: Message }) {
  const { call } = useProgram();
  const { run, isBusy } = useCommand();
  const stop = useStop();
  return (
    <IconButton
      size="small"
      label={message.isMine ? t('file.cancel.sending') : t('file.cancel.getting')}
      excludeFromTabOrder={stop < 0}
      isDisabled={isBusy}
      onPress={() => run(() => call('message.cancel', { id: message.id }))}
    >
      <Icon name="close" size="small" />
    </IconButton>
  );
}
