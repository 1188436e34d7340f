import { Component, type ReactNode } from 'react';
import { t } from '../../shared/i18n/t.ts';
import stopped from '../connection/StoppedScreen.module.css';
import { Button } from './Button.tsx';
import { Mark } from './Mark.tsx';

interface State {
  readonly error: Error | undefined;
}

/** A fault while drawing would leave the window blank; here it says so, and shows the window again. */
export class Boundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <main className={stopped.page} role="alert">
        <div className={stopped.inner}>
          <Mark />
          <h1>{t('fault.title')}</h1>
          <p>{t('fault.text')}</p>
          <pre className={stopped.words}>{error.message}</pre>
          <div>
            <Button look="primary" onPress={() => location.reload()}>
              {t('fault.again')}
            </Button>
          </div>
        </div>
      </main>
    );
  }
}
