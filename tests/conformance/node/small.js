// node:querystring, string_decoder, punycode, os, diagnostics_channel, url.
import { table } from "../table.js";
import * as qs from "node:querystring";
import * as sd from "node:string_decoder";
import * as punycode from "node:punycode";
import * as os from "node:os";
import * as dc from "node:diagnostics_channel";
import { AsyncLocalStorage } from "node:async_hooks";

const { StringDecoder } = sd;
const rows = {
  "qs exports": () => Object.keys(qs).join(),
  "qs parse": () => ["a=1&b=2", "a=1&a=2&a=3", "a", "a=", "=a", "&&a=1&", "a=b=c", "a+b=c+d", "a%20b=%zz", "%E2%82%AC=%ff", "", "__proto__=1", "a=1;b=2"].map((q) => JSON.stringify(qs.parse(q))).join(" "),
  "qs parse custom": () => [qs.parse("a:1;b:2", ";", ":"), qs.parse("a==1&&b==2", "&&", "=="), qs.parse("a=1&b=2&c=3", null, null, { maxKeys: 2 }), qs.parse("a=%41", null, null, { decodeURIComponent: (s) => s.toLowerCase() })],
  "qs parse prototype": () => [Object.getPrototypeOf(qs.parse("a=1")) === null, JSON.stringify(qs.parse(5)), JSON.stringify(qs.parse())],
  "qs stringify": () => [qs.stringify({ a: 1, b: "x y", c: [1, 2], d: true, e: null, f: undefined, g: NaN, h: 5n, i: {}, j: "€", k: "!*'()~" }), qs.stringify({}), qs.stringify("x"), qs.stringify({ a: [] }), qs.stringify({ a: 1, b: 2 }, ";", ":"), qs.stringify({ a: "é" }, null, null, { encodeURIComponent: (s) => `<${s}>` })],
  "qs stringify surrogate": () => qs.stringify({ a: "\ud800" }),
  "qs escape": () => [qs.escape("a b&c"), qs.escape(5), qs.escape({}), qs.escape("€😀"), qs.unescape("a%20b"), qs.unescape("%zz%41"), qs.unescapeBuffer("a%20%zz%4").toString()],
  "qs aliases": () => [qs.decode === qs.parse, qs.encode === qs.stringify],
  "sd utf8": () => { const d = new StringDecoder(); return [d.write(Buffer.from([0xe2])), d.lastNeed, d.lastTotal, d.write(Buffer.from([0x82])), d.write(Buffer.from([0xac, 0x61])), d.end()]; },
  "sd utf8 incomplete": () => { const d = new StringDecoder("utf-8"); return [d.write(Buffer.from([0x61, 0xf0, 0x9f])), d.end(), d.end(Buffer.from([0xe2]))]; },
  "sd utf8 invalid": () => { const d = new StringDecoder(); return [d.write(Buffer.from([0xff, 0x61, 0xc3])), d.write(Buffer.from([0x28])), d.end()]; },
  "sd utf16": () => { const d = new StringDecoder("utf16le"); return [d.write(Buffer.from([0x61])), d.write(Buffer.from([0, 0x3d, 0xd8])), d.write(Buffer.from([0x4d, 0xdc])), d.end(Buffer.from([0x62]))]; },
  "sd base64": () => { const d = new StringDecoder("base64"); return [d.write(Buffer.from("a")), d.write(Buffer.from("bc")), d.write(Buffer.from("d")), d.end()]; },
  "sd hex": () => { const d = new StringDecoder("hex"); return [d.encoding, d.write(Buffer.from("hi")), d.end()]; },
  "sd latin1": () => { const d = new StringDecoder("binary"); return [d.encoding, d.write(Buffer.from([0xe9])), d.end()]; },
  "sd string": () => [new StringDecoder().write("text"), new StringDecoder().end("x")],
  "sd bad encoding": () => new StringDecoder("nope"),
  "sd bad chunk": () => new StringDecoder().write(5),
  "sd view": () => new StringDecoder().write(new Uint16Array([0x6161])),
  "sd text": () => new StringDecoder().text(Buffer.from("abc"), 1),
  "punycode": () => [punycode.version, punycode.encode("mañana"), punycode.decode("maana-pta"), punycode.toASCII("mañana.com"), punycode.toUnicode("xn--maana-pta.com"), punycode.ucs2.decode("a😀"), punycode.ucs2.encode([97, 0x1f600]), punycode.toASCII("ü@ñ.de")],
  "punycode bad": () => punycode.decode("a\x80"),
  "punycode encode ascii": () => [punycode.encode("abc"), punycode.decode("abc-"), punycode.encode("日本語"), punycode.encode("")],
  "os exports": () => Object.keys(os).join(),
  "os values": () => [os.EOL, os.devNull, os.arch(), os.platform(), os.type(), os.release(), os.version(), os.machine(), os.hostname(), os.homedir(), os.tmpdir(), os.endianness(), os.availableParallelism(), os.uptime(), os.freemem(), os.totalmem()].join("|"),
  "os objects": () => [os.cpus(), os.loadavg(), os.networkInterfaces(), os.getPriority()],
  "os userInfo": () => os.userInfo(),
  "os setPriority": () => os.setPriority(0, 5),
  "os setPriority wrong": () => os.setPriority(0, 50),
  "os constants": () => [Object.keys(os.constants).join(), os.constants.signals.SIGKILL, os.constants.errno.EACCES, Object.keys(os.constants.signals).length, Object.keys(os.constants.errno).length, JSON.stringify(os.constants.priority), JSON.stringify(os.constants.dlopen), os.constants.UV_UDP_REUSEADDR],
  "dc exports": () => Object.keys(dc).join(),
  "dc subscribe": () => { const got = []; const f = (m, n) => got.push([m, n]); const c = dc.channel("a"); const before = c.hasSubscribers; dc.subscribe("a", f); c.publish({ x: 1 }); const during = [c.hasSubscribers, dc.hasSubscribers("a")]; return [before, during, got, dc.unsubscribe("a", f), dc.unsubscribe("a", f), dc.hasSubscribers("a")]; },
  "dc same": () => [dc.channel("b") === dc.channel("b"), dc.channel("b").name, dc.channel(Symbol.for("q")).name.toString()],
  "dc wrong name": () => dc.channel(5),
  "dc wrong listener": () => dc.subscribe("a", 5),
  "dc publish nobody": () => dc.channel("nobody").publish(1),
  "dc bindStore": () => { const a = new AsyncLocalStorage(); const c = dc.channel("store"); c.bindStore(a, (x) => x * 2); const r = c.runStores(4, function (v) { return [a.getStore(), v, this.t]; }, { t: 1 }, 9); return [r, a.getStore(), c.unbindStore(a), c.unbindStore(a)]; },
  "dc tracing": () => { const t = dc.tracingChannel("t"); const got = []; t.subscribe({ start: (m) => got.push("start"), end: (m) => got.push(`end ${m.result}`), error: (m) => got.push(`error ${m.error.message}`) }); const v = t.traceSync((x) => x + 1, { a: 1 }, null, 4); try { t.traceSync(() => { throw new Error("bad"); }); } catch (e) { got.push(e.message); } return [v, got, t.hasSubscribers, t.start.name]; },
  "dc trace promise": async () => { const t = dc.tracingChannel("tp"); const got = []; t.subscribe({ start: () => got.push("start"), end: () => got.push("end"), asyncStart: () => got.push("asyncStart"), asyncEnd: (m) => got.push(`asyncEnd ${m.result}`) }); const v = await t.tracePromise(async (x) => x, {}, null, 3); return [v, got]; },
  "dc trace callback": async () => { const t = dc.tracingChannel("tc"); const got = []; t.subscribe({ start: () => got.push("start"), end: () => got.push("end"), asyncStart: (m) => got.push(`asyncStart ${m.result}`), asyncEnd: () => got.push("asyncEnd") }); const v = await new Promise((r) => t.traceCallback((x, cb) => setTimeout(cb, 1, null, x), -1, {}, null, 5, (e, x) => r(x))); return [v, got]; },
  "dc subscriber throws": () => { const c = dc.channel("th"); c.subscribe(() => { throw new Error("sub"); }); return c.publish(1); },
  "dc new Channel": () => new dc.Channel("x"),
};

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
