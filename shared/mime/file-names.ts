// Names of files from anywhere, made fit for the disks of people: what a name says must be what is saved.

const encoder = new TextEncoder();

/** Octets of a name that every file system takes. */
const LONGEST = 255;
/** Extensions longer than this are part of the name. */
const LONGEST_EXTENSION = 16;

// Controls, lone surrogates, unassigned; what turns the direction of a name around or is not seen in it. The
// joiners (U+200C, U+200D) stay: Persian and Indic names and many emoji need them.
const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Cn}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;
/** What Windows does not take in names; a colon opens another stream of the file there. */
const NOT_ON_WINDOWS = /[<>:"|?*]/g;
/** Devices of Windows, whatever follows the first dot. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])[ ]*(?:\.|$)/i;

/** Cut to 255 octets at a character; the extension stays, as it says what the file is. */
function shortened(name: string): string {
  if (encoder.encode(name).length <= LONGEST) return name;
  const dot = name.lastIndexOf('.');
  const isExtension = dot > 0 && name.length - dot <= LONGEST_EXTENSION;
  const extension = isExtension ? name.slice(dot) : '';
  let room = LONGEST - encoder.encode(extension).length;
  let stem = '';
  for (const character of isExtension ? name.slice(0, dot) : name) {
    room -= encoder.encode(character).length;
    if (room < 0) break;
    stem += character;
  }
  // What stands at the end now may not.
  return stem.replace(/[. ]+$/, '') + extension;
}

/**
 * The last segment of a path as a name that is safe on every system; `fallback` where nothing is left of it.
 */
export function cleanName(text: string, fallback: string): string {
  const segments = text
    .slice(0, 4096)
    .split(/[/\\]/)
    .map((segment) =>
      segment
        .replace(/\s+/gu, ' ')
        .replace(UNSEEN, '_')
        .replace(NOT_ON_WINDOWS, '_')
        // Hidden files on one system, dropped by another.
        .replace(/^[. ]+|[. ]+$/g, ''),
    );
  const name = segments.findLast((segment) => segment !== '') ?? fallback;
  return shortened(DEVICE.test(name) ? `_${name}` : name);
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/plain': 'txt',
  'text/html': 'html',
  'text/calendar': 'ics',
  'text/vcard': 'vcf',
  'text/csv': 'csv',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'video/mp4': 'mp4',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/json': 'json',
  'application/xml': 'xml',
  'message/rfc822': 'eml',
};

/** Names for parts that have none, by what they are to people. */
const TELLING: Readonly<Record<string, string>> = {
  'text/plain': 'message.txt',
  'text/html': 'message.html',
  'multipart/encrypted': 'encrypted-message.eml',
  'application/pkcs7-mime': 'encrypted-message.p7m',
  'application/x-pkcs7-mime': 'encrypted-message.p7m',
  'application/pkcs7-signature': 'signature.p7s',
  'application/x-pkcs7-signature': 'signature.p7s',
  'application/pgp-signature': 'signature.asc',
  'application/pgp-keys': 'key.asc',
  'message/imdn+xml': 'receipt.xml',
  'application/im-iscomposing+xml': 'composing.xml',
};

/** A name for a part of this type (lower case) that has none. */
export function nameForType(type: string): string {
  const telling = TELLING[type];
  if (telling !== undefined) return telling;
  const [major = ''] = type.split('/', 1);
  if (major === 'multipart') return 'message.eml';
  const stem = ['image', 'audio', 'video', 'text', 'message'].includes(major) ? major : 'file';
  return `${stem}.${EXTENSIONS[type] ?? (type.endsWith('+xml') ? 'xml' : 'bin')}`;
}
