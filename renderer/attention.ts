import type { Program } from './store/program.ts';

/** Tells the program which conversation the person has before their eyes, and when they have none. Ends with the page. */
export function followAttention({ call, view }: Program): void {
  let hasFocus = document.hasFocus();
  let told: string | undefined;
  const look = (): void => {
    const { page } = view.getState();
    const isSeen = hasFocus && document.visibilityState === 'visible' && page.type === 'conversation';
    const conversation = isSeen ? { account: page.account, peer: page.peer } : null;
    const words = JSON.stringify(conversation);
    if (words === told) return;
    told = words;
    // Untold, the person is told of what they see: that is no harm.
    call('window.attend', { conversation }).catch(() => {
      told = undefined;
    });
  };
  const turn = (isHere: boolean) => (): void => {
    hasFocus = isHere;
    look();
  };
  view.subscribe(look);
  addEventListener('focus', turn(true));
  addEventListener('blur', turn(false));
  document.addEventListener('visibilitychange', look);
  look();
}
