import {
  AccessRules,
  type Decision,
  explain,
  type Principal,
  type Rule,
} from '../../shared/impp/access-rules.ts';
import { canonicalHost, isReservedUser, parseAddress, parseUrl } from '../../shared/impp/address.ts';
import { sayable } from '../../shared/impp/markup.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Rule as ShownRule } from '../../shared/model.ts';
import { problemOf } from '../problem.ts';
import type { Context } from './context.ts';
import { Followed } from './followed.ts';
import { InStep, type Members } from './in-step.ts';
import { isRefusal, shownRules, withGroupRule, withoutRule, withRule, withWholeRule } from './rule-edits.ts';
import {
  EMPTY_BOOK,
  formatRules,
  type GroupRule,
  parseRules,
  type RuleBook,
  settled,
  withPeople,
} from './rules-document.ts';

const HOST_RULE = /^impp:\/\/(?<host>[^/]+)\/\*$/;

/** `who` as people or windows write it, in the form of the wire. Throws `invalid-address`. */
const canonicalWho = (text: string): string => {
  if (text === '*' || text === 'anonymous') return text;
  const host = HOST_RULE.exec(text)?.groups?.['host'];
  if (host !== undefined) return `impp://${canonicalHost(host)}/*`;
  const { url, user } = parseAddress(text);
  if (user === '') throw new ImppError('invalid-address', 'the name before the @ is missing');
  return url;
};

const principalOf = (url: string): Principal => ({
  url,
  isAnonymous: isReservedUser(parseUrl(url).user),
});

/** Who may see and do what: mirrored from the domain and changed there [IMPP 9]. */
export class Rules {
  readonly #context: Context;
  readonly #followed: Followed<RuleBook>;
  readonly #members: Members;
  readonly #inStep: InStep;
  readonly #changed: () => void;
  readonly #prepare: (view: string) => Promise<void>;

