// node:crypto: ciphers that seal whole messages; what arguments of the older functions may be.
import { table } from "../table.js";
import crypto, { createCipheriv, createDecipheriv, getCipherInfo } from "node:crypto";

const failing = (call) => { try { return call(); } catch (e) { return `${e.name} ${e.code}: ${e.message}`; } };
const cipher = (name = "chacha20-poly1305", options = undefined) => { const { keyLength, ivLength } = getCipherInfo(name); return createCipheriv(name, Buffer.alloc(keyLength, 1), Buffer.alloc(ivLength, 2), options); };
const decipher = (name = "chacha20-poly1305", options = undefined) => { const { keyLength, ivLength } = getCipherInfo(name); return createDecipheriv(name, Buffer.alloc(keyLength, 1), Buffer.alloc(ivLength, 2), options); };
const NAMES = ["chacha20-poly1305", "xchacha20-poly1305", "aes-128-gcm-siv", "aes-256-gcm-siv", "aes-128-ccm-matter", "aes-128-ccm-bluetooth", "aes-128-ccm-bluetooth-8", "aes-128-ctr-hmac-sha256", "aes-256-ctr-hmac-sha256", "CHACHA20-POLY1305"];
const rows = {};
for (const name of NAMES) {
  rows[`info ${name}`] = () => getCipherInfo(name);
  rows[`seal ${name}`] = () => [undefined, 4, 8, 12, 16, 17].map((authLengthTag) => failing(() => { const c = cipher(name, { authLengthTag }); if (!name.includes("ccm")) c.setAAD(Buffer.from("extra")); else c.setAAD(Buffer.from("extra"), { plaintextLength: 5 }); const text = c.update("hello", "utf8", "hex"); c.final(); const tag = c.getAuthTag(); const d = decipher(name, { authLengthTag }); d.setAuthTag(tag); d.setAAD(Buffer.from("extra"), { plaintextLength: 5 }); return [text, tag.toString("hex"), d.update(text, "hex", "utf8"), d.final().length]; }));
  rows[`nonce ${name}`] = () => [4, 8, 12, 16, 24].map((length) => failing(() => typeof createCipheriv(name, Buffer.alloc(getCipherInfo(name).keyLength), Buffer.alloc(length), { authLengthTag: 16 })));
}
Object.assign(rows, {
  "ccm without length": () => cipher("aes-128-ccm-matter", { authLengthTag: 16 }).setAAD(Buffer.from("x")),
  "ccm aad before tag": () => decipher("aes-128-ccm-matter", { authLengthTag: 16 }).setAAD(Buffer.from("x"), { plaintextLength: 5 }),
  "key length": () => createCipheriv("chacha20-poly1305", Buffer.alloc(5), Buffer.alloc(12)),
  "twice": () => { const c = cipher(); c.update("00", "hex"); c.update("00", "hex"); },
  "after final": () => { const c = cipher(); c.update("00", "hex"); c.final(); c.update("00", "hex"); },
  "final twice": () => { const c = cipher(); c.final(); c.final(); },
  "nothing": () => { const c = cipher(); return [c.final().length, c.getAuthTag().length]; },
  "empty": () => { const c = cipher(); return [c.update("", "utf8").length, c.final().length, c.getAuthTag().toString("hex")]; },
  "aad twice": () => { const c = cipher(); c.setAAD(Buffer.from("x")).setAAD(Buffer.from("y")); c.update("00", "hex"); c.final(); return c.getAuthTag().toString("hex"); },
  "aad late": () => { const c = cipher(); c.update("00", "hex"); c.setAAD(Buffer.from("y")); c.final(); return c.getAuthTag().toString("hex"); },
  "tag early": () => { const c = cipher(); c.update("00", "hex"); c.getAuthTag(); },
  "tag twice": () => { const c = cipher(); c.update("00", "hex"); c.final(); return [c.getAuthTag().length, c.getAuthTag().length]; },
  "padding": () => cipher().setAutoPadding(true),
  "no tag": () => decipher().update("00", "hex"),
  "no tag final": () => decipher().final().length,
  "wrong tag": () => { const d = decipher(); d.setAuthTag(Buffer.alloc(16)); d.update("00", "hex"); },
  "set tag twice": () => { const d = decipher(); d.setAuthTag(Buffer.alloc(16)); d.setAuthTag(Buffer.alloc(16)); },
  "tag lengths": () => [0, 1, 4, 8, 15, 16, 17].map((length) => failing(() => typeof decipher().setAuthTag(Buffer.alloc(length)))),
  "info of numbers": () => [getCipherInfo(950), getCipherInfo("xchacha20-poly1305", { ivLength: 12 })?.ivLength, getCipherInfo("chacha20-poly1305", { keyLength: 5 })],
  "gone on after failure": () => { const d = createDecipheriv("aes-128-cbc", Buffer.alloc(16), Buffer.alloc(16)); d.update(Buffer.alloc(5)); return [failing(() => d.final()), failing(() => d.update(Buffer.alloc(1)).length)]; },
  "stream": () => new Promise((resolve, reject) => { const c = cipher(); const parts = []; c.on("data", (part) => parts.push(part)).on("end", () => resolve(Buffer.concat(parts).toString("hex"))).on("error", reject); c.end("hello"); }),
  "randomFillSync wrong": () => [["a", "b"], [Buffer.alloc(3), 4], [Buffer.alloc(3), 1, 5], [Buffer.alloc(3), -1], [Buffer.alloc(3), "x"], [Buffer.alloc(3), 1, -1], [undefined]].map((args) => failing(() => crypto.randomFillSync(...args).length)),
  "randomFillSync right": () => [[Buffer.alloc(3)], [Buffer.alloc(3), 1], [Buffer.alloc(3), 1, 1], [new Uint8Array(4)]].map((args) => crypto.randomFillSync(...args).length),
  "randomFill wrong": () => [["a", () => {}], [Buffer.alloc(3), 4, () => {}], [Buffer.alloc(3), 1, 5, () => {}], [Buffer.alloc(3)], [Buffer.alloc(3), 1]].map((args) => failing(() => crypto.randomFill(...args))),
  "randomFill right": () => new Promise((done) => crypto.randomFill(Buffer.alloc(3), 1, 1, (e, b) => done([e, b.length, b[0], b[2]]))),
  "randomInt wrong": () => [[1.5], [0], [-5], [5, 1], [2 ** 53], [0, 2 ** 49], ["a", 1], [1, "a"], [undefined], [1, 2, 3, 4]].map((args) => failing(() => typeof crypto.randomInt(...args))),
  "randomInt callback": () => new Promise((done) => crypto.randomInt(3, (e, n) => done([e, n >= 0 && n < 3]))),
  "randomInt callback range": () => new Promise((done) => crypto.randomInt(5, 6, (e, n) => done([e, n]))),
  "randomUUID wrong": () => [[5], [{ disableEntropyCache: 1 }], [null], [{ disableEntropyCache: true }]].map((args) => failing(() => crypto.randomUUID(...args).length)),
  "randomBytes wrong": () => [[1.5], ["x"], [2 ** 31], [5, 5]].map((args) => failing(() => crypto.randomBytes(...args).length)),
  "prime add bits": () => [[2, 60n, 59n], [3, 12n, 11n], [5, 60n, 59n], [4, 2n ** 70n, 1n]].map(([size, add, rem]) => failing(() => crypto.generatePrimeSync(size, { add, rem, bigint: true }))),
  "to other kinds": () => [["x25519", {}, "Ed25519"], ["ed25519", {}, { name: "RSA-PSS", hash: "SHA-1" }], ["rsa", { modulusLength: 512 }, { name: "ECDSA", namedCurve: "P-256" }], ["ec", { namedCurve: "P-224" }, { name: "ECDSA", namedCurve: "P-256" }], ["dh", { group: "modp14" }, { name: "ECDSA", namedCurve: "P-256" }]].map(([type, options, algorithm]) => failing(() => crypto.generateKeyPairSync(type, options).privateKey.toCryptoKey(algorithm, false, ["sign"]).type)),
  "web keys used": async () => { const pair = await globalThis.crypto.subtle.generateKey({ name: "RSA-OAEP", modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, false, ["encrypt", "decrypt"]); const ed = await globalThis.crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]); return [String(crypto.privateDecrypt(pair.privateKey, crypto.publicEncrypt(pair.publicKey, Buffer.from("x")))), crypto.verify(null, Buffer.from("x"), ed.publicKey, crypto.sign(null, Buffer.from("x"), ed.privateKey)), crypto.KeyObject.from(ed.publicKey).export({ format: "jwk" }).alg]; },
  "field keys used": () => { const { privateKey, publicKey } = crypto.generateKeyPairSync("dh", { group: "modp14" }); return [failing(() => crypto.sign("sha256", Buffer.from("x"), privateKey)), failing(() => crypto.createSign("sha256").sign(privateKey)), failing(() => crypto.createVerify("sha256").verify(publicKey, Buffer.alloc(5))), failing(() => crypto.publicEncrypt(publicKey, Buffer.alloc(5)))]; },
  "field keys of primes": () => [{ generator: 5 }, { generator: 1 }, { prime: Buffer.from([4]) }, { prime: Buffer.from([23]) }, { prime: Buffer.alloc(0) }].map((options) => failing(() => crypto.generateKeyPairSync("dh", { prime: crypto.getDiffieHellman("modp14").getPrime(), ...options }).privateKey.type)),
  "hash wrong": () => [["sha1", 5], ["sha1", "x", 5], ["sha1", new ArrayBuffer(2)], [5, "x"], ["nope", "x"]].map((args) => failing(() => crypto.hash(...args))),
  "hash output length": () => [5, 20, 0, "x", -1].map((outputLength) => failing(() => crypto.createHash("sha1", { outputLength }).digest("hex"))),
  "hash array buffer": () => failing(() => crypto.createHash("sha1").update(new ArrayBuffer(2))),
  "hash ended as a stream": async () => {
    const lines = [];
    for (const make of [() => crypto.createHash("md5"), () => crypto.createHmac("md5", "k")]) {
      const after = (use) => { const h = make(); h.write("x"); h.end(); return failing(() => use(h)); };
      lines.push(after((h) => h.digest("hex")), after((h) => [h.digest("hex"), h.read().toString("hex")].join()), after((h) => { const bytes = h.digest(); bytes.fill(0); return h.read().toString("hex"); }));
      lines.push(after((h) => { h.digest(); return h.digest("hex"); }), after((h) => h.update("y")), after((h) => h.copy().digest("hex")), after((h) => h.digest("nope")));
      lines.push(failing(() => { const h = make(); h.digest(); h.write("x"); }));
      const seen = [];
      const h = make();
      h.on("data", (bytes) => seen.push(bytes.toString("hex"))).on("end", () => seen.push("end")).on("error", (error) => seen.push(error.message));
      h.update("x");
      seen.push(h.digest("hex"));
      h.end();
      await new Promise((resolve) => setTimeout(resolve, 2));
      lines.push(seen);
    }
    return lines;
  },
  "hash order": () => failing(() => { const h = crypto.createHash("sha1"); h.digest(); h.update(5); }),
  "hmac array buffer": () => failing(() => crypto.createHmac("sha1", "x").update(new ArrayBuffer(2))),
  "hmac encoding": () => [failing(() => crypto.createHmac("sha1", "x", { encoding: 5 })), crypto.createHmac("sha1", "78", { encoding: "hex" }).digest("hex")],
  "pbkdf2 wrong": () => [["p", 5, 1, 8, "sha1"], ["p", "s", 1, 8], ["p", "s", 1.5, 8, "sha1"], ["p", "s", 1, -8, "sha1"], [5, "s", 1, 8, "sha1"]].map((args) => failing(() => crypto.pbkdf2Sync(...args).length)),
  "derive callbacks": () => Promise.all([new Promise((done) => crypto.pbkdf2("a", "b", 1, 8, "nope", (e, k) => done([e.message, k]))), new Promise((done) => crypto.hkdf("nope", "a", "b", "c", 8, (e, k) => done([e.message, k]))), failing(() => crypto.pbkdf2("a", "b", 1, 8, () => {})), failing(() => crypto.pbkdf2("a", "b", 1, 8, "sha1")), failing(() => crypto.hkdf("sha1", 5, "b", "c", 8))]),
  "callbacks in order": async () => { const found = []; for (const [name, start] of Object.entries({ generateKey: (done) => crypto.generateKey("aes", { length: 128 }, done), sign: (done) => crypto.sign(null, Buffer.alloc(1), crypto.generateKeyPairSync("ed25519").privateKey, done), scrypt: (done) => crypto.scrypt("a", "b", 8, { N: 2 }, done), generatePrime: (done) => crypto.generatePrime(16, done), randomBytes: (done) => crypto.randomBytes(3, done), randomInt: (done) => crypto.randomInt(3, done), pbkdf2: (done) => crypto.pbkdf2("a", "b", 1, 8, "sha1", done), hkdf: (done) => crypto.hkdf("sha1", "a", "b", "c", 8, done) })) { const order = [name]; await new Promise((done) => { start(() => order.push("callback")); Promise.resolve().then(() => order.push(1)).then(() => order.push(2)); order.push("sync"); setTimeout(done, 1); }); found.push(order.join(" ")); } return found; },
  "jwk members": () => [{ kty: "EC", crv: "P-256", x: 1, y: "AA" }, { kty: 5 }, [], { kty: "OKP", crv: "Ed25519", x: Buffer.alloc(32, 3).toString("base64") }].map((key) => failing(() => crypto.createPublicKey({ key, format: "jwk" }).asymmetricKeyType)),
  "hkdf wrong": () => [["sha1", 5, "s", "i", 8], ["sha1", "k", 5, "i", 8], ["sha1", "k", "s", 5, 8], [5, "k", "s", "i", 8], ["sha1", "k", "s", "i", -8], ["sha1", "k", "s", Buffer.alloc(1025), 8], ["sha1", "k", "s", Buffer.alloc(1024), 8]].map((args) => failing(() => crypto.hkdfSync(...args).byteLength)),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
