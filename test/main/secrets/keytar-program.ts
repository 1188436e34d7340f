// Asks the keychain of the session it runs in; keytar.test.ts starts it, with and without one. One line of JSON.

import { systemClock } from '../../../main/clock.ts';
import { KeytarStore } from '../../../main/secrets/keytar.ts';
import { ImppError } from '../../../shared/errors.ts';

const ALICE = 'impp://a.example/alice';
const store = new KeytarStore(systemClock);
const codeOf = (error: unknown): string => (error instanceof ImppError ? error.code : String(error));

const isAvailable = await store.isAvailable();
const before = await store.get(ALICE).catch(codeOf);
const failure = await store.set(ALICE, 'pässword ✓').then(() => undefined, codeOf);
const kept = await store.get(ALICE).catch(codeOf);
await store.delete(ALICE).catch(codeOf);
const after = await store.get(ALICE).catch(codeOf);
process.stdout.write(
  JSON.stringify({
    isAvailable,
    before: before ?? null,
    failure: failure ?? null,
    kept: kept ?? null,
    after: after ?? null,
  }),
);
