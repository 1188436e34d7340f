// The XML of others' specifications (receipts, typing), which has namespaces and attributes; ours has neither,
// and its own reader [IMPP 14].

import { SaxesParser } from 'saxes';
import { ImppError } from '../errors.ts';

/** Octets of a document: receipts have some hundred. */
const MAX_XML = 65_536;
/** Elements within each other. */
const MAX_DEPTH = 16;

export interface XmlElement {
  readonly namespace: string;
  /** Without its prefix. */
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** That of the element itself, white space at its ends taken off. */
  readonly text: string;
}

interface Open {
  readonly namespace: string;
  readonly name: string;
  readonly children: XmlElement[];
  readonly text: string[];
}

const malformed = (what: string, cause?: unknown) =>
  new ImppError('bad-request', `XML: ${what}`, cause === undefined ? {} : { cause });

/**
 * Reads a document in UTF-8 as a tree. Throws `bad-request` for one that is not well-formed or over its limits,
 * and for a DOCTYPE: what it could declare (entities that grow, or that are fetched) has no place in a message.
 */
export function parseXml(bytes: Uint8Array): XmlElement {
  if (bytes.length > MAX_XML) throw malformed(`over ${MAX_XML} octets`);
  const parser = new SaxesParser({ xmlns: true, position: false });
  const stack: Open[] = [];
  let root: XmlElement | undefined;
  parser.on('error', (cause) => {
    throw malformed('not well-formed', cause);
  });
  parser.on('doctype', () => {
    throw malformed('a DOCTYPE');
  });
  parser.on('opentag', ({ local, uri }) => {
    if (stack.length === MAX_DEPTH) throw malformed('too deep');
    stack.push({ namespace: uri, name: local, children: [], text: [] });
  });
  const addText = (text: string) => stack.at(-1)?.text.push(text);
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const open = stack.pop();
    if (open === undefined) return;
    const element = { ...open, text: open.text.join('').trim() };
    const parent = stack.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(new TextDecoder().decode(bytes)).close();
  if (root === undefined) throw malformed('no element');
  return root;
}

/** The first child of that name in the namespace of its parent. */
export const childOf = (element: XmlElement, name: string): XmlElement | undefined =>
  element.children.find((child) => child.name === name && child.namespace === element.namespace);

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Text as the content of an element. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '');
