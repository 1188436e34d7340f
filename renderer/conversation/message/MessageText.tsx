import { type MouseEvent, useContext, useMemo, useState } from 'react';
import { isInvitation } from '../../../shared/impp/invitation.ts';
import { type Block, type ListItem, parse } from '../../../shared/text/format.ts';
import type { Inline } from '../../../shared/text/inline.ts';
import { t } from '../../../shared/i18n/t.ts';
import { useProgram } from '../../store/hooks.ts';
import { ActionsContext, useStop } from '../actions.ts';
import styles from './MessageText.module.css';

/** More than this is shown on demand: a pasted log must not push everything else out of the window. */
const LONG = 2400;
const MANY_LINES = 30;
/** A few emoji and nothing else are shown large: signs, and what joins or colours them. */
const LARGE = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f|\s)+$/u;
/** Code units of three emoji that are joined of several. */
const FEW = 24;

/** The text of a message: nodes of the window's own, made of what was typed; nothing in it is ever markup. */
export function MessageText({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false);
  const stop = useStop();
  const cut = useMemo(() => cutOf(text), [text]);
  const shown = isWhole || cut === undefined ? text : `${text.slice(0, cut)}…`;
  const blocks = useMemo(() => parse(shown), [shown]);
  const isLarge = text.length <= FEW && LARGE.test(text);
  return (
    <>
      <div className={`${styles.text} ${isLarge ? styles.large : ''}`}>
        <Blocks blocks={blocks} />
      </div>
      {cut !== undefined && (
        <button
          type="button"
          className={styles.more}
          tabIndex={stop}
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? t('message.less') : t('message.more')}
        </button>
      )}
    </>
  );
}

function Blocks({ blocks }: { readonly blocks: readonly Block[] }) {
  return blocks.map((block, index) => <BlockNode key={index} block={block} />);
}

function BlockNode({ block }: { readonly block: Block }) {
  switch (block.type) {
    case 'paragraph':
      return (
        <p dir="auto">
          <Nodes nodes={block.children} />
        </p>
      );
    case 'code-block':
      return (
        <pre dir="ltr" className={styles.block} {...(block.language && { 'data-language': block.language })}>
          <code>{block.text}</code>
        </pre>
      );
    case 'quote':
      return (
        <blockquote className={styles.quote}>
          <Blocks blocks={block.children} />
        </blockquote>
      );
    case 'list':
      return <List items={block.items} />;
  }
}

/** Bullets and numbers as typed: a list that goes on after a line of text goes on counting. */
function List({ items }: { readonly items: readonly ListItem[] }) {
  return (
    <ul className={styles.list}>
      {items.map((item, index) => (
        <li key={index} data-level={item.level} dir="auto">
          <span className={styles.mark}>{item.number === undefined ? '•' : `${item.number}.`}</span>
          <span>
            <Nodes nodes={item.children} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Nodes({ nodes }: { readonly nodes: readonly Inline[] }) {
  return nodes.map((node, index) => <Node key={index} node={node} />);
}

function Node({ node }: { readonly node: Inline }) {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'bold':
      return (
        <strong>
          <Nodes nodes={node.children} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Nodes nodes={node.children} />
        </em>
      );
    case 'code':
      return <code className={styles.code}>{node.text}</code>;
    case 'link':
      return <Link link={node} />;
  }
}

/** A link whose name is not where it goes says both. In a request it is text. */
function Link({ link }: { readonly link: Inline & { type: 'link' } }) {
  const { call, view } = useProgram();
  const actions = useContext(ActionsContext);
  const stop = useStop();
  const target = link.isNamed ? ` ${t('message.link.target', { target: link.url })}` : '';
  if (actions === undefined || actions.isRequest) return `${link.text}${target}`;
  const open = (event: MouseEvent): void => {
    event.preventDefault();
    if (isInvitation(link.url)) view.getState().ask({ type: 'invitation', invitation: { link: link.url } });
    else if (link.url.startsWith('impp:')) view.getState().openConversation(actions.account, link.url);
    // A link that the program refuses to open simply stays closed: it was checked here by the same rule.
    else call('link.open', { url: link.url }).catch(() => undefined);
  };
  return (
    <>
      <a
        href={link.url}
        rel="noreferrer noopener"
        dir={link.isNamed ? 'auto' : 'ltr'}
        tabIndex={stop}
        onClick={open}
        onAuxClick={open}
      >
        {link.text}
      </a>
      {target !== '' && (
        <span className={styles.target} dir="ltr">
          {target}
        </span>
      )}
    </>
  );
}

/** Where a huge text is cut: at a line end if one is near, never inside a surrogate pair. */
function cutOf(text: string): number | undefined {
  let end = text.length > LONG * 1.25 ? LONG : text.length;
  let lines = 0;
  for (let index = text.indexOf('\n'); index >= 0 && index < end; index = text.indexOf('\n', index + 1)) {
    lines += 1;
    if (lines === MANY_LINES) {
      end = index;
      break;
    }
  }
  if (end === text.length) return undefined;
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end - 1 : end;
}
