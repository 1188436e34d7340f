import { useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Callout } from '../components/Callout.tsx';
import { Icon } from '../components/Icon.tsx';
import { RovingList } from '../components/RovingList.tsx';
import { domainOf } from '../address.ts';
import { t } from '../../shared/i18n/t.ts';
import { AccountChoice } from '../settings/AccountChoice.tsx';
import { useAccount, useMirror, useProgram, useRules, useView, useViews } from '../store/hooks.ts';
import { isPerson, isSameRule, type RuleName, ruleKey } from './judge.ts';
import { NewRule } from './NewRule.tsx';
import { OnlyContacts } from './OnlyContacts.tsx';
import { type Draft, RuleEditor } from './RuleEditor.tsx';
import { RuleRow } from './RuleRow.tsx';
import styles from './Rules.module.css';
import { BUILT_IN_RULES, sectionsOf } from './subjects.ts';
import { useJudged, usePeople } from './use-rules.ts';
import { ViewAs } from './ViewAs.tsx';
import { Why } from './Why.tsx';

/** Who sees and reaches me: the rules as sentences, one of them open, and what others get by them. */
export function RulesPage() {
  const about = useView(({ page }) => (page.type === 'settings' ? page.about : undefined));
  const first = useMirror((mirror) => mirror.accounts[0]?.id ?? '');
  const [account, setAccount] = useState(about?.account ?? first);
  return (
    <AccountRules
      key={account}
      account={account}
      onAccount={setAccount}
      {...(about?.rule === undefined || about.account !== account ? {} : { first: about.rule })}
      {...(about?.watcher === undefined || about.account !== account ? {} : { watcher: about.watcher })}
    />
  );
}

interface Props {
  readonly account: string;
  readonly onAccount: (account: string) => void;
  /** The rule to begin with. */
  readonly first?: RuleName;
  readonly watcher?: string;
}

