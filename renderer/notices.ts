// Notifications in a browser: the program decides, the page asks the browser to show them. A page is never asked for
// leave by itself: that is a button in the settings.

import { language } from '../shared/i18n/t.ts';
import type { Bridge } from '../shared/ipc.ts';
import type { Call } from './bridge.ts';

/** Shows what the program wants shown, while the page is there; the function returned ends it. */
export function showNotices(bridge: Bridge, call: Call): () => void {
  const shown = new Map<string, Notification>();
  const off = bridge.on('notification', (wanted) => {
    const { tag } = wanted;
    if (wanted.type === 'withdraw') {
      shown.get(tag)?.close();
      shown.delete(tag);
      return;
    }
    const { number, title, body, isSilent } = wanted;
    const answer = (refusal?: string): void => {
      call('notification.shown', { number, ...(refusal === undefined ? {} : { refusal }) }).catch(
        () => undefined,
      );
    };
    if (!('Notification' in globalThis)) return answer('this browser shows no notifications');
    if (Notification.permission !== 'granted') return answer(`the browser says: ${Notification.permission}`);
    let notice: Notification;
    try {
      notice = new Notification(title, {
        body,
        tag,
        silent: isSilent,
        dir: 'auto',
        lang: language().language,
      });
    } catch (error) {
      return answer(String(error));
    }
    shown.set(tag, notice);
    notice.addEventListener('show', () => answer());
    notice.addEventListener('error', () => answer('the browser could not show it'));
    notice.addEventListener('close', () => {
      if (shown.get(tag) === notice) shown.delete(tag);
    });
    notice.addEventListener('click', () => {
      focus();
      notice.close();
      call('notification.open', { tag }).catch(() => undefined);
    });
  });
  return () => {
    off();
    for (const notice of shown.values()) notice.close();
    shown.clear();
  };
}
