import { parseUrl } from './address.ts';
import { childrenOf, malformed, oneOf, textOf, timeOf, tokenOf } from './element-values.ts';
import { formatTime } from './headers.ts';
import { type Element, formatMarkup, listElement, parseMarkup, textElement } from './markup.ts';

// Reading, writing and judging by the access rules of a user [IMPP 9].

export type Permission = 'subscribe' | 'fetch' | 'send' | 'change' | 'read';
export type Decision = 'allow' | 'ask' | 'deny' | 'pretend';

/** Who asks: the canonical URL, and whether it is an anonymous login (of whatever domain). */
export interface Principal {
  readonly url: string;
  readonly isAnonymous: boolean;
}

export interface Rule {
  /** Principals (canonical URLs), `impp://HOST/*`, `anonymous`, `*`: one or more. */
  readonly who: readonly string[];
  /** The rule is void from then on; ms since 1970. */
  readonly until?: number | undefined;
  readonly subscribe?: Decision | undefined;
  readonly fetch?: Exclude<Decision, 'ask'> | undefined;
  readonly send?: 'allow' | 'deny' | undefined;
  readonly change?: 'allow' | 'deny' | undefined;
  readonly read?: 'allow' | 'deny' | undefined;
  readonly view?: string | undefined;
  /** Elements that this version does not know, kept for those that do [RFC 2779 3.1.4]. */
  readonly unknown?: readonly Element[] | undefined;
}

/** What decided: the kind of rule, and the rule itself unless it is built in. */
export interface Explanation<Value extends string = Decision> {
  readonly value: Value;
  readonly by: 'oneself' | 'principal' | 'anonymous' | 'host' | 'everyone' | 'built-in';
  readonly rule?: Rule;
}

const VALUES = {
  subscribe: ['allow', 'ask', 'deny', 'pretend'],
  fetch: ['allow', 'deny', 'pretend'],
  send: ['allow', 'deny'],
  change: ['allow', 'deny'],
  read: ['allow', 'deny'],
} as const satisfies Record<Permission, readonly Decision[]>;
const PERMISSIONS = ['subscribe', 'fetch', 'send', 'change', 'read'] as const satisfies readonly Permission[];

const BUILT_IN: Readonly<Record<Permission, Decision>> = {
  subscribe: 'ask',
  fetch: 'deny',
  send: 'allow',
  change: 'deny',
  read: 'deny',
};
const DEFAULT_VIEW = 'default';
/** Where anonymous principals are denied by a built-in rule that rules for hosts and for all do not lift. */
const DENIED_TO_ANONYMOUS: ReadonlySet<string> = new Set<Permission>(['subscribe', 'fetch', 'send']);

const SCHEME = 'impp://';
const isHostRule = (who: string) => who.startsWith(SCHEME) && who.endsWith('/*');
const hostRuleFor = (url: string) => `${url.slice(0, url.indexOf('/', SCHEME.length) + 1)}*`;

/** A canonical `who`. Throws `bad-request`. */
function checkWho(who: string): string {
  if (who === '*' || who === 'anonymous') return who;
  const address = parseUrl(isHostRule(who) ? who.slice(0, -1) : who);
  if ((address.user === '') !== isHostRule(who))
    throw malformed('<who> is neither a principal nor a group of them');
  return who;
}

/** A document of rules, indexed: judging costs a few look-ups however many rules there are. Immutable. */
export class AccessRules {
  readonly rules: readonly Rule[];
  /** Unknown elements beside the rules. */
  readonly unknown: readonly Element[];
  readonly #byWho = new Map<string, Rule>();
  /** All ends, ascending. */
  readonly #ends: readonly number[];
  readonly #hasHosts: boolean;

  /** Throws `bad-request` when a `who` is not canonical or stands twice, or a rule is for nobody. */
  constructor(rules: readonly Rule[], unknown: readonly Element[] = []) {
    this.rules = rules;
    this.unknown = unknown;
    const ends = new Set<number>();
    let hasHosts = false;
    for (const rule of rules) {
      if (rule.who.length === 0) throw malformed('a rule for nobody');
      for (const who of rule.who) {
        checkWho(who);
        if (this.#byWho.has(who)) throw malformed(`${who} stands twice`);
        this.#byWho.set(who, rule);
        hasHosts ||= isHostRule(who);
      }
      if (rule.until !== undefined) ends.add(rule.until);
    }
    this.#hasHosts = hasHosts;
    this.#ends = [...ends].sort((a, b) => a - b);
  }

  /** The rule that names `who` (a principal, `impp://HOST/*`, `anonymous`, `*`), void or not. */
  ruleFor(who: string): Rule | undefined {
    return this.#byWho.get(who);
  }

  /** The rule that names `who` and is in force at `now`. */
  inForce(who: string, now: number): Rule | undefined {
    const rule = this.#byWho.get(who);
    return rule?.until !== undefined && rule.until <= now ? undefined : rule;
  }

  /** Of the host of `url`, likewise. */
  inForceForHostOf(url: string, now: number): Rule | undefined {
    return this.#hasHosts ? this.inForce(hostRuleFor(url), now) : undefined;
  }

  /** The next moment after `now` at which a rule ends. */
  nextEnd(now: number): number | undefined {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) > now) high = middle;
      else low = middle + 1;
    }
    return this.#ends[low];
  }
}

