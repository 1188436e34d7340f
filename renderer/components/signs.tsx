// The signs of the design as path data, drawn on 24 (controls), 10 (presence) and 16 (outcome).

import type { ReactNode } from 'react';

export const CONTROL_SIGNS = {
  at: (
    <>
      <circle cx="12" cy="12" r="3.3" />
      <path d="M15.3 8.7v4.5a2.3 2.3 0 0 0 4.5 0V12a7.8 7.8 0 1 0-3 6.1" />
    </>
  ),
  check: (
    <>
      <path d="M5.5 12.5l4.3 4.3 8.7-9.3" />
    </>
  ),
  'chev-down': (
    <>
      <path d="M7 10l5 5 5-5" />
    </>
  ),
  'chev-end': (
    <>
      <path d="M10 7l5 5-5 5" />
    </>
  ),
  'chev-start': (
    <>
      <path d="M14 7l-5 5 5 5" />
    </>
  ),
  close: (
    <>
      <path d="M6.5 6.5l11 11M17.5 6.5l-11 11" />
    </>
  ),
  compose: (
    <>
      <path d="M19.5 13v4.5a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2H11" />
      <path d="M9.5 14.5l.6-3L17.7 3.9a1.7 1.7 0 0 1 2.4 2.4L12.5 13.9z" />
    </>
  ),
  contrast: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor" />
    </>
  ),
  copy: (
    <>
      <rect x="8.5" y="8.5" width="11" height="11" rx="2" />
      <path d="M15.5 8.5v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2" />
    </>
  ),
  certificate: (
    <>
      <rect x="3.5" y="5" width="17" height="11" rx="2" />
      <circle cx="15.5" cy="12.5" r="2.5" />
      <path d="M14 14.7V20l1.5-1 1.5 1v-5.3M7 9h5M7 12h3" />
    </>
  ),
  eye: (
    <>
      <path d="M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12z" />
      <circle cx="12" cy="12" r="2.8" />
    </>
  ),
  'eye-off': (
    <>
      <path d="M9.5 6.2A8.7 8.7 0 0 1 12 5.8c6 0 9.2 6.2 9.2 6.2a15 15 0 0 1-2.6 3.4M15.5 17.5a8.5 8.5 0 0 1-3.5.7C6 18.2 2.8 12 2.8 12a15 15 0 0 1 3.4-4.1M4 4l16 16" />
    </>
  ),
  info: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M12 11.5v4.5M12 8.2v.01" />
    </>
  ),
  inbox: (
    <>
      <path d="M4 13.5l2.4-7.6A2 2 0 0 1 8.3 4.5h7.4a2 2 0 0 1 1.9 1.4l2.4 7.6v4a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2z" />
      <path d="M4 13.5h4.5a3.5 3.5 0 0 0 7 0H20" />
    </>
  ),
  lock: (
    <>
      <rect x="5.5" y="10.5" width="13" height="9" rx="2" />
      <path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" />
    </>
  ),
  offline: (
    <>
      <path d="M12 18.5v.01M8.8 15a4.6 4.6 0 0 1 5.4-.8M5.6 11.6a9 9 0 0 1 3.9-2.3M12.7 8.8a9 9 0 0 1 5.7 2.8M4 4l16 16" />
    </>
  ),
  panel: (
    <>
      <rect x="4" y="5" width="16" height="14" rx="2.5" />
      <path d="M14.5 5v14" />
    </>
  ),
  plus: (
    <>
      <path d="M12 5v14M5 12h14" />
    </>
  ),
  refresh: (
    <>
      <path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 4v4h-4" />
    </>
  ),
  send: (
    <>
      <path d="M12 19V5.5M6.5 11L12 5.5l5.5 5.5" />
    </>
  ),
  sliders: (
    <>
      <path d="M4 7.5h7M17 7.5h3M4 16.5h3M13 16.5h7" />
      <circle cx="14" cy="7.5" r="2.7" />
      <circle cx="10" cy="16.5" r="2.7" />
    </>
  ),
  trash: (
    <>
      <path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.9 11a1.6 1.6 0 0 0 1.6 1.5h6a1.6 1.6 0 0 0 1.6-1.5l.9-11M10.5 11v5M13.5 11v5" />
    </>
  ),
  user: (
    <>
      <circle cx="12" cy="8.5" r="3.7" />
      <path d="M4.8 19.5a7.2 7.2 0 0 1 14.4 0" />
    </>
  ),
  'user-plus': (
    <>
      <circle cx="10" cy="8.5" r="3.7" />
      <path d="M2.8 19.5a7.2 7.2 0 0 1 14.4 0M19 8.5v5M16.5 11h5" />
    </>
  ),
  warning: (
    <>
      <path d="M12 4.5l8.3 14.5H3.7z" />
      <path d="M12 10v4M12 16.5v.01" />
    </>
  ),
  globe: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M4 12h16M12 4c2.5 2.3 3.5 5 3.5 8s-1 5.7-3.5 8c-2.5-2.3-3.5-5-3.5-8s1-5.7 3.5-8z" />
    </>
  ),
  plug: (
    <>
      <path d="M9 4.5V9M15 4.5V9M6.5 9h11v2.5a5.5 5.5 0 0 1-11 0zM12 17v3.5" />
    </>
  ),
  edit: (
    <>
      <path d="M4.5 19.5l.8-4L16 4.8a1.9 1.9 0 0 1 2.7 0l.5.5a1.9 1.9 0 0 1 0 2.7L8.5 18.7z" />
      <path d="M14 7l3 3" />
    </>
  ),
  file: (
    <>
      <path d="M13.5 4H7.5a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h9a2 2 0 0 0 2-2V9z" />
      <path d="M13.5 4v5h5" />
    </>
  ),
  block: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M6.4 6.4l11.2 11.2" />
    </>
  ),
  clock: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M12 7.5V12l3 2" />
    </>
  ),
  more: (
    <>
      <circle cx="6" cy="12" r=".9" fill="currentColor" />
      <circle cx="12" cy="12" r=".9" fill="currentColor" />
      <circle cx="18" cy="12" r=".9" fill="currentColor" />
    </>
  ),
  polite: (
    <>
      <circle cx="12" cy="12" r="8" strokeDasharray="3.2 3.08" />
      <path d="M8.5 12h7" />
    </>
  ),
  search: (
    <>
      <circle cx="10.5" cy="10.5" r="6" />
      <path d="M15 15l5 5" />
    </>
  ),
  users: (
    <>
      <circle cx="9" cy="9" r="3.3" />
      <path d="M2.8 19a6.2 6.2 0 0 1 12.4 0M15.5 5.9a3.3 3.3 0 0 1 0 6.2M17.3 13.4A6.2 6.2 0 0 1 21.2 19" />
    </>
  ),
  download: (
    <>
      <path d="M12 4.5V15M7.5 10.5L12 15l4.5-4.5M5 19.5h14" />
    </>
  ),
  attach: (
    <>
      <path d="M19 11.5l-7.3 7.1a4.3 4.3 0 0 1-6-6.1l7.8-7.6a2.9 2.9 0 0 1 4.1 4.1l-7.7 7.5a1.5 1.5 0 0 1-2.1-2.1l6.9-6.7" />
    </>
  ),
  bell: (
    <>
      <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15z" />
      <path d="M10.2 20.5a2 2 0 0 0 3.6 0" />
    </>
  ),
  'bell-off': (
    <>
      <path d="M8.5 6.2A6 6 0 0 1 18 11v4.5M15 18H4.5L6 16.5V11c0-.6.1-1.2.3-1.8M10.2 20.5a2 2 0 0 0 3.6 0M4 4l16 16" />
    </>
  ),
  bold: (
    <>
      <path d="M8 5.5h4.8a3.1 3.1 0 0 1 0 6.3H8zM8 11.8h5.6a3.3 3.3 0 0 1 0 6.7H8z" />
    </>
  ),
  'chev-up': (
    <>
      <path d="M7 14l5-5 5 5" />
    </>
  ),
  code: (
    <>
      <path d="M8.5 7.5L4 12l4.5 4.5M15.5 7.5L20 12l-4.5 4.5" />
    </>
  ),
  history: (
    <>
      <path d="M4.5 12a7.5 7.5 0 1 0 2.3-5.4M4.5 4v4h4" />
      <path d="M12 8v4.2l2.7 1.8" />
    </>
  ),
  image: (
    <>
      <rect x="4" y="5" width="16" height="14" rx="2.5" />
      <circle cx="9" cy="10" r="1.5" />
      <path d="M4.5 17l4.7-4 3.3 2.8 3-2.6 4 3.3" />
    </>
  ),
  italic: (
    <>
      <path d="M10.5 5.5h6M7.5 18.5h6M14 5.5l-4 13" />
    </>
  ),
  key: (
    <>
      <circle cx="8" cy="15.5" r="3.7" />
      <path d="M10.7 12.8L19 4.5M15.5 8l3 3M13 10.5l1.8 1.8" />
    </>
  ),
  keyboard: (
    <>
      <rect x="3" y="6" width="18" height="12" rx="2" />
      <path d="M6.5 10v.01M10 10v.01M14 10v.01M17.5 10v.01M8 14h8" />
    </>
  ),
  link: (
    <>
      <path d="M10 14a3.6 3.6 0 0 0 5.3.3l3-3a3.7 3.7 0 0 0-5.2-5.2l-1.4 1.4" />
      <path d="M14 10a3.6 3.6 0 0 0-5.3-.3l-3 3a3.7 3.7 0 0 0 5.2 5.2l1.4-1.4" />
    </>
  ),
  list: (
    <>
      <path d="M9.5 7H20M9.5 12H20M9.5 17H20M5 7v.01M5 12v.01M5 17v.01" />
    </>
  ),
  pin: (
    <>
      <path d="M9 4.5h6l-.7 6 2.7 3H7l2.7-3zM12 13.5V20" />
    </>
  ),
  play: (
    <>
      <path d="M8 5.5l10 6.5-10 6.5z" />
    </>
  ),
  quote: (
    <>
      <path d="M5 6v12M9 8h10M9 12h10M9 16h6" />
    </>
  ),
  reply: (
    <>
      <path d="M9.5 6L4.5 11l5 5" />
      <path d="M4.5 11H14a5.5 5.5 0 0 1 5.5 5.5V18" />
    </>
  ),
  forward: (
    <>
      <path d="M14.5 6l5 5-5 5" />
      <path d="M19.5 11H10a5.5 5.5 0 0 0-5.5 5.5V18" />
    </>
  ),
  return: (
    <>
      <path d="M19 6v4.5a3 3 0 0 1-3 3H5.5M9.5 9.5l-4 4 4 4" />
    </>
  ),
  smile: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M8.8 14.2a4 4 0 0 0 6.4 0" />
      <path d="M9.4 9.8v.3M14.6 9.8v.3" />
    </>
  ),
  text: (
    <>
      <path d="M5 7V5h14v2M12 5v14M9.5 19h5" />
    </>
  ),
} as const satisfies Record<string, ReactNode>;

