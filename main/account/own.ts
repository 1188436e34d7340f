import { ImppError } from '../../shared/errors.ts';
import { stateOfActivity } from '../../shared/impp/presence-state.ts';
import type { OwnPresence, OwnState, Quiet } from '../../shared/model.ts';
import type { Absence } from '../host/host.ts';
import type { Context } from './context.ts';
import type { Own } from './shown.ts';

/** What the person chose. Times in milliseconds. */
export interface Choice {
  readonly state: OwnState;
  readonly note: string;
  readonly activity?: string | undefined;
  /** When it ends by itself. */
  readonly until?: number | undefined;
}

/** Until when the quiet is that the person chose to be heard in: a program that is started anew keeps to that. */
const HEARD = 'heard-until';

/** What an ended choice falls back to. */
const AVAILABLE: Choice = { state: 'available', note: '' };

/** Throws `invalid-argument`. */
const check = ({ state, activity, until }: Choice, now: number): void => {
  if (until !== undefined && until <= now) throw new ImppError('invalid-argument', 'this time is over');
  // What others read is the activity: it must not say something else than was chosen.
  if (activity !== undefined && state !== 'offline' && stateOfActivity(activity) !== state) {
    throw new ImppError('invalid-argument', `${activity} is not a way of being ${state}`);
  }
};

/** One's own presence on this device: what was chosen, until when, and whether the person is there at all. */
export class OwnSide {
  readonly #context: Context;
  readonly #changed: () => Promise<void>;
  #choice: Choice;
  #absence: Absence | undefined;
  /** Whether a choice was made since the absence began: it wins. */
  #isOverruled = false;
  #quiet: Quiet | undefined;
  /** Whether a choice was made since the quiet began: that is to be heard. */
  #isDisturbed = false;
  #heardUntil: number | undefined;
  #since: number;
  #cancelEnd = (): void => {};

  /** `changed` is called whenever something else is to be published. */
  constructor(context: Context, choice: Choice, changed: () => Promise<void>) {
    this.#context = context;
    this.#changed = changed;
    this.#choice = choice;
    this.#since = context.clock.now();
  }

