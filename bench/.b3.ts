const head = () =>
  `SEND a${n++ & 7} impp/1.0\r\nTarget: impp://b.example/bob\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\n`;
let n = 0;
const body = Buffer.from('hello!');
const ubody = new Uint8Array(body);
let sink = 0;
const enc = new TextEncoder();
const scratch = new Uint8Array(65536);
const sb = Buffer.from(scratch.buffer);
const t = (name: string, f: () => number) => {
  for (let i = 0; i < 200000; i++) sink += f();
  const s = performance.now();
  for (let i = 0; i < 2000000; i++) sink += f();
  console.log(name, ((performance.now() - s) / 2).toFixed(0), 'ns');
};
t('head', () => head().length);
t('byteLength', () => Buffer.byteLength(head(), 'utf8'));
t('alloc', () => Buffer.allocUnsafe(head().length + 6).length);
t('alloc+utf8Write', () => {
  const h = head();
  const b = Buffer.allocUnsafe(h.length + 6);
  return (b as any).utf8Write(h, 0, h.length);
});
t('alloc+latin1Write', () => {
  const h = head();
  const b = Buffer.allocUnsafe(h.length + 6);
  return (b as any).latin1Write(h, 0, h.length);
});
t('alloc+latin1Write+set', () => {
  const h = head();
  const b = Buffer.allocUnsafe(h.length + 6);
  (b as any).latin1Write(h, 0, h.length);
  b.set(body, h.length);
  return 1;
});
t('alloc+latin1Write+loop', () => {
  const h = head();
  const b = Buffer.allocUnsafe(h.length + 6);
  (b as any).latin1Write(h, 0, h.length);
  for (let i = 0; i < 6; i++) b[h.length + i] = ubody[i]!;
  return 1;
});
t('all', () => {
  const h = head();
  const l = Buffer.byteLength(h, 'utf8');
  const b = Buffer.allocUnsafe(l + 6);
  (b as any).utf8Write(h, 0, l);
  b.set(ubody, h.length);
  return 1;
});
t('from', () => Buffer.from(head(), 'utf8').length);
t('from latin1', () => Buffer.from(head(), 'latin1').length);
t('scratch utf8Write', () => (sb as any).utf8Write(head(), 0, 60000));
t('scratch latin1Write', () => (sb as any).latin1Write(head(), 0, 60000));
t('encodeInto', () => enc.encodeInto(head(), scratch).written);
t('Uint8Array 100', () => new Uint8Array(100).length);
t('Uint8Array 60', () => new Uint8Array(60).length);
const ab = new ArrayBuffer(65536);
t('Uint8Array view', () => new Uint8Array(ab, n++ & 255, 100).length);
t('regex', () => (/[^\x00-\x7f]/.test(head()) ? 1 : 2));
t('bytes.subarray', () => scratch.subarray(n++ & 255, 300).length);
t('buf.subarray', () => sb.subarray(n++ & 255, 300).length);
console.log(sink);
