// `node:punycode`: RFC 3492.
//
// Owns the algorithm. It must not know URLs, whose host names have further rules.

(function () {
const { primordials } = __bootstrap;
const {
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSplice,
  MathFloor,
  RangeError,
  RegExpPrototypeSymbolReplace,
  RegExpPrototypeTest,
  StringFromCodePoint,
  StringPrototypeCharCodeAt,
  StringPrototypeCodePointAt,
  StringPrototypeLastIndexOf,
  StringPrototypeSlice,
  StringPrototypeSplit,
  StringPrototypeStartsWith,
  StringPrototypeToLowerCase,
} = primordials;

const BASE = 36;
const TMIN = 1;
const TMAX = 26;
const MAX_INT = 2147483647;
const NOT_ASCII = /[^\0-\x7F]/;
const SEPARATORS = /[\u002E\u3002\uFF0E\uFF61]/g;

function adapt(delta, count, first) {
  let k = 0;
  delta = first ? MathFloor(delta / 700) : delta >> 1;
  delta += MathFloor(delta / count);
  for (; delta > ((BASE - TMIN) * TMAX) >> 1; k += BASE) delta = MathFloor(delta / (BASE - TMIN));
  return MathFloor(k + ((BASE - TMIN + 1) * delta) / (delta + 38));
}

function ucs2decode(text) {
  const points = [];
  for (let i = 0; i < text.length; i++) {
    const point = StringPrototypeCodePointAt(text, i);
    ArrayPrototypePush(points, point);
    if (point > 0xffff) i++;
  }
  return points;
}

function ucs2encode(points) {
  let out = "";
  for (let i = 0; i < points.length; i++) out += StringFromCodePoint(points[i]);
  return out;
}

function digitOf(code) {
  if (code >= 48 && code < 58) return 26 + code - 48;
  if (code >= 65 && code < 91) return code - 65;
  if (code >= 97 && code < 123) return code - 97;
  return BASE;
}

const codeOf = (digit) => (digit < 26 ? digit + 97 : digit - 26 + 48);

function decode(input) {
  const out = [];
  let i = 0;
  let n = 128;
  let bias = 72;
  let basic = StringPrototypeLastIndexOf(input, "-");
  if (basic < 0) basic = 0;
  for (let j = 0; j < basic; j++) {
    const code = StringPrototypeCharCodeAt(input, j);
    if (code >= 0x80) throw new RangeError("Illegal input >= 0x80 (not a basic code point)");
    ArrayPrototypePush(out, code);
  }
  for (let index = basic > 0 ? basic + 1 : 0; index < input.length;) {
    const old = i;
    for (let w = 1, k = BASE; ; k += BASE) {
      if (index >= input.length) throw new RangeError("Invalid input");
      const digit = digitOf(StringPrototypeCharCodeAt(input, index++));
      if (digit >= BASE) throw new RangeError("Invalid input");
      if (digit > MathFloor((MAX_INT - i) / w)) throw new RangeError("Overflow: input needs wider integers to process");
      i += digit * w;
      const t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
      if (digit < t) break;
      w *= BASE - t;
    }
    const count = out.length + 1;
    bias = adapt(i - old, count, old === 0);
    n += MathFloor(i / count);
    i %= count;
    ArrayPrototypeSplice(out, i++, 0, n);
  }
  return ucs2encode(out);
}

function encode(input) {
  const points = ucs2decode(input);
  let out = "";
  for (let j = 0; j < points.length; j++) if (points[j] < 0x80) out += StringFromCodePoint(points[j]);
  const basic = out.length;
  let handled = basic;
  if (basic > 0) out += "-";
  let n = 128;
  let delta = 0;
  let bias = 72;
  while (handled < points.length) {
    let m = MAX_INT;
    for (let j = 0; j < points.length; j++) if (points[j] >= n && points[j] < m) m = points[j];
    const next = handled + 1;
    if (m - n > MathFloor((MAX_INT - delta) / next)) throw new RangeError("Overflow: input needs wider integers to process");
    delta += (m - n) * next;
    n = m;
    for (let j = 0; j < points.length; j++) {
      if (points[j] < n) delta++;
      if (points[j] === n) {
        let q = delta;
        for (let k = BASE; ; k += BASE) {
          const t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
          if (q < t) break;
          out += StringFromCodePoint(codeOf(t + ((q - t) % (BASE - t))));
          q = MathFloor((q - t) / (BASE - t));
        }
        out += StringFromCodePoint(codeOf(q));
        bias = adapt(delta, next, handled === basic);
        delta = 0;
        handled++;
      }
    }
    delta++;
    n++;
  }
  return out;
}

// Every label of a host name, behind the user's name of a mail address.
function mapDomain(domain, change) {
  const at = StringPrototypeLastIndexOf(domain, "@");
  const prefix = at === -1 ? "" : StringPrototypeSlice(domain, 0, at + 1);
  const labels = StringPrototypeSplit(RegExpPrototypeSymbolReplace(SEPARATORS, StringPrototypeSlice(domain, at + 1), "."), ".");
  const out = [];
  for (let i = 0; i < labels.length; i++) ArrayPrototypePush(out, change(labels[i]));
  return `${prefix}${ArrayPrototypeJoin(out, ".")}`;
}

function toUnicode(input) {
  return mapDomain(input, (label) => StringPrototypeStartsWith(label, "xn--") ? decode(StringPrototypeToLowerCase(StringPrototypeSlice(label, 4))) : label);
}

function toASCII(input) {
  return mapDomain(input, (label) => RegExpPrototypeTest(NOT_ASCII, label) ? `xn--${encode(label)}` : label);
}

const exported = { version: "2.1.0", ucs2: { decode: ucs2decode, encode: ucs2encode }, decode, encode, toASCII, toUnicode };

return { ...exported, default: exported };
})();
