// The one document that the server reads: `profile` [IMPP 10].

import { childrenOf, malformed, oneOf, textOf, urlOf } from './element-values.ts';
import { type Element, formatMarkup, listElement, parseMarkup, textElement } from './markup.ts';

export interface Forward {
  readonly kind: 'temporary' | 'permanent';
  readonly to: string;
  readonly unknown?: readonly Element[] | undefined;
}

export interface Profile {
  readonly displayName?: string | undefined;
  /** Who finds the account by LOOKUP. */
  readonly listed: 'nobody' | 'domain' | 'everyone';
  /** Where requests that the access rules allow are sent instead; a canonical URL. */
  readonly forward?: Forward | undefined;
  readonly unknown?: readonly Element[] | undefined;
}

/** Of an account that has set none. */
export const EMPTY_PROFILE: Profile = { listed: 'nobody' };

const KNOWN = ['display-name', 'listed', 'forward'];

function single(elements: readonly Element[], name: string): Element | undefined {
  const [found, ...more] = elements.filter((element) => element.name === name);
  if (more.length > 0) throw malformed(`<${name}> stands twice`);
  return found;
}

function parseForward(element: Element): Forward | undefined {
  const children = childrenOf(element);
  const kind = single(children, 'kind');
  const to = single(children, 'to');
  // As the form of the page stands, with nothing filled in.
  if (kind === undefined && to === undefined) return undefined;
  if (kind === undefined || to === undefined) throw malformed('<forward> needs <kind> and <to>');
  const unknown = children.filter((child) => child !== kind && child !== to);
  return {
    kind: oneOf(kind, ['temporary', 'permanent']),
    to: urlOf(to),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

/** Reads `application/impp-profile`. Throws `bad-request`. */
export function parseProfile(bytes: Uint8Array): Profile {
  const root = parseMarkup(bytes);
  if (root.name !== 'profile') throw malformed('a profile begins with <profile>');
  const children = childrenOf(root);
  const name = single(children, 'display-name');
  const listed = single(children, 'listed');
  const forwardElement = single(children, 'forward');
  const forward = forwardElement && parseForward(forwardElement);
  const unknown = children.filter((child) => !KNOWN.includes(child.name));
  return {
    ...(name === undefined ? {} : { displayName: textOf(name) }),
    listed: listed === undefined ? EMPTY_PROFILE.listed : oneOf(listed, ['nobody', 'domain', 'everyone']),
    ...(forward === undefined ? {} : { forward }),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

/** Throws `bad-request` for what markup cannot say. */
export function formatProfile({
  displayName,
  listed,
  forward,
  unknown = [],
}: Profile): Uint8Array<ArrayBuffer> {
  const children: Element[] = [];
  if (displayName !== undefined) children.push(textElement('display-name', displayName));
  children.push(textElement('listed', listed));
  if (forward !== undefined) {
    const { kind, to, unknown: others = [] } = forward;
    children.push(listElement('forward', [textElement('kind', kind), textElement('to', to), ...others]));
  }
  return formatMarkup(listElement('profile', [...children, ...unknown]));
}
