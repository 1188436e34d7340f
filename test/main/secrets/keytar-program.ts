// Asks the keychain of the session it runs in; keytar.test.ts starts it, with and without one. Arguments are steps, one
// line of JSON each: `state`, `keep PASSWORD CHECK-FILE`, `read CHECK-FILE`, `forget CHECK-FILE`. The file stands for
// the store: it has what the store has of a secret.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { systemRandom } from '../../../main/clock.ts';
import { KeytarStore } from '../../../main/secrets/keytar.ts';
import { type Kept, Passwords } from '../../../main/secrets/passwords.ts';
import { ImppError } from '../../../shared/errors.ts';
import { patientClock } from './keyring.ts';

const ALICE = 'impp://a.example/alice';
const keychain = new KeytarStore(patientClock);

const passwordsWith = (file: string): Passwords => {
  const passwords = new Passwords(keychain, systemRandom, () => {});
  if (existsSync(file)) passwords.know(ALICE, JSON.parse(readFileSync(file, 'utf8')) as Kept);
  return passwords;
};

const step = async ([name = '', ...values]: readonly string[]): Promise<unknown> => {
  const [first = '', second = ''] = values;
  switch (name) {
    case 'state':
      return keychain.state();
    case 'keep': {
      const kept = await passwordsWith(second).keep(ALICE, { password: first }, true);
      writeFileSync(second, JSON.stringify(kept));
      return kept.secret;
    }
    case 'read':
      return (await passwordsWith(first).read(ALICE)).password;
    case 'forget':
      await passwordsWith(first).forget(ALICE);
      return (await keychain.get(ALICE)) ?? null;
    default:
      throw new Error(`there is no step ${name}`);
  }
};

for (const words of process.argv.slice(2)) {
  const result = await step(words.split(' ')).catch((error: unknown) =>
    error instanceof ImppError ? error.code : String(error),
  );
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
