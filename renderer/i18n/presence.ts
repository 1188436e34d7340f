import { together } from '../../shared/i18n/formats.ts';
import type { Account, Contact, OwnState, Presence, PresenceState, Quiet } from '../../shared/model.ts';
import { domainOf, label } from '../address.ts';
import { activityWords } from './activities.ts';
import { sentenceFor } from './problems.ts';
import { t } from '../../shared/i18n/t.ts';
import { timeWithDay } from './times.ts';

/** The state of a presence in words; an activity that says more stands in its place. */
export function presenceWords(presence: Presence): string {
  const state = t(`presence.${presence.state}`);
  const { activity } = presence;
  if (activity === undefined || activity === presence.state) return state;
  return together(state, activityWords(activity));
}

/** One's own choice as it is named in the menu. */
export const ownWord = (state: OwnState): string =>
  state === 'offline' ? t('presence.appear-offline') : t(`presence.${state}`);

/** The sign beside one's own name: what others can see, so `unknown` while there is no connection. */
export const shownOwnState = (account: Account): PresenceState =>
  account.connection.phase === 'online' ? account.own.state : 'unknown';

/** What stands under one's own name. */
export function ownStateWords(account: Account, now = Date.now()): string {
  const { phase, passwordNeeded } = account.connection;
  switch (phase) {
    case 'online':
      return ownPresenceWords(account, now);
    case 'signed-out':
      return passwordNeeded === true ? t('me.not-signed-in') : t('me.signed-out');
    case 'waiting':
      return passwordNeeded === true ? t('me.not-signed-in') : t('me.not-connected');
    case 'closing':
      return t('me.not-connected');
    case 'resolving':
    case 'connecting':
    case 'securing':
    case 'authenticating':
      return t('me.connecting');
  }
}

function ownPresenceWords({ own }: Account, now: number): string {
  const { activity, automatic, until, quiet } = own;
  // What was chosen itself has an end of its own.
  if (quiet !== undefined && own.state !== quiet.chosen) {
    const state = ownWord(own.state);
    return quiet.until === undefined
      ? t('presence.own.automatic', { state })
      : t('presence.own.until', { state, until: timeWithDay(quiet.until, now) });
  }
  const state =
    activity === undefined || activity === own.state || own.state === 'offline'
      ? ownWord(own.state)
      : together(ownWord(own.state), activityWords(activity));
  if (automatic !== undefined) return t('presence.own.automatic', { state });
  return until === undefined || until <= now
    ? state
    : t('presence.own.until', { state, until: timeWithDay(until, now) });
}

/** Why nobody is to disturb, without having been set so. */
export function quietWords({ by, until }: Quiet, now: number): string {
  if (by === 'system') return t('presence.quiet.system');
  return until === undefined
    ? t('presence.quiet.hours')
    : t('presence.quiet.hours.until', { until: timeWithDay(until, now) });
}

/** Why it is not known whether somebody is here, although the watch was granted. */
export function unknownWords(contact: Contact, name: string, isOnline: boolean, now: number): string {
  const { goodUntil } = contact.presence;
  if (!isOnline) return t('presence.unknown.not-connected', { name });
  if (goodUntil !== undefined && goodUntil <= now)
    return t('presence.unknown.lapsed', { name, time: timeWithDay(goodUntil, now) });
  return t('presence.unknown.unreadable', { name, domain: domainOf(contact.address) });
}

/** How old a presence is and how long it holds: `Since 14:02`, `Good until 14:07`. */
export function presenceTimes(presence: Presence, now: number): string[] {
  const { since, until, goodUntil } = presence;
  const lines: string[] = [];
  const time = (ms: number): string => timeWithDay(ms, now);
  if (until !== undefined && until <= now) {
    if (since !== undefined) lines.push(t('presence.since', { since: time(since) }));
    lines.push(t('presence.gone-by', { until: time(until) }));
  } else if (since !== undefined && until !== undefined) {
    lines.push(t('presence.since-until', { since: time(since), until: time(until) }));
  } else if (since !== undefined && goodUntil !== undefined && presence.state !== 'unknown') {
    return [t('presence.since-good', { since: time(since), time: time(goodUntil) })];
  } else if (since !== undefined) lines.push(t('presence.since', { since: time(since) }));
  else if (until !== undefined) lines.push(t('presence.until', { until: time(until) }));
  if (goodUntil !== undefined && presence.state !== 'unknown') {
    lines.push(t('presence.good-until', { time: time(goodUntil) }));
  }
  return lines;
}

/** One line for the head of a conversation: `Available until 17:00, on press`. */
export function presenceLine(contact: Contact, now: number): string {
  const { presence } = contact;
  if (contact.watch === 'asked' && presence.state === 'unknown') return label(contact.address);
  const note = presence.note?.trim() ?? '';
  const state = presenceWords(presence);
  const words =
    presence.until === undefined || presence.until <= now
      ? state
      : t('presence.own.until', { state, until: timeWithDay(presence.until, now) });
  return together(words, note);
}

/** Why nothing is known of somebody, or no longer: the watch, or what became of it; undefined: all is well. */
export function troubleWords(
  contact: Contact,
  name: string,
  isOnline: boolean,
  now: number,
): string | undefined {
  const { watch, problem, address, presence } = contact;
  if (watch === 'none' && !isOnline) return t('person.watch.later', { name });
  if (watch === 'active')
    return presence.state === 'unknown' ? unknownWords(contact, name, isOnline, now) : undefined;
  if (problem !== undefined && watch !== 'asked')
    return sentenceFor(problem, { attempt: 'watch', address, name });
  return t(`person.watch.${watch}`, { name });
}

/**
 * What a sign alone does not say, for where there is only room for one: the state with since and until, or why it is
 * not known. Until when the watch vouches for it is a detail of the person.
 */
export function presenceSummary(contact: Contact, name: string, isOnline: boolean, now: number): string {
  const { goodUntil: _, ...presence } = contact.presence;
  const words = [presenceWords(presence), ...presenceTimes(presence, now)].map((line) => `${line}.`);
  const trouble = troubleWords(contact, name, isOnline, now);
  return [...words, ...(trouble === undefined ? [] : [trouble])].join(' ');
}
