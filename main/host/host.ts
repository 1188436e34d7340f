// The border between the core, which never imports `electron`, and what the operating system gives.

import type { Answer, EventName, Events } from '../../shared/ipc.ts';
import type { OwnPresence } from '../../shared/model.ts';

/** Why nobody is at the machine. */
export type Absence = NonNullable<OwnPresence['automatic']>;

/** What a host gives the core. */
export interface Host {
  readonly kind: 'electron' | 'browser';
  /** Opens a checked http, https or mailto link outside. */
  openLink(url: string): Promise<void>;
  /** The path of a file to write that the person chose, `name` proposed; undefined: they chose none. */
  saveAs(name: string): Promise<string | undefined>;
  /** Calls when the network came back or the machine woke; returns the off. */
  onWake(listener: () => void): () => void;
  /** Calls when the person goes away from the machine, and with `undefined` when they are back; returns the off. */
  onIdle(listener: (reason: Absence | undefined) => void): () => void;
}

/** What the core gives a host: one door for commands, one for events. */
export interface Core {
  /** Never rejects: a failure is an answer. Checks the name and the argument. */
  invoke(command: string, request: unknown): Promise<Answer<unknown>>;
  on(listener: <E extends EventName>(event: E, payload: Events[E]) => void): () => void;
  close(): Promise<void>;
}
