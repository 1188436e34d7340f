import {
  AccessRules,
  EMPTY_RULES,
  explain,
  formatAccessRules,
  parseAccessRules,
  type Principal,
  type Rule,
} from '../../shared/impp/access-rules.ts';
import { canonicalHost, isReservedUser, parseAddress, parseUrl } from '../../shared/impp/address.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Rule as ShownRule } from '../../shared/model.ts';
import type { Context } from './context.ts';
import { Followed } from './followed.ts';
import { isRefusal, shownRules, withoutRule, withRule, withWholeRule } from './rule-edits.ts';

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
  readonly #followed: Followed<AccessRules>;
  readonly #prepare: (view: string) => Promise<void>;

  /**
   * `changed` is called whenever there are new rules; `prepare` before a view is dealt out, so that whoever gets it
   * does not find it empty first.
   */
  constructor(context: Context, changed: () => void, prepare: (view: string) => Promise<void>) {
    this.#context = context;
    this.#prepare = prepare;
    this.#followed = new Followed(context, {
      name: 'acl',
      shared: {
        get: 'GET-ACL',
        set: 'SET-ACL',
        headers: [['Target', context.url]],
        contentType: 'application/impp-acl',
      },
      parse: (body) => (body === undefined ? EMPTY_RULES : parseAccessRules(body)),
      format: formatAccessRules,
      show: (rules) => {
        context.mirror.setRules(context.url, shownRules(rules));
        changed();
      },
    });
  }

  get document(): Followed<AccessRules> {
    return this.#followed;
  }

  /** The views that rules name, those included that have run out: their order is no secret, their number small. */
  get views(): ReadonlySet<string> {
    const views = (this.#followed.value ?? EMPTY_RULES).rules.flatMap(({ view }) => view ?? []);
    return new Set(views);
  }

  /** Throws `invalid-address`, `invalid-argument`, and what the domain says. */
  async put(rule: ShownRule, former: readonly string[] | undefined): Promise<void> {
    const who = [...new Set(rule.who.map(canonicalWho))];
    if (who.includes(this.#context.url)) {
      throw new ImppError('invalid-address', 'there are no rules for oneself');
    }
    if (rule.view !== undefined) await this.#prepare(rule.view);
    await this.#followed.change((rules) => withWholeRule(rules, { ...rule, who }, former));
  }

  async change(who: string, change: Partial<Omit<ShownRule, 'who'>>): Promise<void> {
    const principal = canonicalWho(who);
    const { clock, url } = this.#context;
    if (principal === url) throw new ImppError('invalid-address', 'there are no rules for oneself');
    if (change.view !== undefined) await this.#prepare(change.view);
    await this.#followed.change((rules) => withRule(rules, principal, change, clock.now()));
  }

  async remove(who: readonly string[]): Promise<void> {
    const names = who.map(canonicalWho);
    await this.#followed.change((rules) =>
      names.some((name) => rules.ruleFor(name) !== undefined) ? withoutRule(rules, names) : undefined,
    );
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
    await this.#followed.change((rules) => {
      if (
        explain(rules, 'subscribe', principalOf(principal), this.#context.url, clock.now()).value ===
        'pretend'
      ) {
        throw new ImppError('invalid-argument', 'who is blocked politely would notice');
      }
      before = rules.inForce(principal, clock.now());
      return withRule(rules, principal, { subscribe: 'deny', fetch: 'deny' }, clock.now());
    });
    await this.#followed.change((rules) => this.#lifted(rules, principal, before));
  }

  /** The rules in which `principal` has nothing from `before` by which it would watch again unasked. */
  #lifted(rules: AccessRules, principal: string, before: Rule | undefined): AccessRules {
    const { url, clock } = this.#context;
    const now = clock.now();
    const who = principalOf(principal);
    const others = withoutRule(rules, [principal]);
    const { subscribe, fetch, who: _, ...rest } = before ?? { who: [] };
    // A refusal that was there stays; a permission, by whatever rule, becomes a question.
    const next: { -readonly [K in keyof Rule]?: Rule[K] } = { ...rest };
    if (isRefusal(subscribe)) next.subscribe = subscribe;
    else if (explain(others, 'subscribe', who, url, now).value !== 'ask') next.subscribe = 'ask';
    if (isRefusal(fetch)) next.fetch = fetch;
    else if (explain(others, 'fetch', who, url, now).value === 'allow') next.fetch = 'deny';
    const isEmpty = Object.keys(next).every((name) => name === 'until');
    return isEmpty
      ? others
      : new AccessRules([...others.rules, { ...next, who: [principal] }], others.unknown);
  }
}
