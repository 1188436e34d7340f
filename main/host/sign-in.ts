import type { Core } from './host.ts';

/**
 * Signs in the account that PARLEY_SIGN_IN names (JSON: address, password, server), and takes it out of the
 * environment. The demonstration uses it, so that its windows open signed in; nobody else has a reason to.
 */
export async function signInFromEnvironment(core: Core): Promise<void> {
  const given = process.env['PARLEY_SIGN_IN'];
  if (given === undefined) return;
  delete process.env['PARLEY_SIGN_IN'];
  // The core checks what it is given.
  const choice = JSON.parse(given) as object;
  const answer = await core.invoke('account.signIn', { ...choice, remember: false });
  if (!answer.ok) throw new Error(`the demonstration could not sign in: ${answer.reason}`);
}
