import { parseAccessRules } from '../../shared/impp/access-rules.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import { checkPretence, checkViews } from '../accounts/policy.ts';
import type { AttachedMethod } from '../domain.ts';
import { announceDocument } from '../presence/notices.ts';
import { bodyOf, ownTargetOf } from './arguments.ts';
import { ownAccountOf } from './own-account.ts';
import { MAX_DOCUMENTS } from './set-document.ts';

/** The access rules are kept as a document that only SET-ACL writes. */
export const ACCESS_RULES = { name: 'acl', type: 'application/impp-acl' } as const;

/** SET-ACL [IMPP 9]: in force before the OK, for live subscriptions too. */
export const setAcl: AttachedMethod = async (domain, endpoint, request) => {
  ownTargetOf(endpoint.principal, request);
  const ifRevision = readDecimal(request.headers, 'If-Revision');
  const body = bodyOf(request, ACCESS_RULES.type);
  const rules = parseAccessRules(body);
  checkPretence(domain.config.policy, rules);
  const account = await ownAccountOf(domain, endpoint, request);
  const { user, url } = account;
  await domain.presentities.settle(account);
  const isShown = (view: string): boolean => domain.presentities.isShown(account, view);
  checkViews(domain.config.policy, { former: account.rules, next: rules }, isShown, domain.clock.now());
  const revision = await domain.storage.setDocument(
    user,
    ACCESS_RULES.name,
    { type: ACCESS_RULES.type, body },
    { limit: MAX_DOCUMENTS, ...(ifRevision === undefined ? {} : { ifRevision }) },
  );
  domain.accounts.forget(user);
  await domain.presentities.rulesChanged(user);
  announceDocument(domain, user, { url, name: ACCESS_RULES.name, revision, exceptDevice: endpoint.device });
  return { headers: [['Revision', String(revision)]] };
};