export const PRESENCE_SIGNS = {
  available: (
    <>
      <circle cx="5" cy="5" r="4.5" />
    </>
  ),
  away: (
    <>
      <path d="M5.16.503A4.5 4.5 0 1 0 9.497 4.84 3.4 3.4 0 0 1 5.16.503z" />
    </>
  ),
  busy: (
    <>
      <path d="M4 .61v8.78a4.5 4.5 0 0 1 0-8.78zM6 .61v8.78a4.5 4.5 0 0 0 0-8.78z" />
    </>
  ),
  'do-not-disturb': (
    <>
      <path fillRule="evenodd" d="M5 .5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM2.3 4.15v1.7h5.4v-1.7z" />
    </>
  ),
  offline: (
    <>
      <path
        fillRule="evenodd"
        d="M5 .5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM5 2.1a2.9 2.9 0 1 0 0 5.8 2.9 2.9 0 0 0 0-5.8z"
      />
    </>
  ),
  unknown: (
    <>
      <circle
        cx="5"
        cy="5"
        r="3.85"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeDasharray="2.4 1.632"
        strokeDashoffset="1.2"
      />
    </>
  ),
} as const satisfies Record<string, ReactNode>;

export const OUTCOME_SIGNS = {
  waiting: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 4.8V8l2.2 1.4" />
    </>
  ),
  stored: (
    <>
      <path d="M2.25 9.5v2.25a1.5 1.5 0 0 0 1.5 1.5h8.5a1.5 1.5 0 0 0 1.5-1.5V9.5" />
      <path d="M4.75 6.75l2.5 2.5 4.5-5.5" />
    </>
  ),
  delivered: (
    <>
      <path d="M3 8.5l3.3 3.3L13 4.5" />
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="6" strokeDasharray="2.2 1.57" strokeWidth="1.3" />
      <path d="M6.25 6.6a1.75 1.75 0 1 1 2.7 1.45c-.6.4-.95.7-.95 1.3M8 11.3v.01" />
    </>
  ),
  expired: (
    <>
      <path d="M4 2.25h8M4 13.75h8M5 2.25v2.4L8 8 5 11.35v2.4M11 2.25v2.4L8 8l3 3.35v2.4" />
    </>
  ),
  read: (
    <>
      <path
        fill="currentColor"
        stroke="none"
        fillRule="evenodd"
        d="M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM11.7 5.9l-1.1-1-3.7 4.1-1.6-1.6-1 1 2.65 2.7z"
      />
    </>
  ),
  failed: (
    <>
      <path d="M8 2.25l6.25 11.25H1.75z" fill="currentColor" />
      <path d="M8 6.25v3.25M8 11.65v.01" style={{ stroke: 'var(--icon-hole, #fff)' }} />
    </>
  ),
} as const satisfies Record<string, ReactNode>;

export type ControlSign = keyof typeof CONTROL_SIGNS;
