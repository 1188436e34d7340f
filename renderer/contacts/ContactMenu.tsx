import { MenuSection } from 'react-aria-components';
import type { Contact } from '../../shared/model.ts';
import { label } from '../address.ts';
import { MenuAt, type Spot } from '../components/MenuAt.tsx';
import menu from '../components/Menu.module.css';
import { MenuLine } from '../components/MenuLine.tsx';
import { t } from '../../shared/i18n/t.ts';
import { nameOf } from '../store/contact-order.ts';
import { useProgram } from '../store/hooks.ts';

interface Props {
  readonly contact: Contact;
  readonly spot: Spot;
  readonly onClose: () => void;
}

/** The menu of a contact at the place where it was asked for. */
export function ContactMenu({ contact, spot, onClose }: Props) {
  const { view } = useProgram();
  const { account, address } = contact;
  const name = nameOf(contact);
  const { openConversation, showPerson, ask, announce } = view.getState();
  const copy = (): void => {
    navigator.clipboard.writeText(label(address)).then(
      () => announce(t('message.copied')),
      // The browser refuses where it was not pressed: nothing was copied, and nothing is said to be.
      () => undefined,
    );
  };
  return (
    <MenuAt label={t('chat.menu', { name })} spot={spot} onClose={onClose}>
      <MenuSection className={menu.section ?? ''} aria-label={t('person.contact')}>
        <MenuLine
          id="write"
          icon="compose"
          words={t('composer.form', { name })}
          onAction={() => openConversation(account, address)}
        />
        <MenuLine
          id="person"
          icon="panel"
          words={t('conversation.person')}
          onAction={() => showPerson(account, address)}
        />
        <MenuLine id="copy" icon="copy" words={t('person.copy')} onAction={copy} />
      </MenuSection>
      <MenuSection className={menu.section ?? ''} aria-label={t('person.contact')}>
        <MenuLine
          id="remove"
          icon="trash"
          words={t('person.remove')}
          onAction={() => ask({ type: 'remove', account, peer: address })}
        />
      </MenuSection>
    </MenuAt>
  );
}
