// What single octets may be, as tables: the parser asks for each one it reads.

export const CR = 0x0d;
export const LF = 0x0a;
export const SP = 0x20;
export const HTAB = 0x09;
export const COLON = 0x3a;
export const DEL = 0x7f;

const table = (isIn: (octet: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, octet) => (isIn(octet) ? 1 : 0));

/** ALPHA DIGIT `-` `.` `_`. */
export const IN_TOKEN = table((octet) => /[A-Za-z0-9._\-]/v.test(String.fromCharCode(octet)));

/** Of a start line. */
export const IN_START_LINE = table((octet) => octet >= 0x20 && octet < 0x7f);
