// Talk that nobody had: words by their rank as in any language, a few of them in Chinese characters, in conversations
// of very different length. The same numbers give the same talk.

import type { Arrival } from '../../main/store/messages/entries.ts';

const SYLLABLES = 'ka lo mi ten ra su vel dor pin gra sho tis na mur ek bal on ri fa ze'.split(' ');
const CHARACTERS = Array.from(
  '的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生',
);
const WORDS = 40_000;
const WORDS_EACH = 10;
/** Octets of a message besides its text: fields, as a client writes them. */
const FIELDS = 300;
const START = Date.UTC(2020, 0, 1);
/** Between two messages, milliseconds. */
const STEP = 90_000;

/** Numbers that look random and are the same in every run [Numerical Recipes]. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to 1. */
  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}

export class Talk {
  readonly #dice = new Dice(7);
  readonly #conversations: number;
  readonly #words: readonly string[];
  #count = 0;

  constructor(conversations: number) {
    this.#conversations = conversations;
    this.#words = Array.from({ length: WORDS }, () =>
      Array.from({ length: 1 + this.#dice.below(4) }, () => SYLLABLES[this.#dice.below(20)] ?? '').join(''),
    );
  }

  /** A word, the more often the lower its rank. */
  word(): string {
    return this.#words[Math.floor(Math.exp(this.#dice.next() * Math.log(WORDS))) - 1] ?? 'word';
  }

  characters(count: number): string {
    return Array.from({ length: count }, () => CHARACTERS[this.#dice.below(CHARACTERS.length)]).join('');
  }

  /** By rank, too: with a few people most is said, and with nearly all a little. */
  peer(): string {
    return `impp://b.example/user${Math.floor(Math.exp(this.#dice.next() * Math.log(this.#conversations)))}`;
  }

  next(account: number): Arrival {
    const number = ++this.#count;
    const isMine = this.#dice.below(3) === 0;
    const words = Array.from({ length: WORDS_EACH }, () => this.word());
    if (number % 20 === 0) words.push(this.characters(12));
    const text = words.join(' ');
    const at = START + number * STEP;
    const files =
      number % 50 === 0
        ? [{ index: 0, name: `${this.word()}.pdf`, type: 'application/pdf', size: 1000 }]
        : [];
    return {
      entry: {
        account,
        peer: this.peer(),
        messageId: `<${this.#dice.below(2 ** 31).toString(36)}.${number}@b.example>`,
        at,
        receivedAt: at,
        text,
        files,
        body: new Uint8Array(FIELDS + text.length).fill(97),
        isMine,
        outcome: isMine ? 'stored' : undefined,
      },
      sequence: number,
    };
  }

  /** What people type into a search: a beginning, a word, two words, characters. */
  query(): string {
    const kind = this.#dice.below(10);
    if (kind < 3) return this.word().slice(0, 1 + this.#dice.below(4));
    if (kind < 6) return this.word();
    if (kind < 8) return `${this.word()} ${this.word()}`;
    if (kind < 9) return `${this.word()} ${this.word().slice(0, 2)}`;
    return this.characters(1 + this.#dice.below(3));
  }
}
