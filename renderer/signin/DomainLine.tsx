import { Icon } from '../components/Icon.tsx';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../../shared/i18n/t.ts';
import styles from './SignIn.module.css';
import type { DomainLook } from './use-domain-look.ts';

/** Under the address: whether its domain was found, and whether the way there is private. */
export function DomainLine({ look }: { readonly look: DomainLook }) {
  return (
    <div className={styles.domain} role="status" data-state={stateOf(look)}>
      {look.type === 'looking' && t('signin.looking', { domain: look.domain })}
      {look.type === 'failed' && (
        <>
          <Icon name="warning" size="small" />
          <span>{sentenceFor(look.problem, { attempt: 'other', domain: look.domain })}</span>
        </>
      )}
      {look.type === 'found' && (
        <>
          <Icon name={look.facts.isPrivate ? 'lock' : 'warning'} size="small" />
          <span>
            <b>{look.facts.domain}</b> {look.facts.isPrivate ? t('signin.found') : t('signin.found-open')}
          </span>
        </>
      )}
    </div>
  );
}

function stateOf(look: DomainLook): 'none' | 'good' | 'warn' | 'plain' {
  if (look.type === 'none') return 'none';
  if (look.type === 'looking') return 'plain';
  return look.type === 'found' && look.facts.isPrivate ? 'good' : 'warn';
}
