import type { Transitions } from '../../shared/fsm.ts';
import type { ConnectionPhase } from '../../shared/model.ts';

/**
 * `refused`: nothing is tried again before the person does something; `failed`: tried again later;
 * `again`: another target or server of the same attempt.
 */
export type ConnectionEvent =
  | 'start'
  | 'resolved'
  | 'connected'
  | 'secured'
  | 'authenticated'
  | 'again'
  | 'failed'
  | 'refused'
  | 'stop'
  | 'stopped';

/** The life of an account's connection; the states are what the person is shown in words. */
export const CONNECTION: Transitions<ConnectionPhase, ConnectionEvent> = {
  'signed-out': { start: 'resolving', stop: 'signed-out', refused: 'signed-out' },
  waiting: { start: 'resolving', stop: 'signed-out', refused: 'signed-out' },
  resolving: { resolved: 'connecting', failed: 'waiting', refused: 'signed-out', stop: 'signed-out' },
  connecting: {
    connected: 'securing',
    again: 'resolving',
    failed: 'waiting',
    refused: 'signed-out',
    stop: 'signed-out',
  },
  securing: {
    secured: 'authenticating',
    again: 'resolving',
    failed: 'waiting',
    refused: 'signed-out',
    stop: 'signed-out',
  },
  authenticating: {
    authenticated: 'online',
    again: 'resolving',
    failed: 'waiting',
    refused: 'signed-out',
    stop: 'signed-out',
  },
  online: { failed: 'waiting', refused: 'signed-out', stop: 'closing' },
  closing: { stopped: 'signed-out' },
};
