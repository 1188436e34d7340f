import { useState } from 'react';
import type { Account } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { Button } from '../components/Button.tsx';
import { later } from '../later.tsx';
import { useProgram } from '../store/hooks.ts';
import type { Doing } from '../store/use-command.ts';
import type { Action } from './banner-words.ts';

const PasswordDialog = later(async () => (await import('./PasswordDialog.tsx')).PasswordDialog);

const WORDS = {
  'try-now': 'connection.try-now',
  connect: 'connection.connect',
  password: 'connection.password',
  unlock: 'connection.locked.action',
  again: 'connection.gone.action',
  network: 'connection.network',
  update: 'connection.update',
} as const satisfies Record<Action, string>;

/** Those that lead elsewhere, and begin nothing. */
const OPENS: ReadonlySet<Action> = new Set(['password', 'network', 'update']);

interface Props {
  readonly action: Action;
  readonly account: Account;
  /** Where its trouble is shown. */
  readonly doing: Doing;
  readonly isQuiet?: boolean;
  readonly size?: 'tiny' | 'small';
}

/** The one thing to do about a connection. */
export function ActionButton({ action, account, doing, isQuiet = false, size = 'tiny' }: Props) {
  const { call, view } = useProgram();
  const [isAsking, setAsking] = useState(false);
  const act = (): void => {
    if (action === 'password') setAsking(true);
    else if (action === 'network') view.getState().open({ type: 'settings', pane: 'network' });
    else if (action === 'update') view.getState().open({ type: 'settings', pane: 'about' });
    else doing.run(() => call('account.connect', { account: account.id }));
  };
  return (
    <>
      <Button
        size={size}
        {...(isQuiet ? { look: 'quiet' } : {})}
        isBusy={doing.isBusy && !OPENS.has(action)}
        onPress={act}
      >
        {t(WORDS[action])}
      </Button>
      {isAsking && <PasswordDialog account={account} onClose={() => setAsking(false)} />}
    </>
  );
}