/** The rules of someone who has set none: the built-in ones alone. */
export const EMPTY_RULES = new AccessRules([]);

/** Reads a `<rule>`, whoever it is for. Throws `bad-request`. */
export function parseRule(element: Element): Rule {
  const who: string[] = [];
  const unknown: Element[] = [];
  const rule: { -readonly [K in keyof Rule]?: Rule[K] } = {};
  const once = (name: keyof Rule) => {
    if (rule[name] !== undefined) throw malformed(`<${name}> stands twice in a rule`);
  };
  for (const child of childrenOf(element)) {
    switch (child.name) {
      case 'who':
        who.push(textOf(child));
        break;
      case 'until':
        once('until');
        rule.until = timeOf(child);
        break;
      case 'view':
        once('view');
        rule.view = tokenOf(child);
        break;
      case 'subscribe':
        once('subscribe');
        rule.subscribe = oneOf(child, VALUES.subscribe);
        break;
      case 'fetch':
        once('fetch');
        rule.fetch = oneOf(child, VALUES.fetch);
        break;
      case 'send':
      case 'change':
      case 'read':
        once(child.name);
        rule[child.name] = oneOf(child, VALUES[child.name]);
        break;
      default:
        unknown.push(child);
    }
  }
  return unknown.length > 0 ? { ...rule, who, unknown } : { ...rule, who };
}

/** Reads `application/impp-acl` [IMPP 9]. Throws `bad-request`. */
export function parseAccessRules(bytes: Uint8Array): AccessRules {
  const root = parseMarkup(bytes);
  if (root.name !== 'acl') throw malformed('access rules begin with <acl>');
  const rules: Rule[] = [];
  const unknown: Element[] = [];
  for (const child of childrenOf(root)) {
    if (child.name === 'rule') rules.push(parseRule(child));
    else unknown.push(child);
  }
  return new AccessRules(rules, unknown);
}

/** Writes a `<rule>`, or under another `name` what is like one. */
export function ruleElement(rule: Rule, name = 'rule'): Element {
  const children = rule.who.map((who) => textElement('who', who));
  if (rule.until !== undefined) children.push(textElement('until', formatTime(rule.until)));
  for (const permission of PERMISSIONS) {
    const value = rule[permission];
    if (value !== undefined) children.push(textElement(permission, value));
  }
  if (rule.view !== undefined) children.push(textElement('view', rule.view));
  return listElement(name, [...children, ...(rule.unknown ?? [])]);
}

/** Writes `application/impp-acl`. Throws `bad-request` if it grows over the limits of markup. */
export function formatAccessRules(rules: AccessRules): Uint8Array<ArrayBuffer> {
  return formatMarkup(
    listElement('acl', [...rules.rules.map((rule) => ruleElement(rule)), ...rules.unknown]),
  );
}

function judge<Name extends Permission | 'view'>(
  rules: AccessRules,
  name: Name,
  who: Principal,
  now: number,
): Explanation<NonNullable<Rule[Name]>> | undefined {
  const own = rules.inForce(who.url, now);
  const ownValue = own?.[name];
  if (own !== undefined && ownValue !== undefined) return { value: ownValue, by: 'principal', rule: own };
  if (who.isAnonymous) {
    const rule = rules.inForce('anonymous', now);
    const value = rule?.[name];
    if (rule !== undefined && value !== undefined) return { value, by: 'anonymous', rule };
    if (DENIED_TO_ANONYMOUS.has(name)) return undefined;
  }
  const host = rules.inForceForHostOf(who.url, now);
  const hostValue = host?.[name];
  if (host !== undefined && hostValue !== undefined) return { value: hostValue, by: 'host', rule: host };
  const all = rules.inForce('*', now);
  const allValue = all?.[name];
  return all !== undefined && allValue !== undefined
    ? { value: allValue, by: 'everyone', rule: all }
    : undefined;
}

/**
 * What `who` may do to what `owner` (a canonical URL) has, at `now`, and which rule says so. The most specific
 * rule that states the permission decides: principal, anonymous, host, everyone, built-in [IMPP 9].
 */
export function explain(
  rules: AccessRules,
  permission: Permission,
  who: Principal,
  owner: string,
  now: number,
): Explanation {
  if (who.url === owner) return { value: 'allow', by: 'oneself' };
  const found = judge(rules, permission, who, now);
  if (found !== undefined) return found;
  const isDenied = who.isAnonymous && DENIED_TO_ANONYMOUS.has(permission);
  return { value: isDenied ? 'deny' : BUILT_IN[permission], by: 'built-in' };
}

/** {@link explain}, without the reason. `ask` comes for `subscribe` only; `pretend` for `subscribe` and `fetch`. */
export function decide(
  rules: AccessRules,
  permission: Permission,
  who: Principal,
  owner: string,
  now: number,
): Decision {
  return explain(rules, permission, who, owner, now).value;
}

/** The view that `who` is shown. It says nothing on whether anything is shown at all. */
export function viewOf(rules: AccessRules, who: Principal, owner: string, now: number): string {
  if (who.url === owner) return DEFAULT_VIEW;
  return judge(rules, 'view', who, now)?.value ?? DEFAULT_VIEW;
}

/** When `until` next ends a rule after `now`; undefined: never. */
export function nextChange(rules: AccessRules, now: number): number | undefined {
  return rules.nextEnd(now);
}
