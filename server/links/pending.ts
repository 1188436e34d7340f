import type { ImppError } from '../../shared/errors.ts';
import type { Request, Response } from '../../shared/impp/message.ts';
import type { Link } from './link.ts';
import type { Lane } from './uses.ts';

export type Settle = (outcome: Response | ImppError) => void;

/** Something that is asked of another domain, and has no answer. */
export interface Pending {
  readonly request: Request;
  /** From, Connection-ID and ID: what its answer says again [IMPP 12]. */
  readonly key: string;
  readonly lane: Lane;
  readonly octets: number;
  /** Undefined: the outcome has been told, and what still comes is nobody's. */
  settle: Settle | undefined;
  /** Whether it is tried once more over a new link. */
  isAgain: boolean;
  /** When the link, or the search for one, is given up. */
  due: number;
  /** However long the other side is at work. */
  readonly latest: number;
  /** By when there is an outcome, though the link is at work on something large of somebody else. */
  readonly toldBy: number;
  /** Over which it went; undefined: it waits for one, or that link has gone. */
  link: Link | undefined;
  /** With the same key: their turn comes when this one has its answer, which could be taken for theirs. */
  readonly behind: Pending[];
}

/** By what its answer is known [IMPP 12]. */
export const keyOf = ({ id, headers }: Request): string =>
  `${headers.get('From') ?? ''}\n${headers.get('Connection-ID') ?? ''}\n${id}`;
