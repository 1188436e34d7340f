import { Mark } from '../components/Mark.tsx';
import { t } from '../../shared/i18n/t.ts';
import styles from './StoppedScreen.module.css';

/** In a browser the window can outlive the program: then it says so instead of showing what is no longer true. */
export function StoppedScreen({ link }: { readonly link: 'stopped' | 'no-token' }) {
  return (
    <main className={styles.page} role="alert">
      <div className={styles.inner}>
        <Mark />
        <h1>{t(`connection.${link}.title`)}</h1>
        <p>{t(`connection.${link}.text`)}</p>
      </div>
    </main>
  );
}
