// RFC 3492: how a label beyond ASCII is written with letters, digits and hyphens. Without the `xn--`.

const BASE = 36;
const TMIN = 1;
const TMAX = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_CODE_POINT = 0x80;
const LAST_CODE_POINT = 0x10ffff;

const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

const adapt = (delta: number, count: number, isFirst: boolean): number => {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2));
  rest += Math.floor(rest / count);
  let bias = 0;
  for (; rest > ((BASE - TMIN) * TMAX) / 2; bias += BASE) rest = Math.floor(rest / (BASE - TMIN));
  return bias + Math.floor(((BASE - TMIN + 1) * rest) / (rest + SKEW));
};

const threshold = (k: number, bias: number): number => Math.min(TMAX, Math.max(TMIN, k - bias));

/** Of one label; its time is the square of the label's length, which callers bound. */
export const encodePunycode = (label: string): string => {
  const points = Array.from(label, (letter) => letter.codePointAt(0) as number);
  const basic = points.filter((point) => point < FIRST_CODE_POINT);
  let text = String.fromCodePoint(...basic);
  let handled = basic.length;
  if (handled > 0) text += '-';
  let next = FIRST_CODE_POINT;
  let delta = 0;
  let bias = FIRST_BIAS;
  while (handled < points.length) {
    const least = Math.min(...points.filter((point) => point >= next));
    delta += (least - next) * (handled + 1);
    next = least;
    for (const point of points) {
      if (point < next) delta += 1;
      if (point !== next) continue;
      let rest = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (rest < t) break;
        text += DIGITS[t + ((rest - t) % (BASE - t))];
        rest = Math.floor((rest - t) / (BASE - t));
      }
      text += DIGITS[rest];
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    next += 1;
  }
  return text;
};

/** Undefined for what is not punycode: other letters, an end in the middle of a number, a number no code point has. */
export const decodePunycode = (text: string): string | undefined => {
  const lastHyphen = text.lastIndexOf('-');
  const points = Array.from(
    lastHyphen > 0 ? text.slice(0, lastHyphen) : '',
    (letter) => letter.codePointAt(0) as number,
  );
  if (points.some((point) => point >= FIRST_CODE_POINT)) return undefined;
  let point = FIRST_CODE_POINT;
  let bias = FIRST_BIAS;
  let index = 0;
  for (let at = lastHyphen > 0 ? lastHyphen + 1 : 0; at < text.length; ) {
    const before = index;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = DIGITS.indexOf(text[at] ?? ' ');
      if (digit === -1) return undefined;
      at += 1;
      index += digit * weight;
      if (index > Number.MAX_SAFE_INTEGER) return undefined;
      const t = threshold(k, bias);
      if (digit < t) break;
      weight *= BASE - t;
    }
    bias = adapt(index - before, points.length + 1, before === 0);
    point += Math.floor(index / (points.length + 1));
    index %= points.length + 1;
    if (point > LAST_CODE_POINT) return undefined;
    points.splice(index, 0, point);
    index += 1;
  }
  return String.fromCodePoint(...points);
};
