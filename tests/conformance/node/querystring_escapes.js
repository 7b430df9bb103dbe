// node:querystring: escapes, separators, limits and what is no text.
import { table } from "../table.js";
import qs from "node:querystring";

const shown = (parsed) => JSON.stringify(parsed);
const rows = {};
const QUERIES = ["a=%", "a=%4", "a=%41", "a=%E2%82%AC", "a=%e2%82%ac", "a=%E2%82", "a=%ff%fe", "a=%C3%A9%", "a=%zz%41", "a=%00", "%61=b", "a+b=c+d", "a=%2B", "+=+", "a=b&a=c&a=d", "a&a&a", "=", "&", "&=&", "a==b", "a=b==", "=a=b", "a&b=&=c&", "a[]=1&a[]=2", "a.b=1", "hasOwnProperty=x", "__proto__=x&__proto__=y", "constructor=x", "a=é€😀", "a=\ud800", " a = b ", "a=1;b=2", "a%3Db=c%26d", "foo=bar&foo=quux", "blah=burp", "gragh=1&gragh=3&goo=2", "frappucino=muffin&goat%5B%5D=scone&pond=moose", "trololol=yes&lololo=no", "foo=%EF%BF%BD", "foo=%EF%BF%BD&bar=%zx", "str=foo&arr=1&arr=2&arr=3&undef=&emptyarr="];
for (const query of QUERIES) rows[`parse ${JSON.stringify(query)}`] = () => shown(qs.parse(query));
const SEPARATORS = [[";", ":"], ["", ""], ["&&", "=="], ["&", "&"], ["ab", "cd"], [null, null], [undefined, ":"], ["\n", "\t"], ["a", "b"], ["&", ""]];
for (const [separator, equals] of SEPARATORS) rows[`separators ${JSON.stringify([separator, equals])}`] = () => [shown(qs.parse("a=1&b:2;c=3&&d==4&ab5cd6", separator, equals)), qs.stringify({ a: 1, b: [2, 3], "x y": "z" }, separator, equals)];
for (const maxKeys of [0, 1, 2, 3, -1, 1.5, NaN, Infinity, "2", null]) rows[`maxKeys ${maxKeys}`] = () => shown(qs.parse("a=1&b=2&c=3&c=4", null, null, { maxKeys }));
rows["more than a thousand"] = () => Object.keys(qs.parse(Array.from({ length: 1100 }, (_, i) => `k${i}=1`).join("&"))).length;
Object.assign(rows, {
  "no text": () => [undefined, null, 5, true, {}, [], "", ["a=1"]].map((value) => shown(qs.parse(value))).join(),
  "decodes by": () => [shown(qs.parse("a=b%41&c+d=e", null, null, { decodeURIComponent: (text) => `<${text}>` })), shown(qs.parse("a=b%41", null, null, { decodeURIComponent: () => { throw new Error("x"); } })), shown(qs.parse("a=%41", null, null, { decodeURIComponent: 5 }))],
  "encodes by": () => [qs.stringify({ "a b": "c d", e: ["f", "g"] }, null, null, { encodeURIComponent: (text) => `<${text}>` }), qs.stringify({ a: "é" }, null, null, { encodeURIComponent: 5 })],
  "values": () => qs.stringify({ text: "a", empty: "", zero: 0, minus: -0, part: 1.5, nan: NaN, infinity: Infinity, yes: true, no: false, nothing: null, missing: undefined, big: 10n, object: {}, call: () => {}, date: new Date(0), boxed: new String("x") }),
  "lists": () => [qs.stringify({ a: [] }), qs.stringify({ a: [1] }), qs.stringify({ a: [1, "b", null, undefined, true, NaN, {}, [2, 3], 5n] }), qs.stringify({ a: [], b: 1 }), qs.stringify({ a: 1, b: [], c: [[], "x"] })],
  "no object": () => [undefined, null, 5, "a", true, [], ["x", "y"], new Map([["a", 1]]), () => {}].map((value) => qs.stringify(value)).join("|"),
  "own keys alone": () => qs.stringify(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true }, hidden: { value: 3 } })),
  "order of keys": () => qs.stringify({ b: 1, 2: "x", a: 2, 1: "y" }),
  "escape of each": () => Array.from({ length: 128 }, (_, i) => qs.escape(String.fromCharCode(i))).join(""),
  "escape of others": () => ["é", "€", "😀", "\u07ff", "\u0800", "\uffff", "a😀b"].map((text) => qs.escape(text)).join(),
  "escape of half a pair": () => qs.escape("a\ud83d"),
  "escape of half a pair, then more": () => qs.escape("\ud83dab"),
  "escape of the second half": () => qs.escape("\ude00"),
  "escape of no text": () => [5, true, null, undefined, {}, [], [1, 2], 5n].map((value) => qs.escape(value)).join(),
  "escape of what has no text": () => qs.escape(Object.create(null)),
  "escape of a symbol": () => qs.escape(Symbol("a")),
  "unescape": () => ["%41", "a+b", "%", "%4", "%zz", "%E2%82%AC", "%E2%82", "%ff", "é", "%u0041", "%c3%a9%"].map((text) => qs.unescape(text)).join("|"),
  "unescapeBuffer": () => ["%41", "a+b", "%", "%4", "%zz", "%4z1", "%E2%82%AC", "%ff", "%%41", "%4%41", "%%%", "a%"].map((text) => qs.unescapeBuffer(text).toString("hex")).join(),
  "unescapeBuffer of plus": () => [qs.unescapeBuffer("a+b", true).toString(), qs.unescapeBuffer("a+b", false).toString()],
  "round trip": () => ["a=1&b=2", "a=x%20y&a=z", "%C3%A9=%E2%82%AC", "a=&b=", "a=%2B%26%3D"].map((query) => qs.stringify(qs.parse(query))).join("|"),
  "own escape": () => { const kept = qs.escape; qs.escape = (text) => `[${text}]`; const made = qs.stringify({ a: "b c" }); qs.escape = kept; return made; },
  "own unescape": () => { const kept = qs.unescape; qs.unescape = (text) => `[${text}]`; const made = shown(qs.parse("a=%41")); qs.unescape = kept; return made; },
  "escape of halves of pairs": () => ["\ud83d", "\ud83d\ude00", "a\ud83d", "\ud83d\u00e9", "\udc00\ud83d", "\udc00b"].map((text) => { try { return qs.escape(text); } catch (error) { return `${error.constructor.name} ${error.name} ${error.code} ${error.message}`; } }),
  "unescape of a % alone": () => ["%", "%41%", "%é%41", "%c3%28", "a+b"].map((text) => [qs.unescape(text), qs.unescapeBuffer(text).toString("hex")].join(" ")),
  ...Object.fromEntries(["%é=b", "é%+41=1", "&&a=1", "a=1&&", "+=+", "%4%41=é", "a=%zz&é%41", "%=%", "a=%E0%A4%A", "%ff=%41é", "a&b", "=", "==", "&=", "a=b=c", "a+b=c%2Bd+"].map((query) => [`parse ${query}`, () => [shown(qs.parse(query)), shown(qs.parse(query, null, null, { maxKeys: 2 })), shown(qs.parse(query, null, null, { decodeURIComponent: (text) => `[${text}]` })), shown(qs.parse(query, null, null, { decodeURIComponent() { throw 1; } }))]])),
  "own encoders": () => [{ a: "\ud83dab" }, { a: [1, "", null, undefined, true, 5n, NaN, 1e21, {}, []] }, { "": "" }, { a: [] }, { a: {}, b: 2 }, ["x", "y"], null, 5, "abc"].map((value) => [qs.stringify(value), qs.stringify(value, ";", ":"), qs.stringify(value, null, null, { encodeURIComponent: (text) => `<${text}>` })].join(" ")),
  "encode and decode": () => [qs.encode({ a: 1 }), shown(qs.decode("a=1"))],
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
