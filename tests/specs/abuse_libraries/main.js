// Calls of the libraries below node:crypto, node:zlib and the serialiser that ended the process, or held a shard for many seconds.
import assert from "node:assert";
import { DurableObject } from "cloudflare:workers";

const TENANT = `
import { DurableObject } from "cloudflare:workers";
import crypto from "node:crypto";
import zlib from "node:zlib";
const thrown = (work) => { try { work(); } catch (error) { return error.message; } return "nothing"; };
export class App extends DurableObject {
  ping() { return "pong"; }
  // Digests of any length have no size to divide by.
  endless() {
    return [
      thrown(() => crypto.hkdfSync("shake256", "k", "s", "i", 32)), thrown(() => crypto.pbkdf2Sync("a", "b", 1, 32, "shake128")),
      thrown(() => crypto.createHash("shake128")), thrown(() => crypto.createHmac("shake128", "k")),
    ];
  }
  // A compressor that is reset while output waits in it.
  reset() {
    const source = crypto.randomBytes(6000);
    for (const level of [1, 2, 6, 9]) {
      const handle = new zlib.DeflateRaw({ windowBits: 12, memLevel: 2, level, strategy: 1 })._handle;
      const out = new Uint8Array(5000);
      handle.writeSync(3, source, 0, 300, out, 0, 5);
      handle.writeSync(2, source, 0, 0, out, 0, 100);
      handle.reset();
      handle.writeSync(2, source, 1000, 5000, out, 0, 3000);
    }
    return zlib.inflateRawSync(zlib.deflateRawSync(source)).equals(source);
  }
  // Memory of code in a getter is not the serialiser's buffer.
  getter() {
    return thrown(() => structuredClone({ get a() { return thrown(() => new URL("http://x/#" + "\\u00e9".repeat(92e6))); } }));
  }
  // A margin for each of many lines.
  margins() {
    for (let i = 0; i < 16; i++) console.group();
    console.log("\\n".repeat(2 ** 25));
    for (let i = 0; i < 16; i++) console.groupEnd();
    return "printed";
  }
  // The rounds of an encrypted key are its author's choice.
  rounds() {
    const { privateKey } = crypto.generateKeyPairSync("ed25519");
    const options = { type: "pkcs8", format: "der", cipher: "aes-256-cbc", passphrase: "x" };
    const der = privateKey.export(options);
    const read = (key) => thrown(() => crypto.createPrivateKey({ ...options, key }));
    const at = der.indexOf(Buffer.from([2, 2, 8, 0]));
    // 32,512 rounds lie in as many bytes as 2,048: still allowed. 100 million need two bytes more, also in all that is around them.
    const some = Buffer.from(der);
    some.set([0x7f, 0], at + 2);
    const many = Buffer.concat([der.subarray(0, at), Buffer.from([2, 4, 0x05, 0xf5, 0xe1, 0]), der.subarray(at + 4)]);
    for (let p = 0; p < at; ) {
      const digits = many[p + 1] & 0x80 ? many[p + 1] & 0x7f : 0;
      const length = digits === 0 ? many[p + 1] : many.readUIntBE(p + 2, digits);
      const begin = p + 2 + digits;
      if (at >= begin && at < begin + length) {
        many[begin - 1] += 2;
        p = many[p] === 0x30 ? begin : at;
      } else p = begin + length;
    }
    return [at > 0, read(der), read(many) === read(some) && read(many) !== "nothing"];
  }
  // What the library makes of a certificate takes many times its size.
  certificate() { return thrown(() => new crypto.X509Certificate(new Uint8Array(2 ** 21))) !== "nothing"; }
}
export default {};
`;

export class Host extends DurableObject {
  run(method) {
    const code = { compatibilityDate: "2026-11-17", mainModule: "app.js", modules: { "app.js": TENANT } };
    const start = () => ({ class: this.env.LOADER.get("libraries", () => code).getDurableObjectClass("App"), limits: { cpuMs: 20000 } });
    return this.ctx.facets.get("app", start)[method]();
  }
}
const on = (method, check) => ({
  async test(_controller, env) {
    const host = env.Host.getByName("host");
    check(await host.run(method));
    assert.equal(await host.run("ping"), "pong");
  },
});
export const endless = on("endless", (texts) => assert.ok(texts.every((text) => text !== "nothing"), texts.join("; ")));
export const reset = on("reset", (same) => assert.equal(same, true));
export const getter = on("getter", (text) => assert.equal(typeof text, "string"));
export const margins = on("margins", (text) => assert.equal(text, "printed"));
export const rounds = on("rounds", (found) => assert.deepEqual(found, [true, "nothing", true]));
export const certificate = on("certificate", (refused) => assert.equal(refused, true));
