import type { Crypto } from '../../shared/impp/sasl/crypto.ts';
import type { Storage } from '../storage/storage.ts';

/** A secret key of the domain, made when it is first asked for and kept in storage under `name`; 32 octets. */
export const keptKey = async (storage: Storage, name: string, crypto: Crypto): Promise<Uint8Array> => {
  const kept = await storage.getValue(name);
  if (kept !== undefined) return kept;
  const made = crypto.random(32);
  await storage.setValue(name, made);
  return made;
};
