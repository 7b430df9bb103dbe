// node:crypto: hashes, HMACs, derived keys, random values.
import { table } from "../table.js";
import crypto, { createHash, createHmac, randomBytes, randomFillSync, randomFill, randomInt, randomUUID, timingSafeEqual, hkdfSync, hkdf, pbkdf2Sync, pbkdf2, getHashes } from "node:crypto";

const hex = (value) => Buffer.from(value).toString("hex");
const rows = {};
for (const name of ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "SHA256", "sha-256", "RSA-SHA256", "md5-sha1", "nope"]) rows[`createHash ${name}`] = () => createHash(name).update("abc").digest("hex");
Object.assign(rows, {
  "digest encodings": () => ["base64", "base64url", "latin1", "hex"].map((e) => createHash("md5").update("x").digest(e)),
  "digest buffer": () => { const d = createHash("md5").update("x").digest(); return [Buffer.isBuffer(d), d.length]; },
  "update inputs": () => createHash("sha1").update("6162", "hex").update(Buffer.from("c")).update(new Uint16Array([100])).digest("hex"),
  "update returns": () => { const h = createHash("sha1"); return h.update("a") === h; },
  "update wrong": () => createHash("sha1").update(5),
  "update after digest": () => { const h = createHash("sha1"); h.digest(); h.update("x"); },
  "digest twice": () => { const h = createHash("sha1"); h.digest(); return h.digest("hex"); },
  "copy": () => { const h = createHash("sha1").update("a"); const c = h.copy(); h.update("b"); return [h.digest("hex"), c.digest("hex")]; },
  "copy after digest": () => { const h = createHash("sha1"); h.digest(); return h.copy(); },
  "hash wrong": () => createHash(5),
  "hash without new": () => crypto.Hash("sha1").update("a").digest("hex"),
  "hash function": () => [crypto.hash("sha1", "abc"), crypto.hash("md5", Buffer.from("abc"), "base64")],
  "hash stream": async () => { const h = createHash("sha1"); h.end("abc"); let out; for await (const c of h) out = c.toString("hex"); return out; },
  "createHmac": () => ["md5", "sha1", "sha256", "sha512"].map((n) => createHmac(n, "key").update("abc").digest("hex")),
  "hmac long key": () => createHmac("sha256", "k".repeat(200)).update("abc").digest("base64"),
  "hmac buffer key": () => createHmac("sha256", Buffer.from("key")).update("abc").digest("hex"),
  "hmac unknown": () => createHmac("nope", "key"),
  "hmac no key": () => createHmac("sha256"),
  "hmac wrong key": () => createHmac("sha256", 5),
  "hmac twice": () => { const h = createHmac("sha256", "k"); h.digest(); return h.digest("hex"); },
  "hmac update after": () => { const h = createHmac("sha256", "k"); h.digest(); h.update("x"); },
  "randomBytes": () => { const b = randomBytes(16); return [Buffer.isBuffer(b), b.length, randomBytes(0).length]; },
  "randomBytes callback": () => new Promise((r) => randomBytes(8, (e, b) => r([e, b.length]))),
  "randomBytes wrong": () => randomBytes("5"),
  "randomBytes negative": () => randomBytes(-1),
  "randomFillSync": () => { const b = Buffer.alloc(8); return [randomFillSync(b, 4) === b, hex(b.subarray(0, 4))]; },
  "randomFillSync range": () => randomFillSync(Buffer.alloc(4), 5),
  "randomFill": () => new Promise((r) => randomFill(Buffer.alloc(4), (e, b) => r([e, b.length]))),
  "randomInt": () => { const n = randomInt(5, 10); return [n >= 5 && n < 10, randomInt(1), Number.isInteger(randomInt(100))]; },
  "randomInt wrong": () => randomInt(5, 5),
  "randomInt string": () => randomInt("5"),
  "randomUUID": () => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(randomUUID()),
  "timingSafeEqual": () => [timingSafeEqual(Buffer.from("ab"), Buffer.from("ab")), timingSafeEqual(Buffer.from("ab"), Buffer.from("ac"))],
  "timingSafeEqual length": () => timingSafeEqual(Buffer.from("a"), Buffer.from("ab")),
  "timingSafeEqual wrong": () => timingSafeEqual("a", Buffer.from("a")),
  "hkdfSync": () => { const k = hkdfSync("sha256", "key", "salt", "info", 42); return [k instanceof ArrayBuffer, hex(k)]; },
  "hkdf": () => new Promise((r) => hkdf("sha512", "key", "salt", "info", 16, (e, k) => r([e, hex(k)]))),
  "hkdf too long": () => hkdfSync("sha256", "key", "salt", "info", 255 * 32 + 1),
  "hkdf unknown": () => hkdfSync("nope", "key", "salt", "info", 16),
  "pbkdf2Sync": () => [hex(pbkdf2Sync("password", "salt", 1000, 32, "sha256")), Buffer.isBuffer(pbkdf2Sync("p", "s", 1, 8, "sha1"))],
  "pbkdf2": () => new Promise((r) => pbkdf2("password", "salt", 10, 20, "sha512", (e, k) => r([e, hex(k)]))),
  "pbkdf2 unknown": () => pbkdf2Sync("p", "s", 1, 8, "nope"),
  "pbkdf2 iterations": () => pbkdf2Sync("p", "s", 0, 8, "sha1"),
  "getHashes": () => getHashes().join(),
  "webcrypto": () => [crypto.webcrypto === globalThis.crypto, crypto.getRandomValues(new Uint8Array(4)).length],
  "constants": () => [Object.keys(crypto.constants).length, crypto.constants.RSA_PKCS1_PADDING],
  "fips": () => [crypto.getFips(), crypto.secureHeapUsed()],
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
