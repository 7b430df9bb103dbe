// Compatibility flags: what a dated flag changes, on both sides of its date. Those that need the network are in dated_flags_io.js.
import { table } from "../table.js";

const PRELUDE = "const t = (f) => { try { return f(); } catch (error) { return String(error); } }; const a = async (f) => { try { return await f(); } catch (error) { return String(error); } };";

// [flag, date, body of a function of the loaded Worker that gives JSON, what stands before it].
const ROWS = [
  ["streams_enable_constructors", "2022-11-30", "return [typeof ReadableStreamDefaultController, typeof TransformStreamDefaultController, t(() => new WritableStream({}).locked), t(() => new ReadableStream().locked), t(() => new (class extends ReadableStream {})().locked), t(() => typeof ReadableStream.from([])), await new Response('x').body instanceof ReadableStream, new TextDecoderStream().readable instanceof ReadableStream]"],
  ["transformstream_enable_standard_constructor", "2022-11-30", "const s = new TransformStream({ transform(chunk, control) { control.enqueue('x' + chunk); } }); const w = s.writable.getWriter(); const r = s.readable.getReader(); w.write('a').catch(() => {}); const { value } = await r.read(); return [typeof value, s instanceof TransformStream, s.constructor === TransformStream, TransformStream.length, s instanceof IdentityTransformStream]"],
  ["http_headers_getsetcookie", "2023-03-01", "return [typeof Headers.prototype.getSetCookie]"],
  ["response_redirect_url_standard", "2023-03-14", "const to = (url) => t(() => Response.redirect(url).headers.get('location')); return [to('http://x'), to('http://x/a b'), to('/rel'), to('foo:bar'), to('HTTP://EXample.com:80/%7e/../b/./c?x#y'), t(() => Response.redirect('http://x/', 400)), Response.redirect('http://x/', 308).status]"],
  ["urlsearchparams_delete_has_value_arg", "2023-07-01", "const u = new URLSearchParams('a=1&a=2'); u.delete('a', '1'); return [u.toString(), new URLSearchParams('a=1').has('a', '2')]"],
  ["strict_compression_checks", "2023-08-01", "const pack = async (format) => new Uint8Array(await new Response(new Blob(['hi']).stream().pipeThrough(new CompressionStream(format))).arrayBuffer()); const read = (format, bytes) => a(() => new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format))).text()); const g = await pack('gzip'), d = await pack('deflate'); return [await read('gzip', g), await read('gzip', g.slice(0, -4)), await read('gzip', new Uint8Array([...g, 1, 2])), await read('gzip', new Uint8Array(0)), await read('deflate', d.slice(0, -4)), await read('deflate', new Uint8Array([...d, 1])), await read('deflate', new Uint8Array([1, 2, 3, 4]))]"],
  ["crypto_preserve_public_exponent", "2023-12-01", "const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) }, true, ['sign', 'verify']); const e = publicKey.algorithm.publicExponent; return [e.constructor.name, e.byteLength, privateKey.algorithm.publicExponent.constructor.name]"],
  ["no_global_importscripts", "2024-03-04", "return [typeof importScripts]"],
  ["unwrap_custom_thenables", "2024-04-01", "const log = []; ctx.waitUntil({ then(done) { log.push('then'); done(); } }); await scheduler.wait(2); return log"],
  ["blob_standard_mime_type", "2024-06-03", "const type = (header) => new Response('x', { headers: { 'content-type': header } }).blob().then((blob) => blob.type); return [await type('text/html;;'), await type('bad'), await type('text/plain;a=b;a=c'), await type('multipart/form-data')]"],
  ["set_tostring_tag", "2024-09-26", "return [Object.prototype.toString.call(new Headers()), Headers.prototype[Symbol.toStringTag], String(new URL('http://x')), Object.prototype.toString.call(new Blob())]"],
  ["upper_case_all_http_methods", "2024-10-14", "const method = (method) => t(() => new Request('http://x', { method }).method); return [method('post'), method('patch'), method('PATCH'), method('foo'), method('purge'), method('options')]"],
  ["urlpattern_standard", "2025-05-01", "return [new URLPattern({ pathname: '/a/:b' }).hasRegExpGroups === undefined, new URLPattern('/a/:b', 'http://x').exec('http://x/a/c').pathname.groups]"],
  ["enable_weak_ref", "2025-05-05", "return [typeof WeakRef, typeof FinalizationRegistry]"],
  ["enable_navigator_language", "2025-05-19", "return [navigator.language, navigator.languages]"],
  ["allow_eval_during_startup", "2025-06-01", "return [atStart, late, t(() => eval('1 + 1')), t(() => new Function('return 4')()), again(), t(() => Object.getPrototypeOf(async function () {}).constructor('return 1')), await new Promise((done) => setTimeout(() => done(t(() => eval('2 + 3'))), 1)), await import('./data.js').catch((error) => error.message)]", "const tryIt = (f) => { try { return f(); } catch (error) { return String(error); } }; const again = () => tryIt(() => eval('2 + 3')); const atStart = [tryIt(() => eval('2 + 3')), tryIt(() => new Function('return 4')()), tryIt(() => eval('syntax error'))]; let late; await Promise.resolve().then(() => { late = tryIt(() => eval('9')); });"],
  ["set_event_target_this", "2025-08-01", "const log = []; const target = new EventTarget(); target.addEventListener('a', function () { log.push(this === globalThis, this === target); }); target.addEventListener('a', { handleEvent() { log.push(this.x); }, x: 5 }); const f = () => log.push('f'); target.addEventListener('a', f); target.removeEventListener('a', f); target.addEventListener('a', f, { once: true }); target.dispatchEvent(new Event('a')); target.dispatchEvent(new Event('a')); globalThis.addEventListener('b', function () { log.push(this === globalThis); }); globalThis.dispatchEvent(new Event('b')); return log"],
  ["expose_global_message_channel", "2025-08-15", "return [typeof MessageChannel, typeof MessagePort, 'MessageChannel' in globalThis]"],
  ["enable_ctx_exports", "2025-11-17", "return [typeof ctx.exports, 'exports' in ctx]"],
  ["strip_bom_in_read_all_text", "2026-01-13", "const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 49]); const length = (body) => body.text().then((text) => text.length); return [await length(new Response(bytes)), await length(new Response(new Blob([bytes]).stream())), await length(new Request('http://x', { method: 'POST', body: bytes })), await a(() => new Response(bytes).json()), await length(new Response('\\ufeffa'))]"],
  ["fetch_iterable_type_support", "2026-02-19", "const A = class { toString() { return 'A'; } *[Symbol.iterator]() { yield new Uint8Array([66]); } }; function* g() { yield new Uint8Array([67]); } async function* h() { yield new Uint8Array([68]); } const text = (body) => a(() => new Response(body).text()); return [await text(new A()), await text(g()), await text(h()), await text([1, 2]), await text([new Uint8Array([69])]), await text(Object.assign([new Uint8Array([70])], { toString: () => 'own' })), await text(new Set([new Uint8Array([71])])), await text(new String('s')), await text({ [Symbol.toPrimitive]: () => 'p', *[Symbol.iterator]() {} }), await text({ a: 1 }), await text({ toString: () => 'q', async *[Symbol.asyncIterator]() { yield new Uint8Array([72]); } }), new Response(['a']).headers.get('content-type')]"],
  ["text_decoder_replace_surrogates", "2026-02-24", "const units = (text) => [...Array(text.length).keys()].map((i) => text.charCodeAt(i)); const bytes = new Uint8Array([0x00, 0xd8, 0x41, 0, 0, 0xdc]); const d = new TextDecoder('utf-16le'); return [units(new TextDecoder('utf-16le').decode(bytes)), t(() => new TextDecoder('utf-16le', { fatal: true }).decode(bytes).length), units(d.decode(new Uint8Array([0xff, 0xfe, 0x3d]), { stream: true }) + d.decode(new Uint8Array([0xd8, 0x00, 0xde]), { stream: true }) + d.decode()), units(new TextDecoder('utf-16le').decode(new Uint8Array([0x41]))), t(() => new TextDecoder('utf-16le', { fatal: true }).decode(new Uint8Array([0x41]))), t(() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])))]"],
  ["encoder_stream_spec_compliant_backpressure", "2026-03-24", "const log = []; for (const [stream, chunks] of [[new TextEncoderStream(), ['a', 'b']], [new TextDecoderStream(), [new Uint8Array([65]), new Uint8Array([66])]]]) { const w = stream.writable.getWriter(); w.write(chunks[0]).then(() => log.push('w1')); await scheduler.wait(2); log.push('read'); const r = stream.readable.getReader(); log.push((await r.read()).value.length); w.write(chunks[1]); log.push((await r.read()).value.length); w.close(); log.push((await r.read()).done); } return log"],
  ["enhanced_error_serialization", "2026-04-21", "const members = (error) => [error.name, error.message, Object.getOwnPropertyNames(error), Object.keys(error), error.constructor.name]; class My extends Error { name = 'My'; z = 1; } return [members(structuredClone(new My('a'))), members(structuredClone(new TypeError('b', { cause: { q: 1 } }))), structuredClone(new TypeError('b', { cause: { q: 1 } })).cause, members(structuredClone(new AggregateError([new RangeError('x')], 'm'))), t(() => structuredClone(Object.assign(new Error('f'), { d: () => 1 })).message), members(structuredClone(Object.assign(new Error('f'), { name: 'TypeError' }))), structuredClone(new Error('o', { cause: new My('in') })).cause.name, members(structuredClone({ list: [new My('deep')] }).list[0]), members([...structuredClone(new Map([['k', new TypeError('t', { cause: 2 })]])).values()][0]), members([...structuredClone(new Set([new My('set')]))][0])]"],
  ["diagnostics_channel_has_subscribers_getter", "2026-05-19", "const module = await a(() => import('node:diagnostics_channel')); const channel = module.channel('x'); const before = channel.hasSubscribers; channel.subscribe(() => {}); return [typeof before, typeof channel.hasSubscribers === 'function' ? channel.hasSubscribers() : channel.hasSubscribers, module.hasSubscribers('x'), typeof module.tracingChannel('q').hasSubscribers]", "", ["nodejs_compat"]],
  ["enable_global_performance_classes", "2026-08-04", "return [typeof PerformanceObserver, typeof PerformanceEntry, typeof Performance, typeof PerformanceMark, typeof PerformanceResourceTiming]"],
  ["enable_nodejs_global_timers", "2026-08-04", "return [setTimeout.length, Object.hasOwn(globalThis, 'setTimeout')]"],
  ["spec_compliant_dispatch_exceptions", "2026-09-15", "const log = []; addEventListener('error', (event) => { log.push(event.message); event.preventDefault(); }); const target = new EventTarget(); target.addEventListener('a', () => { log.push(1); throw new Error('boo'); }); target.addEventListener('a', () => { log.push(2); }); log.push(t(() => target.dispatchEvent(new Event('a')))); return log"],
];

