// The words that the program itself shows, outside of any window: in notifications, in the tray, in menus.

import type { OwnState, PresenceState } from '../shared/model.ts';

const count = (number: number, one: string, more: string): string => `${number} ${number === 1 ? one : more}`;

/** The states in the tray and the menus, as they are offered. */
export const stateWords: Readonly<Record<OwnState, string>> = {
  available: 'Available',
  away: 'Away',
  busy: 'Busy',
  'do-not-disturb': 'Do not disturb',
  offline: 'Appear offline',
};

export const words = {
  newMessage: 'New message',
  newMessages: (number: number): string => count(number, 'new message', 'new messages'),
  messagesFrom: (number: number, name: string): string =>
    `${count(number, 'message', 'messages')} from ${name}`,
  file: (name: string): string => `File: ${name}`,
  retracted: 'Took a message back',
  asks: (name: string): string => `${name} asks to see your presence`,
  asksWithout: 'Someone asks to see your presence',
  ask: (number: number): string => `${number} people ask to see your presence`,
  answer: (name: string): string => `Answer ${name}`,
  answerFailed: 'Your answer was not kept',
  quiet: 'Quiet',
  quietHour: 'For 1 hour',
  quietHours: 'For 8 hours',
  quietTomorrow: 'Until tomorrow',
  show: 'Show Parley',
  hide: 'Hide Parley',
  quit: 'Quit Parley',
  status: (presence: PresenceState, unread: number): string => {
    const state = presence === 'unknown' ? 'connecting' : stateWords[presence].toLowerCase();
    return `Parley: ${state}${unread > 0 ? `, ${count(unread, 'unread message', 'unread messages')}` : ''}`;
  },
  unread: (number: number): string => count(number, 'unread message', 'unread messages'),
  view: 'View',
  usualText: 'Usual Text Size',
  largerText: 'Larger Text',
  smallerText: 'Smaller Text',
  test: 'Notifications work',
  testBody: 'This is how Parley tells you of a message.',
} as const;
