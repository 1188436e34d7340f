import {
  type ClipboardEvent,
  type FormEvent,
  type KeyboardEvent,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { encodedSize } from '../../../shared/mime/size.ts';
import type { Message } from '../../../shared/model.ts';
import { IN_COMPOSER, shortcutOf } from '../../../shared/shortcuts.ts';
import { domainOf } from '../../address.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { sentenceFor } from '../../i18n/problems.ts';
import { t } from '../../../shared/i18n/t.ts';
import { formatSize } from '../../../shared/i18n/formats.ts';
import { later } from '../../later.tsx';
import { useAccount, useProgram, useSettings } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
import asked from '../asked/Asked.module.css';
import { AttachmentList } from './AttachmentList.tsx';
import styles from './Composer.module.css';
import { FormatButtons } from './FormatButtons.tsx';
import { applyEdit, type Edit, type Format, formatEdit } from './formatting.ts';
import { Keep, type Keeping, keepingOf } from './Keep.tsx';
import { Suggestions } from './Suggestions.tsx';
import { type Target, TargetBar } from './TargetBar.tsx';
import { dropAll, fits, parcelsOf, uploadAll } from './upload.ts';
import { filesOf, type Given, namedByTime, useAttachments } from './use-attachments.ts';
import { useCompletion } from './use-completion.ts';
import { useDraft } from './use-draft.ts';
import { useTyping } from './use-typing.ts';

const EmojiPicker = later(async () => (await import('../emoji/EmojiPicker.tsx')).EmojiPicker);

export interface ComposerHandle {
  readonly focus: () => void;
  readonly attach: (given: Given) => void;
  /** Asks for files; `chosen` when some were. */
  readonly chooseFiles: (chosen?: () => void) => void;
}

interface Props {
  readonly account: string;
  readonly peer: string;
  readonly name: string;
  /** What was kept from the last time. */
  readonly draft: string;
  readonly target: Target | undefined;
  readonly onTarget: (target: Target | undefined) => void;
  /** The last message of one's own, to correct it. */
  readonly onCorrectLast: () => void;
  readonly onLeave: () => void;
  readonly ref?: Ref<ComposerHandle>;
}

/** Characters, where the domain has not said what it takes: well under the smallest size that it may set. */
export const LONGEST = 30_000;
/** Characters of one message whatever the domain takes; more belongs into a file. */
const MOST = 250_000;
/** What browsers report as key while an input method has it. */
const IME_KEY = 229;
const FORMATS = ['bold', 'italic', 'code'] as const satisfies readonly Format[];

/** Where one writes. What is typed is kept until the program says that the message is on disk. Keyed by conversation. */
export function Composer(props: Props) {
  const { account, peer, name, draft, target, onTarget, onCorrectLast, onLeave, ref } = props;
  const { call } = useProgram();
  const { run, problem, isBusy, clear } = useCommand();
  const { checksSpelling } = useSettings();
  const [text, setText] = useState(draft);
  const [correction, setCorrection] = useState('');
  const [keeping, setKeeping] = useState<Keeping>('domain');
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const hint = useId();
  const { connection: phase, maxMessageSize: max } = useAccount(account) ?? {};
  const { changed, saved } = useDraft(account, peer, draft);
  const attachments = useAttachments(account, peer);
  const typed = useTyping(account, peer);

  const corrected = target?.type === 'correct' ? target.message : undefined;
  const [before, setBefore] = useState<Message>();
  if (before !== corrected) {
    setBefore(corrected);
    setCorrection(corrected?.text ?? '');
  }
  const value = corrected === undefined ? text : correction;
  const completion = useCompletion(field, value);

  // The field is as tall as its text, up to a third of the window (see the style).
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.blockSize = 'auto';
    element.style.blockSize = `${element.scrollHeight}px`;
  }, [value]);

  useEffect(() => field.current?.focus({ preventScroll: true }), [target]);

  /** What is done once files were chosen, as for one that takes another's place. */
  const onChosen = useRef<() => void>(undefined);
  useImperativeHandle(ref, () => ({
    focus: () => field.current?.focus(),
    attach: ({ files: given, folders }) => {
      attachments.add(given, folders);
      field.current?.focus();
    },
    chooseFiles: (chosen) => {
      onChosen.current = chosen;
      files.current?.click();
    },
  }));

  const tooLong = tooLongWords(value.trim(), max, account);
  const isEmpty = value.trim() === '' && (corrected !== undefined || attachments.all.length === 0);
  const canSend = !isEmpty && tooLong === undefined;

  const change = (next: string): void => {
    if (corrected !== undefined) setCorrection(next);
    else {
      setText(next);
      changed(next);
      typed(next);
    }
    if (problem !== undefined) clear();
  };

  const correct = (message: Message): void => {
    const next = correction.trim();
    if (next === message.text) onTarget(undefined);
    else
      run(
        () => call('message.correct', { id: message.id, text: next }),
        () => onTarget(undefined),
      );
  };

  /** Text and files, in as many messages as they need; what was taken is gone from here at once. */
  const sendAll = async (): Promise<void> => {
    const sending = text;
    const parcels = parcelsOf(
      attachments.all.map(({ file }) => file),
      sending.trim(),
      max,
    );
    for (const [index, parcel] of parcels.entries()) {
      // The second message comes after the first.
      // oxlint-disable-next-line no-await-in-loop
      const uploaded = await uploadAll(call, parcel);
      try {
        // oxlint-disable-next-line no-await-in-loop
        await call('message.send', {
          account,
          peer,
          text: index === 0 ? sending.trim() : '',
          ...(index === 0 && target?.type === 'reply' ? { quote: target.message.id } : {}),
          ...(uploaded.length > 0 ? { files: uploaded } : {}),
          ...keepingOf(keeping, Date.now()),
        });
      } catch (error) {
        // oxlint-disable-next-line no-await-in-loop
        await dropAll(call, uploaded);
        throw error;
      }
      attachments.sent(parcel);
      if (index > 0) continue;
      // What was typed while the message was being saved stays.
      setText((now) => (now === sending ? '' : now.startsWith(sending) ? now.slice(sending.length) : now));
      saved(sending);
      typed('');
      onTarget(undefined);
    }
  };

  /** Enter was pressed while the message before was still being saved: what then stands here goes next. */
  const isNext = useRef(false);
  const send = (): void => {
    if (!canSend) return;
    isNext.current = isBusy;
    if (isBusy) return;
    if (corrected === undefined) run(sendAll);
    else correct(corrected);
  };
  useEffect(() => {
    if (!isBusy && isNext.current) send();
  });

  const edit = (next: Edit | undefined): void => {
    if (field.current !== null && next !== undefined) applyEdit(field.current, next);
  };
  const format = (wanted: Format): void => {
    const { selectionStart = 0, selectionEnd = 0 } = field.current ?? {};
    edit(formatEdit(value, selectionStart, selectionEnd, wanted));
  };
  const insert = (sign: string): void => {
    const { selectionStart = 0, selectionEnd = 0 } = field.current ?? {};
    const end = selectionStart + sign.length;
    edit({ from: selectionStart, to: selectionEnd, text: sign, start: end, end });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter chooses a word; some tell only by the key code of the first event.
    if (event.nativeEvent.isComposing || event.keyCode === IME_KEY) return;
    const isPlain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    const shortcut = shortcutOf(IN_COMPOSER, event);
    const marks = FORMATS.find((one) => one === shortcut);
    if (isPlain && completion.onKey(event.key, edit)) event.preventDefault();
    else if (shortcut === 'send') {
      event.preventDefault();
      if (!event.repeat) send();
    } else if (shortcut === 'leave') {
      event.preventDefault();
      if (target === undefined) onLeave();
      else onTarget(undefined);
    } else if (shortcut === 'last' && text === '' && target === undefined) {
      event.preventDefault();
      onCorrectLast();
    } else if (marks !== undefined) {
      event.preventDefault();
      format(marks);
    }
  };

  const onPaste = (event: ClipboardEvent): void => {
    const { files: pasted, folders } = filesOf(event.clipboardData);
    if (pasted.length + folders.length === 0 || corrected !== undefined) return;
    event.preventDefault();
    attachments.add(
      pasted.map((file) => namedByTime(file)),
      folders,
    );
  };

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    send();
    field.current?.focus();
  };

  const placeholder =
    phase?.phase === 'online'
      ? t('composer.online', { name })
      : phase === undefined || phase.phase === 'signed-out' || phase.passwordNeeded === true
        ? t('composer.signed-out')
        : t('composer.offline');
  return (
    <form
      className={styles.composer}
      aria-label={t('composer.form', { name })}
      onSubmit={onSubmit}
      data-ring="composer"
    >
      {target !== undefined && <TargetBar target={target} name={name} onCancel={() => onTarget(undefined)} />}
      {corrected === undefined && (
        <AttachmentList attachments={attachments.all} onRemove={attachments.remove} />
      )}
      {completion.shown.length > 0 && (
        <Suggestions
          id={`${hint}-emoji`}
          emoji={completion.shown}
          active={completion.active}
          typed={completion.typed}
          onPick={(emoji) => edit(completion.editFor(emoji))}
        />
      )}
      <textarea
        ref={field}
        className={styles.text}
        aria-label={t('composer.label')}
        aria-describedby={hint}
        aria-invalid={tooLong === undefined ? undefined : true}
        {...(completion.shown.length > 0 && {
          'aria-controls': `${hint}-emoji`,
          'aria-activedescendant': `${hint}-emoji-${completion.active}`,
        })}
        placeholder={placeholder}
        rows={1}
        dir="auto"
        spellCheck={checksSpelling}
        value={value}
        onChange={(event) => {
          change(event.target.value);
          edit(completion.onChange(event.target));
        }}
        onSelect={completion.onSelect}
        onPaste={onPaste}
        onKeyDown={onKeyDown}
        onBlur={() => {
          completion.close();
          if (corrected === undefined) changed(text, true);
        }}
      />
      <div className={styles.row}>
        {corrected === undefined && (
          <IconButton size="small" label={t('composer.attach')} onPress={() => files.current?.click()}>
            <Icon name="attach" size="small" />
          </IconButton>
        )}
        <DialogTrigger>
          <IconButton size="small" label={t('composer.emoji')}>
            <Icon name="smile" size="small" />
          </IconButton>
          <Popover className={asked.small ?? ''} placement="top start">
            <Dialog className={asked.bare ?? ''} aria-label={t('emoji.label')}>
              {({ close }) => (
                <EmojiPicker
                  onPick={(sign) => {
                    close();
                    insert(sign);
                  }}
                />
              )}
            </Dialog>
          </Popover>
        </DialogTrigger>
        <FormatButtons onFormat={format} />
        <span className={styles.space} />
        {corrected === undefined ? (
          <>
            <Keep name={name} value={keeping} onChange={setKeeping} />
            <span className={styles.send}>
              <IconButton size="small" type="submit" label={t('composer.send')} isDisabled={!canSend}>
                <Icon name="send" size="small" />
              </IconButton>
            </span>
          </>
        ) : (
          <Button size="small" type="submit" look="primary" isDisabled={!canSend}>
            {t('composer.save')}
          </Button>
        )}
      </div>
      <p id={hint} className={styles.hint} role="status">
        {[
          tooLong,
          ...attachments.refused,
          isBusy && attachments.all.length > 0 && t('composer.sending-files'),
          problem !== undefined && sentenceFor(problem, { attempt: 'message', address: peer, name }),
        ]
          .filter(Boolean)
          .join(' ')}
      </p>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        onChange={({ target: chosen }) => {
          const given = [...(chosen.files ?? [])];
          // The same file may be chosen again.
          chosen.value = '';
          if (given.length === 0) return;
          attachments.add(given);
          onChosen.current?.();
          onChosen.current = undefined;
          field.current?.focus();
        }}
      />
    </form>
  );
}

/** Why a text cannot go as one message; `undefined` when it can. */
function tooLongWords(text: string, max: number | undefined, account: string): string | undefined {
  const limit = max === undefined ? LONGEST : MOST;
  if (text.length > limit) return t('composer.too-long', { length: text.length, limit });
  if (max === undefined || fits([], text, max)) return undefined;
  return t('composer.too-large', {
    domain: domainOf(account),
    limit: formatSize(max),
    size: formatSize(encodedSize([], text)),
  });
}
