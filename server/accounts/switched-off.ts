import { ImppError } from '../../shared/errors.ts';

/** What somebody is told whose account the operator has switched off: in AUTH once the password is right, and in BYE. */
export const switchedOff = (): ImppError =>
  new ImppError('permission-denied', 'this account is switched off; ask those who run the domain');
