// The board of the system's own notifications, with a system that does as it is told.

import type { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemNotices } from '../../../../main/host/electron/notices.ts';
import type { NoticeAct } from '../../../../main/host/host.ts';
import { FakeClock } from '../../../fake/clock.ts';

interface Shown extends EventEmitter {
  readonly options: { readonly title: string; readonly body: string; readonly [other: string]: unknown };
  isOpen: boolean;
}
const system = vi.hoisted(() => ({ isSupported: true, shown: [] as unknown[] }));
const shown = system.shown as Shown[];
vi.mock('electron', async () => {
  const { EventEmitter: Emitter } = await import('node:events');
  class Notification extends Emitter {
    readonly options: unknown;
    isOpen = false;
    constructor(options: unknown) {
      super();
      this.options = options;
    }
    static isSupported(): boolean {
      return system.isSupported;
    }
    show(): void {
      this.isOpen = true;
      system.shown.push(this);
    }
    close(): void {
      this.isOpen = false;
    }
  }
  return { app: { setAppUserModelId: () => {} }, Notification };
});

const NOTICE = {
  tag: 'one',
  title: 'Ana & Bo',
  body: '<b>Hi</b> & more',
  isSilent: false,
  answer: 'Answer',
  mute: 'Mute',
};
const { platform } = process;
let clock: FakeClock;

const start = (on: NodeJS.Platform) => {
  Object.defineProperty(process, 'platform', { value: on });
  const board = systemNotices(clock);
  const acts: NoticeAct[] = [];
  board.on((act) => acts.push(act));
  return { board, acts };
};
/** Shows one, which the system does. */
const show = async (board: ReturnType<typeof start>['board'], part: object = {}): Promise<Shown> => {
  const showing = board.show({ ...NOTICE, ...part });
  const newest = shown.at(-1);
  if (newest === undefined) throw new Error('nothing was shown');
  newest.emit('show');
  await showing;
  return newest;
};

beforeEach(() => {
  clock = new FakeClock();
  system.isSupported = true;
  shown.length = 0;
});
afterEach(() => {
  Object.defineProperty(process, 'platform', { value: platform });
  expect(clock.waiting).toBe(0);
});

test('a notification takes the place of the one of its tag, and goes when it is withdrawn', async () => {
  const { board } = start('linux');
  const first = await show(board);
  const other = await show(board, { tag: 'two' });
  const second = await show(board);
  expect([first.isOpen, other.isOpen, second.isOpen]).toEqual([false, true, true]);
  board.withdraw('one');
  board.withdraw('one');
  expect([other.isOpen, second.isOpen]).toEqual([true, false]);
});

test('on Linux the body is no markup, and there are no buttons; elsewhere it is as it is, with both', async () => {
  const { options: linux } = await show(start('linux').board);
  expect(linux).toEqual({ title: 'Ana & Bo', body: '&lt;b&gt;Hi&lt;/b&gt; &amp; more', silent: false });
  const { options: windows } = await show(start('win32').board);
  expect(windows).toEqual({
    title: 'Ana & Bo',
    body: '<b>Hi</b> & more',
    silent: false,
    hasReply: true,
    replyPlaceholder: 'Answer',
    actions: [{ type: 'button', text: 'Mute' }],
  });
  const { options: bare } = await show(start('darwin').board, { answer: undefined, mute: undefined });
  expect(Object.keys(bare)).toEqual(['title', 'body', 'silent']);
});

test('what the person does is told once, though the system says it twice', async () => {
  const { board, acts } = start('win32');
  const one = await show(board);
  one.emit('reply', { reply: 'At one' }, 'At one');
  one.emit('click');
  (await show(board)).emit('action', {}, 0);
  (await show(board)).emit('click');
  expect(acts).toEqual([
    { type: 'answered', tag: 'one', text: 'At one' },
    { type: 'muted', tag: 'one' },
    { type: 'opened', tag: 'one' },
  ]);
});

test('what the system says against it is passed on, and that it says nothing as well', async () => {
  const { board } = start('darwin');
  const refused = expect(board.show(NOTICE)).rejects.toMatchObject({
    code: 'notification-refused',
    message: 'not allowed',
  });
  shown.at(-1)?.emit('failed', {}, 'not allowed');
  await refused;
  const late = expect(board.show(NOTICE)).rejects.toMatchObject({ code: 'notification-refused' });
  clock.advance(3000);
  await late;
  system.isSupported = false;
  await expect(board.show(NOTICE)).rejects.toMatchObject({ code: 'notification-refused' });
});