  /**
   * `members`: the contacts, who may be in groups that rules are for. `changed` is called whenever there are new
   * rules; `prepare` before a view is dealt out, so that whoever gets it does not find it empty first.
   */
  constructor(
    context: Context,
    members: Members,
    changed: () => void,
    prepare: (view: string) => Promise<void>,
  ) {
    this.#context = context;
    this.#members = members;
    this.#changed = changed;
    this.#prepare = prepare;
    this.#followed = new Followed(context, {
      name: 'acl',
      shared: {
        get: 'GET-ACL',
        set: 'SET-ACL',
        headers: [['Target', context.url]],
        contentType: 'application/impp-acl',
      },
      parse: parseRules,
      format: formatRules,
      show: (book) => {
        this.#show(book);
        this.#inStep.rulesChanged();
      },
    });
    this.#inStep = new InStep(
      context,
      this.#followed,
      members,
      (book) => this.#settled(book),
      (failure) => {
        const problem = failure && problemOf(failure, context.host);
        if (problem !== undefined || context.mirror.account(context.url)?.rulesProblem !== undefined)
          context.mirror.patchAccount(context.url, { rulesProblem: problem });
      },
    );
  }

  get document(): Followed<RuleBook> {
    return this.#followed;
  }

  /** The views that rules name, those included that have run out: their order is no secret, their number small. */
  get views(): ReadonlySet<string> {
    const { own, groups } = this.#followed.value ?? EMPTY_BOOK;
    return new Set([...own.rules, ...groups].flatMap(({ view }) => view ?? []));
  }

  /** The contacts, or what is known of them, are others: rules for groups follow. */
  contactsChanged(): void {
    const book = this.#followed.value;
    if (book === undefined || book.groups.length === 0) return;
    this.#show(book);
    this.#inStep.look();
  }

  offline(): void {
    this.#inStep.offline();
  }

  /** Throws `invalid-address`, `invalid-argument`, `message-too-large`, and what the domain says. */
  async put(rule: ShownRule, former: readonly string[] | undefined): Promise<void> {
    if (rule.group === undefined) return this.#putNamed(rule, former);
    const group: GroupRule = { ...rule, group: sayable(rule.group), who: [] };
    const { mirror, url } = this.#context;
    const isPretending = [rule.subscribe, rule.fetch].includes('pretend');
    if (isPretending && mirror.account(url)?.policy.includes('no-pretend')) {
      // The domain would say so only when somebody comes into the group.
      throw new ImppError('permission-denied', 'this organisation lets nobody pretend (Policy: no-pretend)');
    }
    if (rule.view !== undefined) await this.#prepare(rule.view);
    await this.#changeGroups((groups) => withGroupRule(groups, group));
  }

  async #putNamed(rule: ShownRule, former: readonly string[] | undefined): Promise<void> {
    const who = [...new Set(rule.who.map(canonicalWho))];
    if (who.includes(this.#context.url)) {
      throw new ImppError('invalid-address', 'there are no rules for oneself');
    }
    if (rule.view !== undefined) await this.#prepare(rule.view);
    await this.#changeOwn((rules) => withWholeRule(rules, { ...rule, who }, former));
  }

  async change(who: string, change: Partial<Omit<ShownRule, 'who' | 'group'>>): Promise<void> {
    const principal = canonicalWho(who);
    const { clock, url } = this.#context;
    if (principal === url) throw new ImppError('invalid-address', 'there are no rules for oneself');
    if (change.view !== undefined) await this.#prepare(change.view);
    await this.#changeOwn((rules) => withRule(rules, principal, change, clock.now()));
  }

  async remove(who: readonly string[]): Promise<void> {
    const names = who.map(canonicalWho);
    await this.#changeOwn((rules) =>
      names.some((name) => rules.ruleFor(name) !== undefined) ? withoutRule(rules, names) : undefined,
    );
  }

  /** The rule for a group; empty: that for all contacts. */
  async removeGroup(group: string): Promise<void> {
    await this.#changeGroups((groups) => groups.filter((rule) => rule.group !== group));
  }

  /** Answers someone who asks to see our presence. */
  async answer(principal: string, isAllowed: boolean): Promise<void> {
    await this.change(
      principal,
      isAllowed ? { subscribe: 'allow', fetch: 'allow' } : { subscribe: 'deny', fetch: 'deny' },
    );
  }

  /**
   * Ends the watch of `principal`: the protocol has no other way than a refusal, which is lifted at once. What was
   * allowed is asked for again from then on. Throws `invalid-argument` for one who is blocked politely.
   */
  async end(address: string): Promise<void> {
    const principal = canonicalWho(address);
    const { clock } = this.#context;
    let before: Rule | undefined;
    await this.#followed.change((book) => {
      if (this.#decide(book, 'subscribe', principal) === 'pretend') {
        throw new ImppError('invalid-argument', 'who is blocked politely would notice');
      }
      before = book.own.inForce(principal, clock.now());
      const own = withRule(book.own, principal, { subscribe: 'deny', fetch: 'deny' }, clock.now());
      return this.#settled({ ...book, own });
    });
    await this.#followed.change((book) => this.#settled(this.#lifted(book, principal, before)));
  }

  /** The rules in which `principal` has nothing from `before` by which it would watch again unasked. */
  #lifted(book: RuleBook, principal: string, before: Rule | undefined): RuleBook {
    const others = { ...book, own: withoutRule(book.own, [principal]) };
    const { subscribe, fetch, who: _, ...rest } = before ?? { who: [] };
    // A refusal that was there stays; a permission, by whatever rule, becomes a question.
    const next: { -readonly [K in keyof Rule]?: Rule[K] } = { ...rest };
    if (isRefusal(subscribe)) next.subscribe = subscribe;
    else if (this.#decide(others, 'subscribe', principal) !== 'ask') next.subscribe = 'ask';
    if (isRefusal(fetch)) next.fetch = fetch;
    else if (this.#decide(others, 'fetch', principal) === 'allow') next.fetch = 'deny';
    if (Object.keys(next).every((name) => name === 'until')) return others;
    const { rules, unknown } = others.own;
    return { ...book, own: new AccessRules([...rules, { ...next, who: [principal] }], unknown) };
  }

  /** What the rules, those for groups included, say of `principal` now. */
  #decide(book: RuleBook, permission: 'subscribe' | 'fetch', principal: string): Decision {
    const { clock, url } = this.#context;
    return explain(this.#settled(book).written, permission, principalOf(principal), url, clock.now()).value;
  }

  #changeOwn(edit: (rules: AccessRules) => AccessRules | undefined): Promise<void> {
    return this.#followed.change((book) => {
      const own = edit(book.own);
      return own === undefined ? undefined : this.#settled({ ...book, own });
    });
  }

  #changeGroups(edit: (groups: readonly GroupRule[]) => readonly GroupRule[]): Promise<void> {
    return this.#followed.change((book) => this.#settled({ ...book, groups: edit(book.groups) }));
  }

  #settled(book: RuleBook): RuleBook {
    const { clock, url } = this.#context;
    return settled(book, this.#members.all(), url, clock.now());
  }

  #show(book: RuleBook): void {
    const { mirror, url } = this.#context;
    mirror.setRules(url, shownRules(withPeople(book, this.#members.all(), url)));
    this.#changed();
  }
}
