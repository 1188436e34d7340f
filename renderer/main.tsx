import './styles/tokens.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { learn } from '../shared/i18n/learn.ts';
import { spokenFor } from '../shared/i18n/languages.ts';
import { App } from './App.tsx';
import { followAttention } from './attention.ts';
import { bridgeUrl, openCarrier, takeGreeting } from './carrier.ts';
import { Boundary } from './components/Boundary.tsx';
import { StoppedScreen } from './connection/StoppedScreen.tsx';
import { ProgramContext } from './store/hooks.ts';
import { showNotices } from './notices.ts';
import { addressKeeper, followPlace, tabKeeper } from './place.ts';
import { createProgram, type Program } from './store/program.ts';
import { refuseHtml } from './trusted.ts';

refuseHtml(window);
const root = createRoot(document.getElementById('root') as HTMLElement);

/** What most people look at next. If it cannot be had now, it is asked for again when it is shown. */
function loadNext(): void {
  requestIdleCallback(() => void import('./conversation/Conversation.tsx').catch(() => undefined));
}

function show(program: Program): void {
  followAttention(program);
  // Not before the first screen stands: the same processor draws it.
  const off = program.mirror.subscribe(() => {
    off();
    requestAnimationFrame(loadNext);
  });
  root.render(
    <StrictMode>
      <Boundary>
        <ProgramContext value={program}>
          <App />
        </ProgramContext>
      </Boundary>
    </StrictMode>,
  );
}

function start(): void {
  if (window.parley !== undefined) {
    const program = createProgram(window.parley);
    followPlace(program, addressKeeper(location, history));
    addEventListener('pagehide', () => program.close());
    return show(program);
  }
  const greeting = takeGreeting(location, history, sessionStorage);
  if (greeting === undefined) {
    // There is no program to ask for the language.
    void learn(spokenFor('system', navigator.languages))
      .catch(() => undefined)
      .finally(() => root.render(<StoppedScreen link="no-token" />));
    return;
  }
  const carrier = openCarrier({ url: bridgeUrl(location), greeting, storage: sessionStorage, WebSocket });
  // Before the snapshot is asked for, which says what is spoken.
  const tellLanguages = (): void =>
    void carrier.invoke('window.languages', { languages: navigator.languages }).catch(() => undefined);
  tellLanguages();
  addEventListener('languagechange', tellLanguages);
  const program = createProgram(carrier);
  followPlace(program, tabKeeper(sessionStorage));
  showNotices(carrier, program.call);
  carrier.onLink((link) => {
    program.view.getState().setLink(link);
    if (link === 'up') {
      tellLanguages();
      program.restart();
    }
  });
  addEventListener('pagehide', () => {
    program.close();
    carrier.close();
  });
  show(program);
}

start();
