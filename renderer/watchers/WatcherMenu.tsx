import { useState } from 'react';
import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Text } from 'react-aria-components';
import type { Account, Rule } from '../../shared/model.ts';
import { domainOf } from '../address.ts';
import { Button, IconButton } from '../components/Button.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { Icon } from '../components/Icon.tsx';
import menu from '../components/Menu.module.css';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { BUILT_IN_VIEWS, isBuiltIn, viewTitle } from '../i18n/views.ts';
import { useProgram, useViews } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import type { WatcherRow } from './watcher-rows.ts';
import styles from './Watchers.module.css';

interface Props {
  readonly account: Account;
  readonly row: WatcherRow;
  /** What was done shows in the list: it is asked for again. */
  readonly onDone: () => void;
}

const ALLOW = { subscribe: 'allow', fetch: 'allow' } as const;

/** What may be done about one watcher: those who ask have their two answers beside the menu. */
export function WatcherActions({ account, row, onDone }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [question, setQuestion] = useState<'end' | 'refuse' | 'polite'>();
  const { name } = row;
  const { address, state } = row.watcher;
  const change = (part: Partial<Omit<Rule, 'who'>>): Promise<null> =>
    call('rules.change', { account: account.id, who: address, change: part });
  const allow = (): void =>
    run(
      () =>
        state === 'pending'
          ? call('request.answer', { account: account.id, address, allow: true })
          : change(ALLOW),
      onDone,
    );
  const refuse = (): Promise<null> =>
    state === 'pending'
      ? call('request.answer', { account: account.id, address, allow: false })
      : change({ subscribe: 'deny', fetch: 'deny' });
  const questions = {
    end: () => call('watchers.end', { account: account.id, address }),
    refuse,
    polite: () => change({ subscribe: 'pretend', fetch: 'pretend' }),
  };

  return (
    <div className={styles.actions}>
      {state === 'pending' && (
        <>
          <Button
            size="tiny"
            look="primary"
            isDisabled={isBusy}
            onPress={allow}
            aria-label={t('watchers.allow.label', { name })}
          >
            {t('requests.allow')}
          </Button>
          <Button
            size="tiny"
            isDisabled={isBusy}
            onPress={() => run(refuse, onDone)}
            aria-label={t('watchers.refuse.label', { name })}
          >
            {t('requests.refuse')}
          </Button>
        </>
      )}
      <MenuTrigger>
        <IconButton size="small" label={t('watchers.menu', { name })}>
          <Icon name="more" size="small" />
        </IconButton>
        <Popover className={menu.popover ?? ''} placement="bottom end">
          <Items
            account={account}
            row={row}
            onView={(view) =>
              run(
                () => change(state === 'active' || state === 'fetched' ? { view } : { ...ALLOW, view }),
                onDone,
              )
            }
            onAllow={allow}
            onAsk={setQuestion}
          />
        </Popover>
      </MenuTrigger>
      {problem !== undefined && (
        <div className={styles.problem}>
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
        </div>
      )}
      {question !== undefined && (
        <Confirm
          title={t(`watchers.${question}.title`, { name })}
          text={t(`watchers.${question}.text`, { name })}
          confirm={t(`watchers.${question}.confirm`)}
          subject={{ attempt: 'other', address: account.id }}
          work={async () => {
            await questions[question]();
            onDone();
          }}
          onClose={() => setQuestion(undefined)}
        />
      )}
    </div>
  );
}

interface ItemsProps {
  readonly account: Account;
  readonly row: WatcherRow;
  readonly onView: (view: string) => void;
  readonly onAllow: () => void;
  readonly onAsk: (question: 'end' | 'refuse' | 'polite') => void;
}

function Items({ account, row, onView, onAllow, onAsk }: ItemsProps) {
  const { view } = useProgram();
  const views = useViews(account.id);
  const { address, state } = row.watcher;
  const mayPretend = !account.policy.includes('no-pretend');
  const ids = [...BUILT_IN_VIEWS, ...views.map(({ id }) => id).filter((id) => !isBuiltIn(id))];
  const isAnonymous = address === 'anonymous';
  const act = (key: string): void => {
    if (key === 'allow') onAllow();
    else if (key === 'open') view.getState().openConversation(account.id, address);
    else if (key === 'as')
      view.getState().open({
        type: 'settings',
        pane: 'rules',
        about: { account: account.id, watcher: address },
      });
    else if (key === 'end' || key === 'refuse' || key === 'polite') onAsk(key);
  };
  return (
    <Menu
      className={menu.menu ?? ''}
      aria-label={t('watchers.menu', { name: row.name })}
      onAction={(key) => act(String(key))}
      disabledKeys={mayPretend ? [] : ['polite']}
    >
      <MenuSection
        className={menu.section ?? ''}
        selectionMode="single"
        selectedKeys={state === 'active' || state === 'fetched' ? [row.view] : []}
        onSelectionChange={(keys) => {
          const [id] = keys === 'all' ? [] : keys;
          if (id !== undefined) onView(String(id));
        }}
      >
        <Header className={menu.heading ?? ''}>{t('watchers.menu.views')}</Header>
        {ids.map((id) => (
          <MenuItem key={id} id={id} textValue={viewTitle(id, views)} className={menu.item ?? ''}>
            {({ isSelected }) => (
              <>
                {isSelected ? <Icon name="check" size="small" /> : <span className={menu.space} />}
                <span dir="auto">{viewTitle(id, views)}</span>
              </>
            )}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuSection className={menu.section ?? ''} aria-label={t('watchers.actions')}>
        {state === 'pretended' && (
          <MenuItem id="allow" textValue={t('requests.allow')} className={menu.item ?? ''}>
            <Icon name="check" size="small" />
            {t('requests.allow')}
          </MenuItem>
        )}
        <MenuItem id="as" textValue={t('watchers.menu.as', { name: row.name })} className={menu.item ?? ''}>
          <Icon name="eye" size="small" />
          {t('watchers.menu.as', { name: row.name })}
        </MenuItem>
        {!isAnonymous && (
          <MenuItem
            id="open"
            textValue={t('watchers.menu.open', { name: row.name })}
            className={menu.item ?? ''}
          >
            <Icon name="compose" size="small" />
            {t('watchers.menu.open', { name: row.name })}
          </MenuItem>
        )}
        {(state === 'active' || state === 'pretended') && !isAnonymous && (
          <MenuItem id="end" textValue={t('watchers.menu.end')} className={menu.item ?? ''}>
            <Icon name="close" size="small" />
            {t('watchers.menu.end')}
          </MenuItem>
        )}
        {state !== 'pending' && (
          <MenuItem id="refuse" textValue={t('watchers.menu.refuse')} className={menu.item ?? ''}>
            <Icon name="block" size="small" />
            {t('watchers.menu.refuse')}
          </MenuItem>
        )}
        {state !== 'pretended' && (
          <MenuItem id="polite" textValue={t('watchers.menu.polite')} className={menu.item ?? ''}>
            <Icon name="polite" size="small" />
            <span className={menu.words}>
              <Text slot="label">{t('watchers.menu.polite')}</Text>
              {!mayPretend && (
                <Text slot="description" elementType="small">
                  {t('watchers.polite.forbidden', { domain: domainOf(account.id) })}
                </Text>
              )}
            </span>
          </MenuItem>
        )}
      </MenuSection>
    </Menu>
  );
}
