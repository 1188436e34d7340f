/** For each state, the events that may happen in it and the state each leads to. */
export type Transitions<State extends string, Event extends string> = {
  readonly [S in State]: { readonly [E in Event]?: State };
};

/** A state machine as a table. An event that the table does not list for the current state throws. */
export class Machine<State extends string, Event extends string> {
  readonly #table: Transitions<State, Event>;
  readonly #entered: (state: State, from: State, event: Event) => void;
  #state: State;

  constructor(
    table: Transitions<State, Event>,
    initial: State,
    entered: (state: State, from: State, event: Event) => void = () => {},
  ) {
    this.#table = table;
    this.#state = initial;
    this.#entered = entered;
  }

  get state(): State {
    return this.#state;
  }

  /** Whether `event` is listed for the current state. */
  can(event: Event): boolean {
    return this.#table[this.#state][event] !== undefined;
  }

  move(event: Event): State {
    const from = this.#state;
    const to = this.#table[from][event];
    if (to === undefined) throw new Error(`no move "${event}" from state "${from}"`);
    this.#state = to;
    this.#entered(to, from, event);
    return to;
  }
}
