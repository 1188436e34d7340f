import { z } from 'zod';
import type { Core } from './host.ts';

const choice = z.object({ address: z.string(), password: z.string(), server: z.string() });

/**
 * Signs in the account that PARLEY_SIGN_IN names (JSON: address, password, server), and takes it out of the
 * environment. The demonstration uses it, so that its windows open signed in; nobody else has a reason to.
 */
export async function signInFromEnvironment(core: Core): Promise<void> {
  const given = process.env['PARLEY_SIGN_IN'];
  if (given === undefined) return;
  delete process.env['PARLEY_SIGN_IN'];
  const answer = await core.invoke('account.signIn', { ...choice.parse(JSON.parse(given)), remember: false });
  if (!answer.ok) throw new Error(`the demonstration could not sign in: ${answer.reason}`);
}
