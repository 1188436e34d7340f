import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components';
import type { Conversation, Settings } from '../../shared/model.ts';
import { isMuted } from '../../shared/unread.ts';
import { t } from '../../shared/i18n/t.ts';
import { problemOf } from '../bridge.ts';
import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import menu from '../components/Menu.module.css';
import { useMirror, useNow, useProgram, useSettings } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { ActionItem } from './ConversationMenu.tsx';
import { muteActions } from './conversation-actions.ts';
import styles from './MuteMenu.module.css';
import { mutedWords } from './muted-words.ts';

const MINUTE = 60_000;
const SHOWN = ['text', 'name', 'nothing'] as const satisfies readonly Settings['notifies'][];

interface Props {
  readonly account: string;
  readonly peer: string;
}

/** The bell in the header: whether this conversation makes noise, for how long not, and what is told of it. */
export function MuteMenu({ account, peer }: Props) {
  const now = useNow(MINUTE);
  const conversation = useMirror((mirror) => mirror.conversations.get(pairKey(account, peer)));
  if (conversation === undefined) return null;
  const muted = isMuted(conversation, now);
  return (
    <MenuTrigger>
      <IconButton label={muted ? mutedWords(conversation, now) : t('chat.mute')} isOn={muted}>
        <Icon name={muted ? 'bell-off' : 'bell'} />
      </IconButton>
      <Popover className={menu.popover ?? ''} placement="bottom end">
        <Menu className={menu.menu ?? ''}>
          <MenuSection className={menu.section ?? ''} aria-label={t('chat.mute')}>
            {muteActions(conversation, now).map((name) => (
              <ActionItem key={name} name={name} conversation={conversation} />
            ))}
          </MenuSection>
          <Shown conversation={conversation} />
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

/** What its notifications show, where that is to be something else than in general. */
function Shown({ conversation }: { readonly conversation: Conversation }) {
  const { call, view } = useProgram();
  const { notifies: general } = useSettings();
  const { account, peer, notifies } = conversation;
  const choose = (chosen: Settings['notifies'] | null): void => {
    call('conversation.change', { account, peer, notifies: chosen }).catch((error: unknown) =>
      view.getState().ask({ type: 'trouble', account, problem: problemOf(error) }),
    );
  };
  const options = [
    ['general', t('chat.shows.general', { shown: t(`notify.${general}`) })],
    ...SHOWN.map((shown) => [shown, t(`notify.${shown}`)] as const),
  ] as const;
  return (
    <MenuSection
      className={menu.section ?? ''}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[notifies ?? 'general']}
      onSelectionChange={(keys) => choose(SHOWN.find((shown) => keys === 'all' || keys.has(shown)) ?? null)}
    >
      <Header className={menu.heading ?? ''}>{t('chat.shows')}</Header>
      {options.map(([key, words]) => (
        <MenuItem key={key} id={key} textValue={words} className={menu.item ?? ''}>
          {({ isSelected }) => (
            <>
              <span className={isSelected ? undefined : styles.unseen}>
                <Icon name="check" />
              </span>
              <span className={menu.words}>{words}</span>
            </>
          )}
        </MenuItem>
      ))}
    </MenuSection>
  );
}
