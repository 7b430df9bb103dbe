// The scope's other members: base64, encoders, performance, navigator, dates and Intl, errors and their causes, rejections and their order, JavaScript's own at this engine's date.
import { table } from "../table.js";

const text = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : error);
const caught = (work) => { try { return ["returned", work()]; } catch (error) { return ["threw", text(error), error?.constructor?.name]; } };
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", text(error)]; } };
const bytes = (...list) => new Uint8Array(list);

export default {
  async fetch(request) {
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    for (const value of ["", "a", "ab", "abc", "\0", "\xff", "\u0100", undefined, null, 5, {}, [], true, Symbol("x")]) await row(`btoa of ${String(value)}`, () => caught(() => btoa(value)));
    for (const value of ["", "YQ==", "YQ=", "YQ", "Y", "YWI=", "YWI", "YWJj", "Y W\nJj", "YQ===", "=", "====", "YQ==YQ==", "Y=Q=", "-_-_", "+/+/", "Yh==", "\u00e9", "YQ\0", " ", undefined, null, 5, {}]) await row(`atob of ${JSON.stringify(value)}`, () => caught(() => [...atob(value)].map((letter) => letter.charCodeAt(0))));
    await row("without arguments", () => [caught(() => btoa()), caught(() => atob())]);

    for (const label of ["utf-8", "utf-16le", "utf-16be", "latin1", "shift_jis", "gbk", "euc-kr", "big5", "iso-2022-jp", "windows-1252", "x-user-defined"]) for (const [kind, list] of Object.entries({ "marks": [0xef, 0xbb, 0xbf, 0xfe, 0xff], "other marks": [0xff, 0xfe, 0x41], "high": [0x80, 0x81, 0x8e, 0xa1, 0xff], "mixed": [0x41, 0xe3, 0x81, 0x82, 0x42, 0xc3], "escapes": [0x1b, 0x24, 0x42, 0x30, 0x21, 0x1b, 0x28, 0x42] })) {
      await row(`${label} of ${kind}`, () => new TextDecoder(label).decode(bytes(...list)));
      await row(`${label} of ${kind}, fatal`, () => caught(() => new TextDecoder(label, { fatal: true }).decode(bytes(...list))));
      await row(`${label} of ${kind}, in parts`, () => { const decoder = new TextDecoder(label, { ignoreBOM: true }); return [...list.map((byte) => decoder.decode(bytes(byte), { stream: true })), decoder.decode()]; });
    }
    for (const options of [undefined, 5, {}, { stream: 1 }, { stream: undefined }]) await row(`decode with ${JSON.stringify(options)}`, () => caught(() => { const decoder = new TextDecoder(); return [decoder.decode(bytes(0xe6, 0x97), options), decoder.decode(bytes(0xa5))]; }));
    for (const [kind, value] of Object.entries({ "null": null, "a text": "x", "an array": [1], "a number": 5, "an object": {}, "a blob": new Blob([]) })) await row(`decode ${kind}`, () => caught(() => new TextDecoder().decode(value)));
    await row("decode a text, streaming then without input", () => { const decoder = new TextDecoder(); return [decoder.decode(bytes(0xf0, 0x9f), { stream: true }), decoder.decode(undefined, { stream: true }), decoder.decode(bytes(0x98, 0x80), { stream: true }), decoder.decode()]; });
    await row("decoder's members", () => { const decoder = new TextDecoder("UTF-16", { fatal: true, ignoreBOM: true }); return [decoder.encoding, decoder.fatal, decoder.ignoreBOM, Object.keys(decoder)]; });
    for (const value of [undefined, null, 5, {}, "\ud800\udc00\ud800", "\u00e9"]) await row(`encode ${JSON.stringify(value)}`, () => new TextEncoder().encode(value));
    for (const size of [0, 1, 2, 3, 4, 5]) await row(`encodeInto ${size} bytes`, () => { const target = new Uint8Array(size); return [new TextEncoder().encodeInto("a\u00e9\u65e5\ud83d\ude00", target), target]; });
    for (const [kind, args] of Object.entries({ "no target": ["x"], "a buffer": ["x", new ArrayBuffer(2)], "an Int8Array": ["x", new Int8Array(2)], "a number": [5, new Uint8Array(2)], "an array": ["x", [1]] })) await row(`encodeInto of ${kind}`, () => caught(() => new TextEncoder().encodeInto(...args)));
    for (const [kind, chunks] of Object.entries({ "surrogates in parts": ["\ud83d", "\ude00"], "a lone surrogate": ["\ud83d"], "two halves apart": ["\ud83d", "x", "\ude00"], "empty": [""], "a number": [5], "null": [null], "undefined": [undefined], "an object": [{}], "bytes": [bytes(1)] })) await row(`TextEncoderStream of ${kind}`, () => settled(new Response(ReadableStream.from(chunks).pipeThrough(new TextEncoderStream())).bytes()));
    for (const [kind, chunks] of Object.entries({ "a buffer": [bytes(65, 66).buffer], "a DataView": [new DataView(bytes(65, 66).buffer, 1)], "a Uint16Array": [new Uint16Array([0x4141])], "empty": [bytes()], "a letter in parts": [bytes(0xe6, 0x97), bytes(0xa5)], "a mark in parts": [bytes(0xef), bytes(0xbb), bytes(0xbf), bytes(65)] })) for (const options of [{}, { fatal: true }, { ignoreBOM: true }]) await row(`TextDecoderStream ${JSON.stringify(options)} of ${kind}`, () => settled(Array.fromAsync(ReadableStream.from(chunks).pipeThrough(new TextDecoderStream("utf-8", options)))));
    await row("text streams' members", () => { const decoder = new TextDecoderStream("latin1", { fatal: 1 }); return [decoder.encoding, decoder.fatal, decoder.ignoreBOM, new TextEncoderStream().encoding, Object.prototype.toString.call(decoder)]; });
    for (const label of ["nope", "", null, 5]) await row(`TextDecoderStream ${label}`, () => caught(() => new TextDecoderStream(label).encoding));

    for (const [kind, parts] of Object.entries({ "nested blobs": [new Blob(["a", new Blob(["b"])]), "c"], "numbers": [1, null, undefined, {}], "buffers": [bytes(97).buffer, new DataView(bytes(98, 99).buffer, 1)] })) await row(`blob of ${kind}`, async () => { const blob = new Blob(parts); return [blob.size, await blob.text()]; });
    await row("blob slices", async () => { const blob = new Blob(["abc", new Blob(["def"]), bytes(103, 104)], { type: "a/b" }); return Promise.all([[1, 4], [-3], [2, -2], [0, 0], [7, 100], [4, 2], [NaN, 3], [Infinity], [-Infinity, 2], ["1", "3"], [1.7, 3.2]].map(async (args) => [args.map(String), blob.slice(...args).size, await blob.slice(...args).text()])); });
    await row("blob slices' types", () => [["x/y"], ["X/Y"], ["\u00e9"], ["a b"], [null], [undefined], [5], ["a/b;c"]].map(([type]) => new Blob([]).slice(0, 0, type).type));
    await row("blob's stream in parts", async () => { const sizes = []; for await (const chunk of new Blob([new Uint8Array(200000)]).stream()) sizes.push(chunk.length); return sizes.reduce((a, b) => a + b); });
    await row("blob's stream canceled", async () => { const blob = new Blob(["abc"]); await blob.stream().cancel(); return blob.text(); });
    await row("blob's text twice at once", () => { const blob = new Blob(["x"]); return Promise.all([blob.text(), blob.text()]); });
    await row("blob endings", () => caught(() => new Blob(["a\n"], { endings: "x" }).size));
    for (const [kind, args] of Object.entries({ "nothing": [], "no name": [[]], "a text as parts": ["x", "n"], "null parts": [null, "n"], "a number as a name": [[], 5], "null options": [["x"], "n", null], "number options": [["x"], "n", 5], "a path": [[], "a/b:c"] })) await row(`file of ${kind}`, () => caught(() => { const file = new File(...args); return [file.name, file.size, file.type]; }));
    await row("file's slice", () => { const file = new File(["abc"], "n", { type: "a/b" }); const part = file.slice(1); return [part.constructor.name, part.type, part.size]; });

    await row("performance's members", () => [typeof performance.now(), performance.timeOrigin, typeof performance.mark, Object.keys(performance)]);
    for (const [kind, args] of Object.entries({ "an empty name": [""], "a number": [5], "negative start": ["m", { startTime: -1 }], "start NaN": ["m", { startTime: NaN }], "start text": ["m", { startTime: "5" }], "detail null": ["m", { detail: null }], "detail function": ["m", { detail: () => {} }], "detail undefined": ["m", { detail: undefined }], "null options": ["m", null] })) await row(`mark of ${kind}`, () => caught(() => { const { name, startTime, detail } = performance.mark(...args); return [name, kind.includes("start") ? startTime : typeof startTime, typeof detail === "function" ? "function" : detail]; }));
    await row("measures", () => { performance.clearMarks(); performance.clearMeasures(); performance.mark("a", { startTime: 10 }); performance.mark("b", { startTime: 25 }); return [["m", "a", "b"], ["m", { start: "a", end: "b" }], ["m", { start: 3, end: 5 }], ["m", { start: "a", duration: 4 }], ["m", { end: 30, duration: 4 }], ["m", { start: "a", end: "b", detail: { x: 1 } }]].map((args) => caught(() => { const { startTime, duration, detail, entryType } = performance.measure(...args); return [startTime, duration, detail, entryType]; })); });
    await row("entries in order", () => { performance.clearMarks(); performance.clearMeasures(); performance.mark("b", { startTime: 5 }); performance.mark("a", { startTime: 1 }); performance.measure("m", { start: 0, end: 2 }); return [performance.getEntries().map(({ name }) => name), performance.getEntriesByType("mark").map(({ name }) => name), performance.getEntriesByName("a").length, performance.getEntriesByName("a", "mark").length]; });
    await row("entries as JSON", () => [JSON.stringify(performance.mark("j", { startTime: 1, detail: [1] })), JSON.stringify(performance.measure("j", { start: 1, end: 2 }))]);
    for (const [kind, options] of Object.entries({ "nothing": undefined, "an empty object": {}, "no types": { entryTypes: [] }, "an unknown type": { entryTypes: ["x"] }, "both": { entryTypes: ["mark"], type: "mark" }, "type": { type: "mark" }, "buffered": { type: "mark", buffered: true } })) await row(`observe ${kind}`, () => caught(() => new PerformanceObserver(() => {}).observe(options)));
    await row("observer's call", async () => { const seen = []; const observer = new PerformanceObserver((list) => seen.push(list.getEntries().map(({ name }) => name))); observer.observe({ entryTypes: ["mark"] }); performance.mark("observed"); await scheduler.wait(5); observer.disconnect(); return seen; });
    await row("now and Date.now", () => [Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1000, performance.now() === performance.now()]);

    await row("navigator's members", () => { const seen = {}; for (const name in navigator) seen[name] = typeof navigator[name] === "function" ? "function" : typeof navigator[name]; return seen; });
    await row("navigator's values", () => [navigator.userAgent, navigator.language, navigator.hardwareConcurrency, navigator.platform, navigator.onLine, navigator.languages, String(navigator)]);
    for (const [kind, args] of Object.entries({ "nothing": [], "no URL": ["nope"] })) await row(`sendBeacon of ${kind}`, () => caught(() => navigator.sendBeacon?.(...args)));
    await row("Cloudflare", () => [Object.keys(Cloudflare), typeof Cloudflare.compatibilityFlags, Object.isFrozen(Cloudflare.compatibilityFlags)]);
    await row("origin", () => origin);
    await row("globalThis as text", () => [String(globalThis), Object.prototype.toString.call(self), typeof globalThis.global, globalThis === this]);

    await row("dates", () => [new Date(0).toString(), new Date(0).toLocaleString(), new Date(0).getTimezoneOffset(), new Date(2024, 0, 1).toISOString(), new Date("2024-01-01T00:00").toISOString(), Intl.DateTimeFormat().resolvedOptions().timeZone, Intl.DateTimeFormat().resolvedOptions().locale]);
    await row("Intl", () => [new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" }).format(1234.5), new Intl.DateTimeFormat("ja-JP", { timeZone: "Asia/Tokyo", dateStyle: "full", timeStyle: "long" }).format(0), new Intl.PluralRules("ar").select(3), new Intl.ListFormat("en").format(["a", "b", "c"]), new Intl.RelativeTimeFormat("fr").format(-1, "day"), ["z", "\u00e4", "a"].sort(new Intl.Collator("sv").compare), "I".toLocaleLowerCase("tr"), [...new Intl.Segmenter("en", { granularity: "word" }).segment("Hi there")].map(({ segment }) => segment), new Intl.DisplayNames("es", { type: "region" }).of("US"), (1234.5).toLocaleString("hi-IN"), Intl.getCanonicalLocales("EN-us"), Intl.supportedValuesOf("calendar").length > 5]);
    await row("normalisation and regular expressions", () => ["\u0065\u0301".normalize("NFC").length, /\p{Script=Greek}/u.test("\u03b1"), /[\p{L}--[a-z]]/v.test("a"), "aBc".replace(/(?i:b)/, "x"), /(?<y>\d{4})|(?<y>x)/.exec("2024").groups.y, "abc".at(-1), "a\ud800".isWellFormed(), "a\ud800".toWellFormed()]);
    for (const name of ["Temporal", "Iterator", "ShadowRealm", "AsyncContext", "Float16Array", "SuppressedError", "DisposableStack", "AsyncDisposableStack", "ModuleSource", "gc", "Buffer", "process", "global", "setImmediate", "require", "__filename", "importScripts", "name", "close", "postMessage", "onmessage", "onerror", "location", "FileReader", "ImageData", "Notification", "isSecureContext", "crossOriginIsolated", "SharedWorker", "URLPatternList", "ReadableStreamBYOBReader", "Storage", "TaskSignal", "WebSocketStream", "Worklet", "CryptoKeyPair", "scheduler", "trustedTypes", "structuredClone", "Summarizer"]) await row(`typeof ${name}`, () => typeof globalThis[name]);
    for (const [Class, names] of [[Array, ["fromAsync"]], [Promise, ["try", "withResolvers", "any"]], [Math, ["sumPrecise", "f16round"]], [Error, ["isError", "captureStackTrace"]], [RegExp, ["escape"]], [Uint8Array, ["fromBase64", "fromHex"]], [JSON, ["rawJSON", "isRawJSON"]], [Iterator, ["from", "concat", "zip", "zipKeyed"]], [Atomics, ["pause"]], [Intl, ["DurationFormat", "Locale"]], [Symbol, ["dispose", "asyncDispose", "metadata"]], [Map, ["groupBy"]], [Object, ["groupBy"]]]) for (const name of names) await row(`${Class.name ?? Object.prototype.toString.call(Class)}.${name}`, () => typeof Class[name]);
    for (const [Class, names] of [[Map, ["getOrInsert", "getOrInsertComputed", "emplace"]], [Set, ["union", "isSubsetOf"]], [Array, ["toSorted", "with", "findLast", "group"]], [ArrayBuffer, ["transfer", "transferToImmutable", "resizable", "sliceToImmutable"]], [Uint8Array, ["toBase64", "setFromHex"]], [Iterator, ["map", "take", "toArray"]], [String, ["at", "isWellFormed"]], [Promise, ["finally"]], [Date, ["toTemporalInstant", "getYear"]], [DataView, ["getFloat16"]], [RegExp, ["hasIndices", "unicodeSets"]]]) for (const name of names) await row(`${Class.name}.prototype.${name}`, () => { const found = Object.getOwnPropertyDescriptor(Class.prototype, name); return found && (found.get ? "getter" : typeof found.value); });

    await row("cause", () => { const error = new Error("m", { cause: 5 }); return [error.cause, Object.getOwnPropertyDescriptor(error, "cause").enumerable, "cause" in new Error("m"), "cause" in new Error("m", {})]; });
    await row("error's members", () => Object.getOwnPropertyNames(new Error("m")));
    await row("stack of a subclass", () => { class Mine extends Error { name = "Other"; } return new Mine("m").stack.split("\n")[0]; });
    await row("stack is set by captureStackTrace", () => { const object = { toString: () => "ts", name: "N", message: "M" }; Error.captureStackTrace(object); return object.stack.split("\n")[0]; });
    await row("stackTraceLimit", () => { const before = Error.stackTraceLimit; Error.stackTraceLimit = 1; const stack = new Error("m").stack.split("\n").length; Error.stackTraceLimit = before; return [before, stack]; });
    await row("prepareStackTrace", () => { Error.prepareStackTrace = (error, frames) => [error.message, Array.isArray(frames), typeof frames[0].getLineNumber(), typeof frames[0].getFileName()]; const { stack } = new Error("m"); delete Error.prepareStackTrace; return stack; });
    await row("messages of the engine", () => [() => undefinedName, () => null.x, () => undefined.f(), () => (5)(), () => new (() => {})(), () => [].reduce(() => {}), () => "x".repeat(-1), () => new Array(-1), () => { const a = 1; a = 2; }, () => JSON.parse("{"), () => BigInt(1.5), () => 1n + 1, () => Symbol() + "", () => ({}).x.y, () => decodeURIComponent("%"), () => structuredClone(() => {}), () => new Proxy(), () => "x" in "y", () => ({}) instanceof 5, () => Reflect.construct(1), () => (1).toFixed(101), () => new Intl.NumberFormat("xx-invalid-locale-name"), () => new Date(NaN).toISOString(), () => { class A { constructor() { this.x; } } class B extends A { constructor() {} } new B(); }].map((work) => caught(work)[1]));

    const rejections = async (work) => {
      const seen = [];
      const listener = ({ type, reason }) => seen.push([type, text(reason)]);
      for (const type of ["unhandledrejection", "rejectionhandled"]) addEventListener(type, listener);
      await work(seen);
      await scheduler.wait(3);
      for (const type of ["unhandledrejection", "rejectionhandled"]) removeEventListener(type, listener);
      return seen;
    };
    await row("rejections in order", () => rejections((seen) => { Promise.reject("a"); Promise.reject("b"); queueMicrotask(() => seen.push("microtask")); seen.push("end"); }));
    await row("rejection and timers", () => rejections(async (seen) => { setTimeout(() => seen.push("timer")); Promise.reject("a"); await scheduler.wait(2); }));
    await row("rejected twice", () => rejections(() => { new Promise((resolve, reject) => { reject("a"); reject("b"); resolve("c"); }); }));
    await row("throw in a then", () => rejections(() => { Promise.resolve().then(() => { throw new RangeError("then"); }); }));
    await row("throw in an async function", () => rejections(() => { (async () => { await null; throw new RangeError("async"); })(); }));
    await row("handled by all", () => rejections(() => { Promise.all([Promise.reject("a"), Promise.reject("b")]).catch(() => {}); }));
    await row("not handled by race's losers", () => rejections(() => { Promise.race([Promise.resolve(1), Promise.reject("loser")]); }));
    await row("handled by a microtask", () => rejections(() => { const made = Promise.reject("a"); queueMicrotask(() => made.catch(() => {})); }));
    await row("handled in the listener", () => rejections(() => { addEventListener("unhandledrejection", (event) => event.promise.catch(() => {}), { once: true }); Promise.reject("a"); }));
    return t.response();
  },
};