  /** Shows it; a choice that has ended meanwhile is over. */
  async load(): Promise<void> {
    if (this.#isOver) await this.#keep(AVAILABLE);
    const { store, key } = this.#context;
    const heard = await store.call('getAccountValue', key, HEARD);
    this.#heardUntil = heard === undefined ? undefined : Number(new TextDecoder().decode(heard));
    this.#isDisturbed = this.#isHeard;
    this.#awaitEnd();
    this.#show();
  }

  /** In force now. */
  get own(): Own {
    const { state, note, activity, until } = this.#choice;
    const since = this.#since;
    if (this.#isQuieted) return { state: 'do-not-disturb', note, until: this.#quiet?.until, since };
    return this.#automatic === undefined
      ? { state, note, activity, until, since }
      : { state: 'away', note, since, isAutomatic: true };
  }

  /** Resolves when it is published, or at once without a connection. Throws `invalid-argument`, `permission-denied`. */
  async choose(choice: Choice): Promise<void> {
    check(choice, this.#context.clock.now());
    const { mirror, url } = this.#context;
    if (choice.state === 'offline' && mirror.account(url)?.policy.includes('no-invisible')) {
      // Nothing is shown here as hidden that the domain goes on showing.
      throw new ImppError('permission-denied', 'this organisation does not let anyone appear offline');
    }
    const { state, activity, until } = this.#choice;
    const isSame = choice.state === state && choice.activity === activity && choice.until === until;
    // Whoever writes another note says nothing of being disturbed.
    if (!isSame || choice.note === this.#choice.note) await this.#disturb();
    await this.#keep(choice);
    this.#isOverruled = this.#absence !== undefined;
    this.#awaitEnd();
    this.#show();
    await this.#changed();
  }

  /** The host says that the person went away, or is back. */
  absent(absence: Absence | undefined): void {
    if (absence === this.#absence) return;
    const before = this.#automatic;
    this.#absence = absence;
    if (absence === undefined) this.#isOverruled = false;
    if (before === this.#automatic || this.#isQuieted) return;
    // From one reason to the next it is the same absence.
    if (before === undefined || this.#automatic === undefined) this.#since = this.#context.clock.now();
    this.#show();
    this.#publish();
  }

  /** Quiet has begun by itself, or with undefined ended. What was chosen stays, and is back afterwards. */
  hush(quiet: Quiet | undefined): void {
    if (quiet?.by === this.#quiet?.by && quiet?.until === this.#quiet?.until) return;
    const before = this.#isQuieted;
    this.#quiet = quiet;
    if (quiet === undefined) this.#heardUntil = undefined;
    this.#isDisturbed = quiet !== undefined && (this.#isDisturbed || this.#isHeard);
    if (before !== this.#isQuieted) this.#since = this.#context.clock.now();
    this.#show();
    if (before || this.#isQuieted) this.#publish();
  }

  close(): void {
    this.#cancelEnd();
  }

  /** Only plain "available" gives way: everything else says what the person wants to be said. */
  get #automatic(): Absence | undefined {
    const { state, activity, until } = this.#choice;
    const isPlain = state === 'available' && activity === undefined && until === undefined;
    return isPlain && !this.#isOverruled ? this.#absence : undefined;
  }

  /** The quiet of this moment is that in which the person chose to be heard. */
  get #isHeard(): boolean {
    return this.#quiet?.until !== undefined && this.#quiet.until === this.#heardUntil;
  }

  async #disturb(): Promise<void> {
    if (this.#quiet === undefined) return;
    this.#isDisturbed = true;
    const { until } = this.#quiet;
    if (until === undefined || until === this.#heardUntil) return;
    this.#heardUntil = until;
    const { store, key } = this.#context;
    await store.call('setAccountValue', key, HEARD, new TextEncoder().encode(String(until)));
  }

  /** Whoever says to be away, or hides, goes on saying so; it is quiet around them all the same. */
  get #isQuieted(): boolean {
    const { state } = this.#choice;
    return this.#quiet !== undefined && !this.#isDisturbed && (state === 'available' || state === 'busy');
  }

  get #isOver(): boolean {
    const { until } = this.#choice;
    return until !== undefined && until <= this.#context.clock.now();
  }

  async #keep(choice: Choice): Promise<void> {
    const { store, key, clock } = this.#context;
    const { state, note, activity, until } = choice;
    await store.call('changeAccount', key, {
      ownState: state,
      ownNote: note,
      ownActivity: activity,
      ownUntil: until,
    });
    this.#choice = choice;
    this.#since = clock.now();
  }

  #awaitEnd(): void {
    this.#cancelEnd();
    const { until } = this.#choice;
    if (until === undefined) return;
    const { clock } = this.#context;
    this.#cancelEnd = clock.after(until - clock.now(), () => void this.#end());
  }

  /** A clock that cannot wait for so long, or that was set back, comes too early. */
  async #end(): Promise<void> {
    if (!this.#isOver) return this.#awaitEnd();
    try {
      await this.#keep(AVAILABLE);
      // Where it is still quiet, it is so again.
      this.#isDisturbed = false;
      this.#heardUntil = undefined;
      this.#show();
      this.#publish();
    } catch (error) {
      this.#context.log('a presence that is over was kept', { error: String(error) });
    }
  }

  #publish(): void {
    this.#changed().catch((error: unknown) =>
      this.#context.log('presence was not published', { error: String(error) }),
    );
  }

  #show(): void {
    const { mirror, url } = this.#context;
    const { state } = this.own;
    const { note, activity, until } = this.#choice;
    const automatic = this.#isQuieted ? undefined : this.#automatic;
    const own: OwnPresence = {
      state,
      note,
      ...(activity === undefined ? {} : { activity }),
      ...(until === undefined ? {} : { until }),
      ...(automatic === undefined ? {} : { automatic }),
      ...(this.#quiet === undefined || this.#isDisturbed
        ? {}
        : { quiet: { ...this.#quiet, chosen: this.#choice.state } }),
    };
    mirror.patchAccount(url, { own });
  }
}