function AccountRules({ account, onAccount, first, watcher }: Props) {
  const { view } = useProgram();
  const list = useRules(account);
  const views = useViews(account);
  const people = usePeople(account);
  const { now } = useJudged(account);
  const isKnown = useMirror((mirror) => mirror.rules.has(account));
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const [isAdding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<Draft | undefined>(() => {
    const rule = first && [...list, ...BUILT_IN_RULES].find((one) => isSameRule(one, first));
    return rule && draftOf(rule, list.includes(rule));
  });
  const [isOpen, setOpen] = useState(chosen !== undefined || watcher !== undefined);
  const sections = sectionsOf(list, people);

  /** Another rule takes the place of the open one, once that is saved or given up. */
  const choose = (draft: Draft): void => {
    if (chosen !== undefined && idOf(draft) === idOf(chosen)) {
      setOpen(true);
      return;
    }
    view.getState().leave(() => {
      setChosen(draft);
      setOpen(true);
    });
  };
  const close = (): void => {
    setChosen(undefined);
    setOpen(false);
  };
  const begin = (name: RuleName): void => {
    setAdding(false);
    const there = list.find((rule) => isSameRule(rule, name));
    choose(
      there === undefined
        ? {
            rule: { ...name, subscribe: 'allow', fetch: 'allow', send: 'allow', view: 'default' },
            former: undefined,
            isNew: true,
          }
        : draftOf(there, true),
    );
  };

  return (
    <div className={styles.split} data-open={isOpen}>
      <section className={styles.list} aria-label={t('rules.list')}>
        <header className={styles.head}>
          <h1>{t('rules.title')}</h1>
          <Button size="small" isDisabled={!isKnown} onPress={() => setAdding(true)}>
            <Icon name="plus" size="small" />
            {t('rules.new')}
          </Button>
        </header>
        <div className={styles.scroll} ref={setScroller}>
          <div className={styles.account}>
            <AccountChoice account={account} onChange={(id) => view.getState().leave(() => onAccount(id))} />
          </div>
          {!isKnown && <p className={styles.hint}>{t('rules.unknown', { domain: domainOf(account) })}</p>}
          <Behind account={account} />
          {isKnown &&
            sections.map(({ section, rules }) => (
              <section key={section} className={styles.section}>
                <h2>{t(`rules.${section}`)}</h2>
                <RovingList
                  items={rules}
                  keyOf={({ rule }) => ruleKey(rule)}
                  textOf={({ subject }) => subject.title}
                  label={t(`rules.${section}`)}
                  scroller={scroller}
                  render={({ rule, subject }, props) => (
                    <RuleRow
                      rule={rule}
                      subject={subject}
                      views={views}
                      people={people}
                      now={now}
                      isCurrent={chosen !== undefined && isSameRule(chosen.former ?? chosen.rule, rule)}
                      isBuiltIn={!list.includes(rule)}
                      onPress={() => choose(draftOf(rule, list.includes(rule)))}
                      rowProps={props}
                    />
                  )}
                />
              </section>
            ))}
          {isKnown && <OnlyContacts account={account} />}
          <div className={styles.only}>
            <Button size="small" look="quiet" onPress={() => view.getState().open({ type: 'requests' })}>
              <Icon name="inbox" size="small" />
              {t('requests.link')}
            </Button>
          </div>
        </div>
        <p className={styles.fine}>
          <Icon name="info" size="small" />
          <span>{t('rules.closest')}</span>
        </p>
      </section>
      <div className={styles.editor}>
        <div className={styles.back}>
          {/* The list with its own heading is not there now. */}
          <h1 className={styles.hidden}>{t('rules.title')}</h1>
          <Button size="small" look="quiet" onPress={() => view.getState().leave(close)}>
            <Icon name="chev-start" size="small" isDirected />
            {t('rules.back')}
          </Button>
        </div>
        {chosen === undefined ? (
          <p className={styles.hint}>{t('rules.none')}</p>
        ) : (
          <RuleEditor
            key={idOf(chosen)}
            account={account}
            start={chosen}
            onSaved={(rule) => setChosen(draftOf(rule, true))}
            onRemoved={close}
            onShow={(rule) =>
              choose(
                draftOf(
                  rule,
                  list.some((one) => isSameRule(one, rule)),
                ),
              )
            }
          />
        )}
        {isKnown && (
          <ViewAs
            account={account}
            {...(watcher === undefined ? {} : { watcher })}
            suggested={personIn(chosen?.rule)}
          />
        )}
      </div>
      {isAdding && <NewRule account={account} onChosen={begin} onClose={() => setAdding(false)} />}
    </div>
  );
}

/** Rules for groups that are not what the contact list wants: whoever came last has no part in them. */
function Behind({ account }: { readonly account: string }) {
  const problem = useAccount(account)?.rulesProblem;
  if (problem === undefined) return null;
  const domain = domainOf(account);
  const text = problem.code === 'message-too-large' ? 'rules.behind' : 'rules.behind.refused';
  return (
    <Callout kind="warn" isAlert>
      {t(text, { domain })}{' '}
      <Why title={t(text, { domain })} problem={problem}>
        {t('rules.behind.why')}
      </Why>
    </Callout>
  );
}

/** Whoever a rule is about, if it is about one person alone. */
const personIn = (rule: Draft['rule'] | undefined): string | undefined =>
  rule?.group === undefined && rule?.who.length === 1 ? rule.who.find(isPerson) : undefined;

/** A built-in rule becomes one of one's own when it is changed. */
const draftOf = (rule: Draft['rule'], isStored: boolean): Draft => ({
  rule,
  former: isStored ? rule : undefined,
  isNew: false,
});

/** What tells one open rule from another, whatever is edited in it. */
const idOf = ({ former, rule }: Draft): string =>
  former === undefined ? `new ${ruleKey(rule)}` : ruleKey(former);
