// Messages that somebody made to make a reader suffer, of whatever size.

const repeated = (unit: string, size: number): string => unit.repeat(Math.floor(size / unit.length));

/** By what is wrong with them: makes one of about `size` octets. */
export const HOSTILE: Readonly<Record<string, (size: number) => string>> = {
  parts: (size) => `Content-Type: multipart/mixed; boundary=x\r\n\r\n${repeated('--x\r\n\r\na\r\n', size)}`,
  'empty parts': (size) => `Content-Type: multipart/mixed; boundary=x\r\n\r\n${repeated('--x\r\n', size)}`,
  'large parts': (size) =>
    `Content-Type: multipart/mixed; boundary=x\r\n\r\n${`--x\r\n\r\n${'a'.repeat(size / 200)}\r\n`.repeat(200)}`,
  depth: (size) => repeated('Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n', size),
  alternatives: (size) =>
    `Content-Type: multipart/alternative; boundary=x\r\n\r\n${repeated('--x\r\nContent-Type: text/html\r\n\r\na\r\n', size)}`,
  'messages in each other': (size) => repeated('Content-Type: message/rfc822\r\n\r\n', size),
  fields: (size) => repeated('a:b\r\n', size),
  'a long field': (size) => `Subject: ${'a'.repeat(size)}`,
  folds: (size) => `Content-Type: a/b${repeated(';\r\n a=b', size)}`,
  references: (size) => `References: ${repeated('<a@b> ', size)}`,
  addresses: (size) => `To: ${repeated('a@b.example, ', size)}`,
  'parameters in pieces': (size) => `Content-Type: a/b${repeated(';n*1*=%41', size)}`,
  'a name in encoded words': (size) => `Content-Type: a/b; name="${repeated('=?utf-8?q?a?= ', size)}"`,
  text: (size) => `Content-Type: text/plain\r\n\r\n${'a'.repeat(size)}`,
  'flowed text': (size) => `Content-Type: text/plain; format=flowed\r\n\r\n${repeated('> a \r\n', size)}`,
  base64: (size) => `Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n${repeated('QUJD', size)}`,
  'quoted-printable': (size) =>
    `Content-Type: a/b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${repeated('=41', size)}`,
  'a reaction': (size) =>
    `In-Reply-To: <1@a>\r\nContent-Disposition: reaction\r\n\r\n${repeated('👍', size / 2)}`,
  'a receipt': (size) =>
    `Content-Type: message/imdn+xml\r\n\r\n<imdn xmlns="urn:ietf:params:xml:ns:imdn">${repeated('<a/>', size)}`,
};
