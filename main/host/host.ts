// The border between the core, which never imports `electron`, and what the operating system gives.

import type { Answer, EventName, Events, Shown } from '../../shared/ipc.ts';
import type { SystemProxy } from '../connection/proxies.ts';
import type { AtLogin, OwnPresence, PresenceState, Settings } from '../../shared/model.ts';
import type { Updater } from './updater.ts';

/** Why nobody is at the machine. */
export type Absence = NonNullable<OwnPresence['automatic']>;

/** What the system is asked to show. Plain text. */
export interface Notice {
  /** A notice takes the place of the one of the same tag. */
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  readonly isSilent: boolean;
  /** What stands in the field for an answer, where the system has one; absent: it takes no answer. */
  readonly answer?: string;
  /** The words of a button that mutes what the notice is about, where the system has one. */
  readonly mute?: string;
}

/** What the person did with a notice. */
export type NoticeAct =
  | { readonly type: 'opened' | 'muted'; readonly tag: string }
  | { readonly type: 'answered'; readonly tag: string; readonly text: string };

/** Where notices are shown. */
export interface NoticeBoard {
  /** Resolves when the system says that it shows it. Throws `notification-refused` with its words. */
  show(notice: Notice): Promise<void>;
  /** Takes it back; one that is gone already stays gone. */
  withdraw(tag: string): void;
  /** Returns the off. */
  on(listener: (act: NoticeAct) => void): () => void;
}

/** What the panels of the desktop show of the program. */
export interface Status {
  /** Of the first account that is online; `unknown` while one is about to be. */
  readonly presence: PresenceState;
  /** Messages that one should know of. */
  readonly unread: number;
}

/** The start of the program with the person's session. */
export interface Autostart {
  now(): Promise<AtLogin>;
  set(atLogin: AtLogin): Promise<void>;
}

/** Checking of spelling where dictionaries have to be fetched. */
export interface Spelling {
  /** For which there are dictionaries. */
  readonly languages: readonly string[];
  /** In which text is checked from now on, as far as their dictionaries are here: none is fetched. */
  use(languages: readonly string[]): void;
  /** Fetches a dictionary; resolves when text is checked in it as well. Throws `dictionary-unavailable`. */
  fetch(language: string): Promise<void>;
}

/** What a host gives the core. */
export interface Host {
  readonly kind: 'electron' | 'browser';
  /** Absent: the windows show notices, as pages of a browser may. */
  readonly notices?: NoticeBoard;
  readonly autostart?: Autostart;
  /** Absent: the system or the browser checks spelling by itself. */
  readonly spelling?: Spelling;
  /** `system`: newer versions come with its packages; absent: they are not the program's to look for. */
  readonly updates?: Updater | 'system';
  /** Chromium was started without its sandbox. */
  readonly isUnsandboxed?: true;
  /** The file with the licences of all that the program is made of. */
  readonly licences?: URL;
  /** What the system says of the way to a host; absent: it has no word on that. */
  readonly systemProxy?: SystemProxy;
  /** Whether the system holds notifications back by itself just now; undefined: it does not say. */
  isSystemQuiet(): Promise<boolean | undefined>;
  /** The locales that the system prefers, best first; absent: windows say what their browser prefers. */
  languages?(): readonly string[];
  /** Opens a checked http, https or mailto link outside. */
  openLink(url: string): Promise<void>;
  /** The path of a file to write that the person chose, `name` proposed; undefined: they chose none. */
  saveAs(name: string): Promise<string | undefined>;
  /** Calls when the network came back or the machine woke; returns the off. */
  onWake(listener: () => void): () => void;
  /** Calls when the person goes away from the machine, and with `undefined` when they are back; returns the off. */
  onIdle(listener: (reason: Absence | undefined) => void): () => void;
  /** Whether the screen is locked at this moment, where no event tells of that in time. */
  isLocked?(): boolean;
  /** Brings the window to the front, and opens one where there is none. */
  present(): void;
  /** Shows it in the tray, on the dock or wherever the desktop has a place for it. */
  showStatus(status: Status): void;
  /** Whether the desktop has a tray at this moment. */
  hasTray(): Promise<boolean>;
}

/** What the core gives a host: one door for commands, one for events. */
export interface Core {
  /** Never rejects: a failure is an answer. Checks the name and the argument. */
  invoke(command: string, request: unknown): Promise<Answer<unknown>>;
  on(listener: <E extends EventName>(event: E, payload: Events[E]) => void): () => void;
  settings(): Settings;
  /** Opens what a link names (`impp:`, `im:`, `pres:`); what is no such link opens the window only. */
  openAddress(link: string): void;
  /** Shows a place in the window, which comes to the front. */
  show(what: Shown): void;
  close(): Promise<void>;
}

/** How the core tells the windows. */
export type Tell = <E extends EventName>(event: E, payload: Events[E]) => void;
