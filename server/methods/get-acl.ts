import { EMPTY_RULES, formatAccessRules } from '../../shared/impp/access-rules.ts';
import type { AttachedMethod } from '../domain.ts';
import { ownTargetOf } from './arguments.ts';
import { ownAccountOf } from './own-account.ts';
import { ACCESS_RULES } from './set-acl.ts';

/** GET-ACL [IMPP 9]: one's own access rules. Who has set none has an empty document of revision 0. */
export const getAcl: AttachedMethod = async (domain, endpoint, request) => {
  ownTargetOf(endpoint.principal, request);
  const { user } = await ownAccountOf(domain, endpoint, request);
  const { revision, type, body } = await domain.storage.getDocument(user, ACCESS_RULES.name);
  return {
    headers: [
      ['Revision', String(revision)],
      ['Content-Type', type ?? ACCESS_RULES.type],
    ],
    body: body ?? formatAccessRules(EMPTY_RULES),
  };
};
