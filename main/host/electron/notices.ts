import { app, Notification } from 'electron';
import type { Clock } from '../../../shared/clock.ts';
import { ImppError } from '../../../shared/errors.ts';
import type { NoticeAct, NoticeBoard } from '../host.ts';

/** How long the system may take to say that it shows one, in milliseconds. */
const ANSWER_TIME = 3000;

/** The freedesktop servers read markup in the body, where others' words stand; the title is plain. */
const bodyFor = (body: string): string =>
  process.platform === 'linux'
    ? body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    : body;

/** Where Electron gives notifications a field for an answer and buttons; on Linux it gives neither. */
const TAKES_ANSWERS: readonly NodeJS.Platform[] = ['darwin', 'win32'];

/** What Windows knows the program by: the same that the installer gives to its entry in the Start menu. */
const APP_ID = 'im.parley.app';

/** The notifications of the system. One of a tag takes the place of the one before. */
export function systemNotices(clock: Clock): NoticeBoard {
  // Without it, toasts of an installed program are not shown.
  if (process.platform === 'win32') app.setAppUserModelId(APP_ID);
  const listeners = new Set<(act: NoticeAct) => void>();
  // Kept: what is collected as garbage is never heard of again when it is chosen.
  const shown = new Map<string, Notification>();

  const tell = (act: NoticeAct): void => {
    for (const listener of listeners) listener(act);
  };
  const withdraw = (tag: string): void => {
    shown.get(tag)?.close();
    shown.delete(tag);
  };

  return {
    withdraw,
    on(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    show({ tag, title, body, isSilent, answer, mute }) {
      if (!Notification.isSupported()) {
        return Promise.reject(new ImppError('notification-refused', 'this system has no notifications'));
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const refuse = (reason: string): void => reject(new ImppError('notification-refused', reason));
      const cancel = clock.after(ANSWER_TIME, () => refuse('the system has not answered'));
      promise.then(cancel, cancel);
      withdraw(tag);
      const canAnswer = TAKES_ANSWERS.includes(process.platform);
      const notification = new Notification({
        title,
        body: bodyFor(body),
        silent: isSilent,
        ...(answer !== undefined && canAnswer ? { hasReply: true, replyPlaceholder: answer } : {}),
        ...(mute !== undefined && canAnswer ? { actions: [{ type: 'button' as const, text: mute }] } : {}),
      });
      // Windows may say the same twice, by different ways.
      let isDone = false;
      const act = (what: NoticeAct): void => {
        if (isDone) return;
        isDone = true;
        tell(what);
      };
      shown.set(tag, notification);
      notification.on('show', () => resolve());
      notification.on('failed', (_event, error) => refuse(error));
      notification.on('click', () => act({ type: 'opened', tag }));
      notification.on('action', () => act({ type: 'muted', tag }));
      notification.on('reply', (details, text) =>
        act({ type: 'answered', tag, text: details.reply ?? text }),
      );
      notification.show();
      return promise;
    },
  };
}
