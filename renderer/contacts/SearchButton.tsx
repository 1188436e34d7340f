import { t } from '../../shared/i18n/t.ts';
import { keysOf } from '../../shared/shortcuts.ts';
import { Icon } from '../components/Icon.tsx';
import { ariaKeys, keysWords } from '../i18n/keys.ts';
import { useMirror, useProgram } from '../store/hooks.ts';

/** Opens the search, and says which keys do. */
export function SearchButton({ className }: { readonly className: string | undefined }) {
  const { view } = useProgram();
  const platform = useMirror((mirror) => mirror.host.platform);
  return (
    <button
      type="button"
      className={className}
      aria-haspopup="dialog"
      aria-keyshortcuts={ariaKeys(keysOf('search'), platform)}
      onClick={() => view.getState().openSearch()}
    >
      <Icon name="search" size="small" />
      <span>{t('sidebar.search')}</span>
      <kbd aria-hidden="true">{keysWords(keysOf('search'), platform)}</kbd>
    </button>
  );
}
