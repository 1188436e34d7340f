// IP addresses as text: RFC 3986 for the old ones, RFC 4291 and 5952 for the new.

/** Four numbers without leading zeros; undefined for anything else. */
export const parseIpv4 = (text: string): number[] | undefined => {
  const parts = text.split('.');
  const isLegal =
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/v.test(part) && Number(part) < 256);
  return isLegal ? parts.map(Number) : undefined;
};

/** Eight 16-bit numbers; undefined for anything else, zones included. */
export const parseIpv6 = (text: string): number[] | undefined => {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half, index) => groups(half, index === halves.length - 1));
  if (left === undefined) return undefined;
  if (halves.length === 1) return left.length === 8 ? left : undefined;
  if (right === undefined || left.length + right.length > 7) return undefined;
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
};

const groups = (text: string, isLast: boolean): number[] | undefined => {
  if (text === '') return [];
  const parts = text.split(':');
  const numbers: number[] = [];
  for (const [index, part] of parts.entries()) {
    const ipv4 = isLast && index === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined;
    if (ipv4 !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = ipv4;
      numbers.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9A-Fa-f]{1,4}$/v.test(part)) numbers.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return numbers;
};

/** RFC 5952: lower case, no leading zeros, the longest run of zeros (the first of equals, and not a single one) as `::`. */
export const formatIpv6 = (parts: readonly number[]): string => {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < parts.length; start += 1) {
    let length = 0;
    while (parts[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = (some: readonly number[]): string => some.map((part) => part.toString(16)).join(':');
  if (best.start === -1) return hex(parts);
  return `${hex(parts.slice(0, best.start))}::${hex(parts.slice(best.start + best.length))}`;
};

/** Whether a canonical HOST is an address and not a name. */
export const isIpLiteral = (host: string): boolean => host.startsWith('[') || parseIpv4(host) !== undefined;
