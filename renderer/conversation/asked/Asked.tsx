import { type ReactNode, type RefObject, useMemo, useRef } from 'react';
import { Dialog as AriaDialog, Popover } from 'react-aria-components';
import type { Message } from '../../../shared/model.ts';
import { Confirm } from '../../components/Confirm.tsx';
import menu from '../../components/Menu.module.css';
import { t } from '../../../shared/i18n/t.ts';
import { useProgram } from '../../store/hooks.ts';
import { type Question, useActions } from '../actions.ts';
import { LargePicture } from '../files/LargePicture.tsx';
import styles from './Asked.module.css';
import { Details } from './Details.tsx';
import { Forward } from './Forward.tsx';
import { type MenuAction, MessageMenu } from './MessageMenu.tsx';
import { ReactWith } from './ReactWith.tsx';
import { Versions } from './Versions.tsx';

interface Props {
  readonly question: Question;
  readonly isSelected: boolean;
  readonly onAction: (action: MenuAction, message: Message, marked: string) => void;
  readonly onReplace: (message: Message) => void;
  /** After what was asked is done, as by taking back or deleting. */
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** What is open over the log about a message: its menu, its details, a question. One at a time. */
export function Asked({ question, isSelected, onAction, onReplace, onDone, onClose }: Props) {
  const { call } = useProgram();
  const { account, name } = useActions();
  switch (question.type) {
    case 'menu':
      return (
        <MenuPopover question={question} onClose={onClose}>
          <MessageMenu
            message={question.message}
            isSelected={isSelected}
            hasMarked={question.marked !== ''}
            onAction={(action) => {
              onClose();
              onAction(action, question.message, question.marked);
            }}
          />
        </MenuPopover>
      );
    case 'details':
      return (
        <AtMessage message={question.message} className={styles.popover ?? ''} onClose={onClose}>
          <AriaDialog className={styles.dialog ?? ''}>
            <Details message={question.message} close={onClose} onReplace={onReplace} />
          </AriaDialog>
        </AtMessage>
      );
    case 'versions':
      return (
        <AtMessage message={question.message} className={styles.popover ?? ''} onClose={onClose}>
          <AriaDialog className={styles.dialog ?? ''}>
            <Versions message={question.message} />
          </AriaDialog>
        </AtMessage>
      );
    case 'react':
      return (
        <AtMessage message={question.message} className={styles.small ?? ''} onClose={onClose}>
          <AriaDialog className={styles.bare ?? ''} aria-label={t('message.react')}>
            <ReactWith message={question.message} close={onClose} />
          </AriaDialog>
        </AtMessage>
      );
    case 'picture':
      return <LargePicture message={question.message} first={question.index} onClose={onClose} />;
    case 'forward':
      return <Forward messages={question.messages} account={account} onClose={onClose} />;
    case 'retract':
      return (
        <Confirm
          title={t('message.retract.title')}
          text={t('message.retract.text', { name })}
          confirm={t('message.retract.confirm')}
          subject={{ attempt: 'other', address: account }}
          work={() => call('message.retract', { id: question.message.id })}
          onClose={onClose}
        />
      );
    case 'delete':
      return (
        <Confirm
          title={t('message.delete.title', { count: question.messages.length })}
          text={t('message.delete.text', { name })}
          confirm={t('message.delete.confirm')}
          subject={{ attempt: 'other', address: account }}
          work={async () => {
            await Promise.all(question.messages.map(({ id }) => call('message.delete', { id })));
            onDone();
          }}
          onClose={onClose}
        />
      );
  }
}

interface PopoverProps {
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Where a popover about a message stands: at its bubble. */
const bubbleOf = (message: Message): Element | null =>
  document.querySelector(`[data-message="${message.id}"]`)?.firstElementChild ?? null;

function AtMessage({
  message,
  className,
  onClose,
  children,
}: PopoverProps & { readonly message: Message; readonly className: string }) {
  const trigger = useMemo(() => ({ current: bubbleOf(message) }), [message]);
  return (
    <Popover
      className={className}
      triggerRef={trigger}
      placement={message.isMine ? 'top end' : 'top start'}
      offset={8}
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      {children}
    </Popover>
  );
}

function MenuPopover({
  question: { message, at },
  onClose,
  children,
}: PopoverProps & { readonly question: Question & { type: 'menu' } }) {
  const point = useRef<HTMLSpanElement>(null);
  const bubble = useMemo(() => ({ current: bubbleOf(message) }), [message]);
  const trigger: RefObject<Element | null> = at === undefined ? bubble : point;
  return (
    <>
      {at !== undefined && (
        <span ref={point} className={styles.point} style={{ left: at.x, top: at.y }} aria-hidden="true" />
      )}
      <Popover
        className={menu.popover ?? ''}
        aria-label={t('message.actions')}
        triggerRef={trigger}
        placement={at === undefined ? (message.isMine ? 'bottom end' : 'bottom start') : 'bottom start'}
        offset={at === undefined ? 4 : 0}
        isOpen
        onOpenChange={(isOpen) => {
          if (!isOpen) onClose();
        }}
      >
        {children}
      </Popover>
    </>
  );
}
