// What the parts of the stand-in share: Chromium, and what the program has registered so far.

import type { Browser, BrowserContext } from 'playwright-core';

/** Chromium cannot go to a scheme of our own: its pages live here instead, as a secure context. */
export const STAGE = 'https://app.invalid';

export const staged = (url: string): string => url.replace(/^app:\/\/parley/, STAGE);
export const unstaged = (url: string): string => url.replace(STAGE, 'app://parley');

export type Handler = (event: unknown, ...args: unknown[]) => unknown;
export type PageHandler = (request: Request) => Promise<Response> | Response;

export const pageHandlers = new Map<string, PageHandler>();
export const invokeHandlers = new Map<string, Handler>();

interface Stage {
  browser: Browser | undefined;
  /** Of all windows: they share one session. */
  context: BrowserContext | undefined;
  isReady: boolean;
}

export const stage: Stage = { browser: undefined, context: undefined, isReady: false };

/** Most of Electron is there only after `ready`. */
export function onlyWhenReady(refusal: string): void {
  if (!stage.isReady) throw new Error(refusal);
}

/** Electron converts nothing: an argument of another type is a mistake. */
export function argument(index: number, value: unknown, type: 'string' | 'number' | 'function'): void {
  if (typeof value !== type)
    throw new TypeError(
      `Error processing argument at index ${index}, conversion failure from ${String(value)}`,
    );
}

/** What IPC carries here: the contract promises no more. */
export function clone(value: unknown): unknown {
  check(value);
  return structuredClone(value);
}

function check(value: unknown): void {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new Error('An object could not be cloned.');
  if (
    value instanceof Map ||
    value instanceof Set ||
    value instanceof ArrayBuffer ||
    value instanceof Error
  ) {
    throw new TypeError('the IPC contract carries plain data only');
  }
  if (value !== null && typeof value === 'object') for (const part of Object.values(value)) check(part);
}
