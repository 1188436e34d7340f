import { Parser } from '/work/main/shared/impp/parser.ts';
import { serialize } from '/work/main/shared/impp/serializer.ts';
import { portableText, textOver } from '/work/main/shared/impp/text.ts';
const one =
  'SEND a1 impp/1.0\r\nTarget: impp://b.example/bob\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello!';
console.log(one.length);
const real =
  'SEND a1f impp/1.0\r\nFrom: impp://a.example/alice\r\nConnection-ID: c-0123456789abcdef\r\nTarget: impp://b.example/bob\r\nMessage-ID: <0123456789abcdef@a.example>\r\nContent-Type: message/rfc822\r\nContent-Length: 300\r\n\r\n' +
  'x'.repeat(300);
for (const [n, m] of [
  ['small', one],
  ['real', real],
] as const)
  for (const [name, text] of [
    ['portable', portableText],
    ['buffer', textOver(Buffer)],
  ] as const) {
    const count = Math.floor(65536 / m.length);
    const chunk = Buffer.from(m.repeat(count));
    const parser = new Parser({ text, maxBody: 1e6 });
    const msgs = parser.push(chunk);
    for (const what of ['parse', 'serialize', 'both']) {
      let best = 0;
      for (let round = 0; round < 6; round++) {
        const t = performance.now();
        let k = 0,
          o = 0;
        while (performance.now() - t < 250) {
          if (what === 'parse') k += parser.push(chunk).length;
          else if (what === 'serialize') {
            for (const x of msgs) {
              o += serialize(x, text).length;
              k++;
            }
          } else
            for (const x of parser.push(chunk)) {
              o += serialize(x, text).length;
              k++;
            }
        }
        best = Math.max(best, (k / (performance.now() - t)) * 1000);
      }
      console.log(n, name, what, Math.round(best));
    }
  }
