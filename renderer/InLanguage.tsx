import {
  Fragment,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { I18nProvider } from 'react-aria-components';
import { useStore } from 'zustand';
import { learn } from '../shared/i18n/learn.ts';
import { directionOf, isSame } from '../shared/i18n/languages.ts';
import { language, onSpoken } from '../shared/i18n/t.ts';
import { useProgram } from './store/hooks.ts';

/** The id of the one field that is still in use when all words change. */
export const LANGUAGE_FIELD = 'language';

/**
 * Shows its children in the language that the program speaks, once its words are here. With another language they are
 * made anew, so that nothing of the former is left.
 */
export function InLanguage({ children }: { readonly children: ReactNode }) {
  const { mirror } = useProgram();
  const wanted = useStore(mirror, (state) => state.mirror?.spoken);
  const spoken = useSyncExternalStore(onSpoken, language);
  /** Whether the focus is there, or was before everything was made anew. */
  const isInField = useRef(false);
  useEffect(() => {
    const look = ({ target }: FocusEvent): void => {
      isInField.current = target instanceof Element && target.id === LANGUAGE_FIELD;
    };
    document.addEventListener('focusin', look);
    return () => document.removeEventListener('focusin', look);
  }, []);
  const [isSettled, settle] = useState(false);
  useLayoutEffect(() => {
    if (wanted === undefined || isSame(wanted, language())) return;
    learn(wanted)
      // English stands in for words that cannot be had.
      .catch(() => undefined)
      .finally(() => settle(true));
  }, [wanted]);
  useLayoutEffect(() => {
    document.documentElement.lang = spoken.language;
    document.documentElement.dir = directionOf(spoken.language);
    if (isInField.current) document.getElementById(LANGUAGE_FIELD)?.focus();
  }, [spoken]);
  const isHere = wanted === undefined || isSettled || isSame(wanted, spoken);
  return (
    <I18nProvider locale={spoken.locale}>
      <Fragment key={spoken.locale}>{isHere && children}</Fragment>
    </I18nProvider>
  );
}
