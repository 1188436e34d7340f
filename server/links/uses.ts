import { WHOLE_BODY } from '../../shared/impp/limits.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Purpose } from './dialer.ts';

/** What a link of ours is for. `bulk`: large messages, which would hold up all that follows them on the same link. */
export type Use = Purpose | 'bulk';

/** What waits for the first may come to wait for the others. */
export const USES: readonly Use[] = ['bulk', 'im', 'pres'];

/** Where servers for it are to be found. */
export const purposeOf = (use: Use): Purpose => (use === 'bulk' ? 'im' : use);

/** What one connection of a sender has for one Target and is not answered: it goes over one link, and keeps its order. */
export interface Lane {
  readonly key: string;
  use: Use;
  count: number;
}

/** Which way requests go. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /** One more request, for which `leave` must be called; `hasBulk`: whether large ones may have a link of their own. */
  take({ method, headers, body, stream }: Request, hasBulk: boolean): Lane {
    if (method !== 'SEND') return { key: '', use: 'pres', count: 1 };
    const key = ['From', 'Connection-ID', 'Target'].map((name) => headers.get(name)).join('\n');
    const isLarge = ((body ?? stream)?.length ?? 0) > WHOLE_BODY;
    const lane = this.#lanes.get(key) ?? { key, use: isLarge && hasBulk ? 'bulk' : 'im', count: 0 };
    lane.count += 1;
    this.#lanes.set(key, lane);
    return lane;
  }

  leave(lane: Lane): void {
    lane.count -= 1;
    if (lane.count === 0) this.#lanes.delete(lane.key);
  }
}
