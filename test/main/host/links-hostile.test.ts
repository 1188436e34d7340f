import { expect, test, vi } from 'vitest';
import { linkAmong } from '../../../main/host/electron/links.ts';

vi.mock('electron', () => ({ app: {} }));

test('among the words of a start, only what begins as a link is one', () => {
  expect(linkAmong(['parley', '--hidden', '--gpu-launcher=im:x', 'file:///im:x'])).toBeUndefined();
  expect(linkAmong(['parley', 'IM:friend@b.example'])).toBe('IM:friend@b.example');
});
