// What people do, as RFC 4480 names it, in words.

import type { OwnState } from '../../shared/model.ts';
import { hasMessage, t } from '../../shared/i18n/t.ts';

/** What can be chosen for oneself, with the state that goes with it: nobody in a meeting is available. */
const STATES = {
  working: 'available',
  playing: 'available',
  appointment: 'busy',
  meeting: 'busy',
  'on-the-phone': 'busy',
  performance: 'busy',
  presentation: 'busy',
  steering: 'busy',
  meal: 'away',
  'in-transit': 'away',
  shopping: 'away',
  sleeping: 'away',
  travel: 'away',
  vacation: 'away',
} as const satisfies Readonly<Record<string, OwnState>>;

export const ACTIVITIES = Object.keys(STATES) as readonly (keyof typeof STATES)[];

/** The state that goes with an activity; undefined for one that cannot be chosen here. */
export const stateOfActivity = (activity: string): OwnState | undefined =>
  Object.hasOwn(STATES, activity) ? STATES[activity as keyof typeof STATES] : undefined;

/** An activity in words; one that is not known is said as it came. */
export function activityWords(activity: string): string {
  const key = `activity.${activity}`;
  return hasMessage(key) ? (t as (key: string) => string)(key) : activity;
}
