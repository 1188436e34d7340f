import { Parser } from '/work/main/shared/impp/parser.ts';
import { serialize } from '/work/main/shared/impp/serializer.ts';
import { textOver } from '/work/main/shared/impp/text.ts';
const m =
  'SEND a1 impp/1.0\r\nTarget: impp://b.example/bob\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello!';
const text = textOver(Buffer);
const chunk = Buffer.from(m.repeat(640));
const parser = new Parser({ text, maxBody: 1e6 });
const t = performance.now();
let k = 0,
  o = 0;
while (performance.now() - t < 4000)
  for (const x of parser.push(chunk)) {
    if (process.argv[2]) o += serialize(x, text).length;
    k++;
  }
console.log(Math.round(k / 4));
