import { type FormEvent, useState } from 'react';
import type { Account } from '../../../shared/model.ts';
import { t } from '../../../shared/i18n/t.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog, DialogButtons } from '../../components/Dialog.tsx';
import { ProblemCallout } from '../../components/Problem.tsx';
import { useProgram } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
import { ProxyFields } from '../../signin/ProxyFields.tsx';
import { type ProxyDraft, draftOf, isProxyPlace, proxyIn } from '../../signin/proxy-draft.ts';

/** Where the proxy is, and what it asks for. */
export function ProxyDialog({
  account,
  onClose,
}: {
  readonly account: Account;
  readonly onClose: () => void;
}) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const { proxy: before } = account.network;
  const [draft, setDraft] = useState<ProxyDraft>(() => draftOf(before));
  const [isMissing, setMissing] = useState(false);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const isWhole = isProxyPlace(draft.server);
    setMissing(!isWhole);
    if (isWhole) run(() => call('account.network', { account: account.id, ...proxyIn(draft) }), onClose);
  };
  return (
    <Dialog title={t('network.proxy.title')} lede={t('network.proxy.lede')} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        {problem !== undefined && (
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
        )}
        <ProxyFields
          draft={draft}
          onChange={(next) => {
            setDraft(next);
            setMissing(false);
          }}
          isMissing={isMissing}
          isPasswordKept={before.kind === 'socks5' && before.user !== undefined}
          autoFocus
        />
        <DialogButtons>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t('network.proxy.use')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
