import { type ReactNode, useState } from 'react';
import { Menu, MenuSection, MenuTrigger, Popover } from 'react-aria-components';
import { domainOf } from '../address.ts';
import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import menu from '../components/Menu.module.css';
import { MenuLine } from '../components/MenuLine.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useAccount, useMirror, useProgram, useRules } from '../store/hooks.ts';
import { accessOf, isBlocked } from './person-access.ts';
import { AccessDialog, type AccessQuestion } from './AccessDialogs.tsx';
import { isFor } from './judge.ts';
import { useJudged } from './use-rules.ts';

interface Props {
  readonly account: string;
  readonly address: string;
  readonly name: string;
  /** Sections that stand before, with what else can be done there. */
  readonly children?: ReactNode;
}

/** The common changes of what the other party of a conversation may see and do, one click away. */
export function AccessMenu({ account, address, name, children }: Props) {
  const { call, view } = useProgram();
  const isKnown = useMirror((mirror) => mirror.rules.has(account));
  const isOnline = useAccount(account)?.connection.phase === 'online';
  const policy = useAccount(account)?.policy ?? [];
  const list = useRules(account);
  const { rules, now } = useJudged(account);
  const [question, setQuestion] = useState<AccessQuestion>();
  const hasAccess = isKnown && address !== account;
  if (!hasAccess && children === undefined) return null;
  const access = accessOf(rules, address, account, now);
  const isPolite = access.effect.subscribe === 'pretend';
  const canUnblock = (isBlocked(access) || isPolite) && list.some((rule) => isFor(rule, address));

  const act = (key: string): void => {
    if (key === 'view-as')
      view.getState().open({ type: 'settings', pane: 'rules', about: { account, watcher: address } });
    else if (key === 'unblock')
      call('rules.remove', { account, who: [address] }).catch(() => {
        // The person beside it has the same button, and there is room for what went wrong.
        if (!view.getState().isPersonBeside) view.getState().togglePerson();
      });
    // What stands before does itself what it says.
    else if (QUESTIONS.has(key)) setQuestion(key as AccessQuestion);
  };

  return (
    <>
      <MenuTrigger>
        <IconButton label={children === undefined ? t('access.menu', { name }) : t('chat.menu', { name })}>
          <Icon name="more" />
        </IconButton>
        <Popover className={menu.popover ?? ''} placement="bottom end">
          <Menu
            className={menu.menu ?? ''}
            onAction={(key) => act(String(key))}
            disabledKeys={[
              ...(policy.includes('no-pretend') ? ['polite'] : []),
              ...(isOnline ? [] : ['more', 'polite', 'block', 'unblock']),
            ]}
          >
            {children}
            {hasAccess && (
              <MenuSection className={menu.section ?? ''} aria-label={t('access.menu', { name })}>
                <MenuLine id="view-as" icon="eye" words={t('access.view-as', { name })} />
                <MenuLine id="more" icon="clock" words={t('access.more')} />
                {!isPolite && (
                  <MenuLine
                    id="polite"
                    icon="polite"
                    words={t('access.polite')}
                    hint={
                      policy.includes('no-pretend')
                        ? t('access.polite.forbidden', { domain: domainOf(account) })
                        : t('access.polite.hint')
                    }
                  />
                )}
                {canUnblock && <MenuLine id="unblock" icon="check" words={t('access.unblock')} />}
                {!isBlocked(access) && (
                  <MenuLine id="block" icon="block" words={t('access.block')} hint={t('access.block.hint')} />
                )}
              </MenuSection>
            )}
          </Menu>
        </Popover>
      </MenuTrigger>
      {question !== undefined && (
        <AccessDialog
          account={account}
          address={address}
          name={name}
          question={question}
          onClose={() => setQuestion(undefined)}
        />
      )}
    </>
  );
}

const QUESTIONS: ReadonlySet<string> = new Set<AccessQuestion>(['more', 'polite', 'block']);
