import { useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { Settings as AppSettings } from '../shared/model.ts';
import { StoppedScreen } from './connection/StoppedScreen.tsx';
import { InLanguage } from './InLanguage.tsx';
import { Home } from './contacts/Home.tsx';
import { Sidebar } from './contacts/Sidebar.tsx';
import styles from './App.module.css';
import { formatNumber } from '../shared/i18n/formats.ts';
import { keepFocus } from './focus.ts';
import { listenToKeys } from './keyboard.ts';
import { later } from './later.tsx';
import { unreadOf } from '../shared/unread.ts';
import { useMirror, useNow, useProgram, useSettings, useView } from './store/hooks.ts';
import { isPersonShown } from './store/view.ts';

const AddContact = later(async () => (await import('./contacts/AddContact.tsx')).AddContact);
const Conversation = later(async () => (await import('./conversation/Conversation.tsx')).Conversation);
const DamageScreen = later(async () => (await import('./connection/DamageScreen.tsx')).DamageScreen);
const Palette = later(async () => (await import('./search/Palette.tsx')).Palette);
const PasswordDialog = later(async () => (await import('./connection/PasswordDialog.tsx')).PasswordDialog);
const Questions = later(async () => (await import('./contacts/Questions.tsx')).Questions);
const Requests = later(async () => (await import('./requests/Requests.tsx')).Requests);
const Settings = later(async () => (await import('./settings/Settings.tsx')).Settings);
const SignIn = later(async () => (await import('./signin/SignIn.tsx')).SignIn);

const MINUTE = 60_000;

/** The window. Nothing is shown before the first snapshot, so that no state flashes that is not true. */
export function App() {
  const { mirror } = useProgram();
  const isReady = useStore(mirror, (state) => state.mirror !== undefined);
  const link = useView((state) => state.link);
  return (
    <InLanguage>
      {isReady && (
        <>
          <Window />
          <Questions />
        </>
      )}
      {link !== 'up' && <StoppedScreen link={link} />}
      <Announcer />
    </InLanguage>
  );
}

function Window() {
  const program = useProgram();
  const { view } = program;
  const hasAccount = useMirror((mirror) => mirror.accounts.length > 0);
  const damage = useMirror((mirror) => mirror.damage);
  const conversations = useMirror((mirror) => mirror.conversations);
  const now = useNow(MINUTE);
  const unread = useMemo(() => unreadOf(conversations.values(), now), [conversations, now]);
  const page = useView((state) => state.page);
  const isAddingContact = useView((state) => state.isAddingContact);
  useAppearance(useSettings());
  useEffect(() => listenToKeys(program), [program]);
  useEffect(() => keepFocus(program), [program]);
  useEffect(() => {
    document.title = unread > 0 ? `(${formatNumber(unread)}) Parley` : 'Parley';
  }, [unread]);

  if (damage !== undefined) return <DamageScreen damage={damage} />;
  const invitation = page.type === 'sign-in' ? page.invitation : undefined;
  // Another link is another form.
  const form = invitation?.link ?? '';
  if (!hasAccount) {
    const home = (): void => view.getState().open({ type: 'home' });
    return <SignIn key={form} invitation={invitation} onDone={home} />;
  }
  if (page.type === 'sign-in') {
    const back = (): void => view.getState().open({ type: 'settings', pane: 'accounts' });
    return <SignIn key={form} invitation={invitation} onBack={back} onDone={back} />;
  }
  return (
    <>
      {page.type === 'settings' ? <Settings pane={page.pane} /> : <MainScreen />}
      {isAddingContact && <AddContact />}
      <Palette />
      {page.type !== 'settings' && <PasswordPrompt />}
    </>
  );
}

/**
 * Asks once by itself for each password that the program lacks, after what else is being asked; later the banner
 * offers it.
 */
function PasswordPrompt() {
  const accounts = useMirror((mirror) => mirror.accounts);
  const [asked, setAsked] = useState<ReadonlySet<string>>(new Set());
  /** Once asked for, it stays until it is given or refused: while it is tried, none is lacking for a moment. */
  const [open, setOpen] = useState<string>();
  const lacking = accounts.find(({ id, connection }) => connection.passwordNeeded === true && !asked.has(id));
  const isAsking = useView((state) => state.question !== undefined);
  if (open === undefined && lacking !== undefined && !isAsking) setOpen(lacking.id);
  const account = accounts.find(({ id }) => id === open);
  // Of two dialogs at once only the upper one can be used, and what is being asked comes first.
  if (account === undefined || isAsking) return null;
  return (
    <PasswordDialog
      key={account.id}
      account={account}
      onClose={() => {
        setAsked(new Set([...asked, account.id]));
        setOpen(undefined);
      }}
    />
  );
}

function MainScreen() {
  const page = useView((state) => state.page);
  const pane = useView((state) => state.pane);
  const hasPerson = useView((state) => state.page.type === 'conversation' && isPersonShown(state));
  useWidth();
  return (
    <div className={styles.window} data-pane={pane} data-person={hasPerson}>
      <Sidebar />
      <div className={styles.middle}>
        {page.type === 'conversation' ? (
          <Conversation account={page.account} peer={page.peer} />
        ) : page.type === 'requests' ? (
          <Requests />
        ) : (
          <Home />
        )}
      </div>
    </div>
  );
}

/** What screen readers are told, politely; the key makes equal words a new announcement. */
function Announcer() {
  const { text, number } = useView((state) => state.announcement);
  return (
    <div className={styles.announcer} role="status" aria-live="polite">
      <span key={number}>{text}</span>
    </div>
  );
}

/** Under this many rem there is no room for the person beside the conversation; the same numbers stand in the styles. */
const WIDE = 68.7;
/** Under this many rem there is room for one pane only. */
const NARROW = 47;

function useWidth(): void {
  const { view } = useProgram();
  const { textSize } = useSettings();
  useLayoutEffect(() => {
    const measure = (): void => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
      const width = document.body.clientWidth;
      const next = { isWide: width > WIDE * rem, isNarrow: width <= NARROW * rem };
      const { isWide, isNarrow } = view.getState();
      if (next.isWide !== isWide || next.isNarrow !== isNarrow) view.getState().setWidth(next);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [view, textSize]);
}

/** Theme, density and text size are attributes of the root, which the tokens ask. */
function useAppearance({ theme, density, textSize }: AppSettings): void {
  useLayoutEffect(() => {
    const root = document.documentElement;
    if (theme === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = theme;
    root.dataset['density'] = density;
    root.style.setProperty('--text-scale', String(textSize / 100));
    // Chromium asks container queries in rem anew only when the container changes its size, so it does for a moment.
    document.body.style.inlineSize = 'calc(100% - 1px)';
    document.body.getBoundingClientRect();
    document.body.style.removeProperty('inline-size');
  }, [theme, density, textSize]);
}
