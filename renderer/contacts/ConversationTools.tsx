import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { t } from '../../shared/i18n/t.ts';
import { AccessMenu } from '../rules/AccessMenu.tsx';
import { searchIn } from '../search/filters.ts';
import { useMirror, useProgram } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { ConversationSections } from './ConversationMenu.tsx';
import { MuteMenu } from './MuteMenu.tsx';

interface Props {
  readonly account: string;
  readonly peer: string;
  readonly name: string;
}

/** What stands in the head of a conversation: search in it, its bell, and all else that can be done with it. */
export function ConversationTools({ account, peer, name }: Props) {
  const { view } = useProgram();
  const conversation = useMirror((mirror) => mirror.conversations.get(pairKey(account, peer)));
  return (
    <>
      {conversation !== undefined && (
        <>
          <IconButton
            label={t('chat.search')}
            aria-haspopup="dialog"
            onPress={() => view.getState().openSearch(searchIn(peer))}
          >
            <Icon name="search" />
          </IconButton>
          <MuteMenu account={account} peer={peer} />
        </>
      )}
      <AccessMenu account={account} address={peer} name={name}>
        {conversation === undefined ? undefined : <ConversationSections conversation={conversation} />}
      </AccessMenu>
    </>
  );
}
