import { ImppError } from '../../shared/errors.ts';
import type { Storage } from './storage.ts';

/** Under which a store keeps whose it is. */
export const DOMAIN_VALUE = 'domain';

/**
 * Sees that a store is that of `domain`, which it is from the first time on: its addresses, rules and messages would be of
 * nobody in another one. `where` is what the operator knows it by.
 * @throws conflict
 */
export async function checkDomain(
  storage: Pick<Storage, 'getValue' | 'setValue'>,
  domain: string,
  where: string,
): Promise<void> {
  const value = await storage.getValue(DOMAIN_VALUE);
  if (value === undefined) return storage.setValue(DOMAIN_VALUE, Buffer.from(domain));
  refuseOther(value, domain, where);
}

/** @throws conflict */
export function refuseOther(value: Uint8Array, domain: string, where: string): void {
  const held = Buffer.from(value).toString();
  if (held !== domain)
    throw new ImppError('conflict', `${where} holds the domain ${held}, and not ${domain}.`);
}
