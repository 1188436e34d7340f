import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { ImppError } from '../../shared/errors.ts';
import type { Account, Profile, Rule, Settings, View as PresenceView } from '../../shared/model.ts';
import type { Mirror } from './mirror.ts';
import type { Program } from './program.ts';
import type { View } from './view.ts';

export const ProgramContext = createContext<Program | undefined>(undefined);

export function useProgram(): Program {
  const program = useContext(ProgramContext);
  if (program === undefined) throw new ImppError('internal-error', 'no program around this component');
  return program;
}

/** A part of the mirror. Only for components shown after the first snapshot. */
export function useMirror<T>(select: (mirror: Mirror) => T): T {
  return useStore(useProgram().mirror, ({ mirror }) => {
    if (mirror === undefined) throw new ImppError('internal-error', 'shown before the first snapshot');
    return select(mirror);
  });
}

export function useView<T>(select: (view: View) => T): T {
  return useStore(useProgram().view, select);
}

export const useAccount = (id: string): Account | undefined =>
  useMirror((mirror) => mirror.accounts.find((one) => one.id === id));

const NO_RULES: readonly Rule[] = [];
const NO_VIEWS: readonly PresenceView[] = [];

/** The access rules of an account; none until the domain has told. */
export const useRules = (account: string): readonly Rule[] =>
  useMirror((mirror) => mirror.rules.get(account) ?? NO_RULES);

export const useViews = (account: string): readonly PresenceView[] =>
  useMirror((mirror) => mirror.views.get(account) ?? NO_VIEWS);

export const useProfile = (account: string): Profile | undefined =>
  useMirror((mirror) => mirror.profiles.get(account));

export const useSettings = (): Settings => useMirror((mirror) => mirror.settings);

/** The time in steps of `step` milliseconds; what shows it is drawn anew with each step. */
export function useNow(step: number): number {
  const subscribe = useCallback(
    (renew: () => void) => {
      const timer = setInterval(renew, step);
      return () => clearInterval(timer);
    },
    [step],
  );
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / step) * step);
}