// Flags that are on or off by name only.
const NAMED = [
  ["fetch_iterable_type_support_override_adjustment", "no_fetch_iterable_type_support_override_adjustment", "return new Response({ toString: () => 'text', *[Symbol.iterator]() { yield new Uint8Array([66]); } }).text()"],
  ["disallow_importable_env", "disallow_importable_env", "return [Object.keys(workers.env), Object.keys(workers.exports)]"],
];

// What has no two sides here.
const NOW = [
  ["rejectionhandled", "const log = []; addEventListener('unhandledrejection', (event) => { log.push(`unhandled ${event.reason}`); event.preventDefault(); }); addEventListener('rejectionhandled', (event) => log.push(`handled ${event.reason} ${event.promise instanceof Promise}`)); const late = Promise.reject('late'); await scheduler.wait(2); late.catch(() => log.push('caught')); log.push('after'); await late.catch(() => {}); const soon = Promise.reject('soon'); await null; soon.catch(() => {}); await scheduler.wait(2); return log"],
];

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const run = async (body, compatibilityDate, before = "", compatibilityFlags = []) => {
      const main = `import * as workers from "cloudflare:workers"; ${before} export default { async fetch(request, env, ctx) { ${PRELUDE} let text; try { text = JSON.stringify(await (async () => { ${body} })()) ?? "undefined"; } catch (error) { text = String(error); } return new Response(text); } };`;
      const worker = env.LOADER.load({ compatibilityDate, compatibilityFlags, mainModule: "main.js", modules: { "main.js": main, "data.js": "eval('1')" }, env: { A: 1 } });
      return (await worker.getEntrypoint().fetch("http://x/")).text();
    };
    for (const [flag, date, body, before, flags] of ROWS) {
      await row(`before ${flag}`, () => run(body, new Date(Date.parse(date) - 864e5).toISOString().slice(0, 10), before, flags));
      await row(`from ${flag}`, () => run(body, date, before, flags));
    }
    for (const [name, flag, body] of NAMED) {
      await row(`${name} by default`, () => run(body, "2026-11-17"));
      await row(`with ${flag}`, () => run(body, "2026-11-17", "", [flag]));
    }
    for (const [name, body] of NOW) await row(name, () => run(body, "2026-11-17"));
    return response();
  },
};
