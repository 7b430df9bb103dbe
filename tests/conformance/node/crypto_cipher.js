// node:crypto: ciphers, and what is told about them.
import { table } from "../table.js";
import crypto, { createCipheriv, createDecipheriv, getCiphers, getCipherInfo, createSecretKey, createPrivateKey } from "node:crypto";

const EC = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCpIAOJU4bvy8BPt2
xhU9IAG/ZTu/CS1fCqF2s8OUoI+hRANCAAQY5TLJJOhXaJnKkIlN7HCj0RHVzdrr
0Z+7zWKd7PFn2zDlDnawCeoVkkij35vt1qDW4Qkyql19cO15Bwdhh2bW
-----END PRIVATE KEY-----
`;
const rows = {};
const KEY = Buffer.from("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "hex");
const IV = Buffer.from("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "hex");
const TEXT = "The quick brown fox jumps over the lazy dog";
const NAMES = ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-ctr", "aes-192-ctr", "aes-256-ctr", "aes-128-ecb", "aes-192-ecb", "aes-256-ecb", "aes-128-ofb", "aes-192-ofb", "aes-256-ofb",
  "aes-128-cfb", "aes-256-cfb", "aes-128-cfb8", "aes-128-gcm", "aes-192-gcm", "aes-256-gcm", "aes-128-ccm", "aes-256-ccm", "aes-128-ocb", "chacha20-poly1305", "chacha20", "des-cbc", "des-ecb", "des-ede-cbc", "des-ede", "des-ede3", "des-ede3-cbc", "rc2-cbc", "rc4", "bf-cbc",
  "AES-128-CBC", "aes128", "AES256", "id-aes128-GCM", "aes-128-xts", "aes-256-xts", "aes128-wrap", "id-aes128-wrap", "camellia-128-cbc", "nope", ""];
for (const name of NAMES) {
  rows[`info ${name}`] = () => getCipherInfo(name);
  rows[`round ${name}`] = () => {
    const info = getCipherInfo(name) ?? { keyLength: 16, ivLength: 16 };
    const iv = info.ivLength ? IV.subarray(0, info.ivLength) : null;
    const cipher = createCipheriv(name, KEY.subarray(0, info.keyLength), iv);
    const text = cipher.update(TEXT, "utf8", "hex") + cipher.final("hex");
    const decipher = createDecipheriv(name, KEY.subarray(0, info.keyLength), iv);
    let tag;
    try { tag = cipher.getAuthTag(); if (tag) decipher.setAuthTag(tag); } catch (error) { tag = error.message; }
    return [text, tag && Buffer.isBuffer(tag) ? tag.toString("hex") : tag, decipher.update(text, "hex", "utf8") + decipher.final("utf8") === TEXT];
  };
}
const cbc = (make = createCipheriv) => make("aes-128-cbc", KEY.subarray(0, 16), IV);
const gcm = (make = createCipheriv, iv = IV.subarray(0, 12), options = undefined) => make("aes-128-gcm", KEY.subarray(0, 16), iv, options);
const sealed = () => { const c = gcm(); const text = c.update(TEXT, "utf8", "hex") + c.final("hex"); return { text, tag: c.getAuthTag() }; };
const both = (c, text) => c.update(text, "hex", "hex") + c.final("hex");
Object.assign(rows, {
  // The order of some differs from run to run.
  "getCiphers": () => getCiphers().sort(),
  "info by nid": () => [getCipherInfo(419)?.name, getCipherInfo(427)?.name, getCipherInfo(901)?.name, getCipherInfo(999999), getCipherInfo(-1)],
  "info key length": () => [getCipherInfo("aes-128-cbc", { keyLength: 16 })?.name, getCipherInfo("aes-128-cbc", { keyLength: 24 })],
  "info iv length": () => [getCipherInfo("aes-128-gcm", { ivLength: 7 })?.ivLength, getCipherInfo("aes-128-cbc", { ivLength: 7 }), getCipherInfo("aes-128-ecb", { ivLength: 0 })?.name, getCipherInfo("aes-128-ccm", { ivLength: 13 })?.ivLength, getCipherInfo("aes-128-ccm", { ivLength: 14 }), getCipherInfo("aes-128-gcm", { ivLength: 0 })],
  "info wrong": () => getCipherInfo(true),
  "info options": () => getCipherInfo("aes-128-cbc", null),
  "info iv length string": () => getCipherInfo("aes-128-gcm", { ivLength: "x" }),
  "output encodings": () => { const c = cbc(); return [c.update("abc", "utf8"), c.update("abc".repeat(9), "utf8", "base64"), c.final("latin1").length]; },
  "update inputs": () => { const c = cbc(); return [c.update(Buffer.alloc(16)), c.update(new Uint16Array(8), undefined, "hex"), c.update(new ArrayBuffer(16), undefined, "hex"), c.update("00", "hex", "hex"), c.final("hex")]; },
  "update no encoding": () => cbc().update("abc"),
  "update number": () => cbc().update(5),
  "update empty": () => cbc().update(Buffer.alloc(0)),
  "update after final": () => { const c = cbc(); c.final(); c.update("00", "hex"); },
  "final twice": () => { const c = cbc(); c.final(); c.final(); },
  "bad padding": () => { const c = cbc(createDecipheriv); c.update(Buffer.alloc(16)); c.final(); },
  "short block": () => { const c = cbc(createDecipheriv); c.update(Buffer.alloc(5)); c.final(); },
  "no padding": () => { const c = cbc().setAutoPadding(false); return [c.update(Buffer.alloc(16), undefined, "hex"), c.final("hex")]; },
  "no padding short": () => { const c = cbc().setAutoPadding(false); c.update(Buffer.alloc(5)); c.final(); },
  "padding default": () => { const c = cbc().setAutoPadding(); c.update(Buffer.alloc(5)); return c.final(); },
  "padding after final": () => { const c = cbc(); c.final(); c.setAutoPadding(true); },
  "key short": () => createCipheriv("aes-128-cbc", KEY.subarray(0, 15), IV),
  "key long": () => createCipheriv("aes-128-cbc", KEY, IV),
  "key string": () => createCipheriv("aes-128-cbc", "0123456789abcdef", IV).update("x", "utf8"),
  "key number": () => createCipheriv("aes-128-cbc", 5, IV),
  "key object": () => both(createCipheriv("aes-128-cbc", createSecretKey(KEY.subarray(0, 16)), IV), "00"),
  "key private": () => createCipheriv("aes-128-cbc", createPrivateKey(EC), IV),
  "key crypto": async () => both(createCipheriv("aes-128-cbc", await globalThis.crypto.subtle.importKey("raw", KEY.subarray(0, 16), "AES-CBC", false, ["encrypt"]), IV), "00"),
  "iv short": () => createCipheriv("aes-128-cbc", KEY.subarray(0, 16), IV.subarray(0, 5)),
  "iv null": () => createCipheriv("aes-128-cbc", KEY.subarray(0, 16), null),
  "iv undefined": () => createCipheriv("aes-128-cbc", KEY.subarray(0, 16)),
  "iv number": () => createCipheriv("aes-128-cbc", KEY.subarray(0, 16), 5),
  "iv string": () => both(createCipheriv("aes-128-cbc", KEY.subarray(0, 16), "0123456789abcdef"), "00"),
  "iv for ecb": () => both(createCipheriv("aes-128-ecb", KEY.subarray(0, 16), IV), "00"),
  "iv empty for ecb": () => both(createCipheriv("aes-128-ecb", KEY.subarray(0, 16), ""), "00"),
  "iv array buffer": () => both(createCipheriv("aes-128-cbc", new Uint8Array(16).buffer, new Uint8Array(16).buffer), "00"),
  "algorithm number": () => createCipheriv(5, KEY, IV),
  "options null": () => createCipheriv("aes-128-cbc", KEY.subarray(0, 16), IV, null),
  "options string": () => typeof createCipheriv("aes-128-cbc", KEY.subarray(0, 16), IV, "x"),
  "gcm": () => { const { text, tag } = sealed(); return [text, tag.toString("hex"), tag.length, Buffer.isBuffer(tag)]; },
  "gcm aad": () => { const c = gcm(); c.setAAD(Buffer.from("extra")); return [both(c, "00"), c.getAuthTag().toString("hex")]; },
  "gcm aad string": () => { const c = gcm(); c.setAAD("6578747261", { encoding: "hex" }); return [both(c, "00"), c.getAuthTag().toString("hex")]; },
  "gcm aad twice": () => { const c = gcm(); c.setAAD(Buffer.from("ex")).setAAD(Buffer.from("tra")); return [both(c, "00"), c.getAuthTag().toString("hex")]; },
  "gcm aad number": () => gcm().setAAD(5) instanceof crypto.Cipheriv,
  "gcm aad late": () => { const c = gcm(); c.update("00", "hex"); c.setAAD(Buffer.from("x")); return [c.final("hex"), c.getAuthTag().toString("hex")]; },
  "gcm aad after final": () => { const c = gcm(); c.final(); c.setAAD(Buffer.from("x")); },
  "gcm aad options": () => gcm().setAAD(Buffer.from("x"), null),
  "gcm aad plaintext length": () => gcm().setAAD(Buffer.from("x"), { plaintextLength: "5" }),
  "gcm long iv": () => { const c = gcm(createCipheriv, IV); return [both(c, "00"), c.getAuthTag().toString("hex")]; },
  "gcm empty iv": () => gcm(createCipheriv, Buffer.alloc(0)),
  "gcm null iv": () => gcm(createCipheriv, null),
  "gcm no tag": () => { const { text } = sealed(); const d = gcm(createDecipheriv); const out = d.update(text, "hex", "utf8"); d.final(); return out; },
  "gcm wrong tag": () => { const { text } = sealed(); const d = gcm(createDecipheriv); d.setAuthTag(Buffer.alloc(16)); const out = d.update(text, "hex", "utf8"); d.final(); return out; },
  "gcm short tag": () => { const { text, tag } = sealed(); const d = gcm(createDecipheriv); d.setAuthTag(tag.subarray(0, 12)); const out = d.update(text, "hex", "utf8"); d.final(); return out; },
  "gcm 4 byte tag": () => { const { text, tag } = sealed(); const d = gcm(createDecipheriv); d.setAuthTag(tag.subarray(0, 4)); const out = d.update(text, "hex", "utf8"); d.final(); return out; },
  "gcm tag lengths": () => [0, 1, 3, 4, 5, 8, 11, 12, 13, 15, 16, 17].map((length) => { try { gcm(createDecipheriv).setAuthTag(Buffer.alloc(length)); return length; } catch (e) { return `${length} ${e.message}`; } }),
  "gcm late tag": () => { const { text, tag } = sealed(); const d = gcm(createDecipheriv); const out = d.update(text, "hex", "utf8"); d.setAuthTag(tag); d.final(); return out; },
  "gcm tag twice": () => { const { text, tag } = sealed(); const d = gcm(createDecipheriv); d.setAuthTag(tag); d.setAuthTag(tag); return d.update(text, "hex", "utf8"); },
  "gcm tag string": () => gcm(createDecipheriv).setAuthTag("x"),
  "gcm tag after final": () => { const { text, tag } = sealed(); const d = gcm(createDecipheriv); d.setAuthTag(tag); d.update(text, "hex"); d.final(); d.setAuthTag(tag); },
  "gcm tag early": () => gcm().getAuthTag(),
  "gcm tag twice read": () => { const c = gcm(); c.final(); return [c.getAuthTag().toString("hex"), c.getAuthTag().toString("hex")]; },
  "gcm auth tag length option": () => { const c = gcm(createCipheriv, IV, { authTagLength: 12 }); c.final(); return c.getAuthTag().length; },
  "gcm authLengthTag option": () => { const c = gcm(createCipheriv, IV, { authLengthTag: 12 }); c.final(); return c.getAuthTag().length; },
  "gcm authLengthTag short": () => gcm(createCipheriv, IV, { authLengthTag: 3 }),
  "gcm authLengthTag string": () => gcm(createCipheriv, IV, { authLengthTag: "x" }),
  "gcm authLengthTag decipher": () => gcm(createDecipheriv, IV, { authLengthTag: 12 }).setAuthTag(Buffer.alloc(16)),
  "gcm empty": () => { const c = gcm(); const out = c.final(); return [out.length, c.getAuthTag().toString("hex")]; },
  "cbc tag": () => { const c = cbc(); c.final(); return c.getAuthTag(); },
  "cbc set tag": () => cbc(createDecipheriv).setAuthTag(Buffer.alloc(16)),
  "cbc aad": () => cbc().setAAD(Buffer.from("x")),
  "chacha tag": () => { const c = createCipheriv("chacha20-poly1305", KEY, IV.subarray(0, 12)); const out = c.update("00", "hex", "hex") + c.final("hex"); return [out, c.getAuthTag().toString("hex")]; },
  "ccm": () => createCipheriv("aes-128-ccm", KEY.subarray(0, 16), IV.subarray(0, 12), { authTagLength: 16 }),
  "stream": () => new Promise((resolve, reject) => { const c = cbc(); const d = cbc(createDecipheriv); let out = ""; c.pipe(d).on("data", (chunk) => { out += chunk; }).on("end", () => resolve(out)).on("error", reject); c.write("hello "); c.end("world"); }),
  "stream error": () => new Promise((resolve) => { const d = cbc(createDecipheriv); d.on("error", (e) => resolve([e.name, e.message])); d.on("data", () => {}); d.end(Buffer.alloc(5)); }),
  "createCipher": () => crypto.createCipher("aes-128-cbc", "x"),
  "createDecipher": () => crypto.createDecipher("aes-128-cbc", "x"),
  "Cipher": () => crypto.Cipher(),
  "error code": () => { try { cbc().update("abc"); } catch (e) { return [e.code, e.name]; } },
  "error name": () => { try { const c = cbc(createDecipheriv); c.update(Buffer.alloc(5)); c.final(); } catch (e) { return [e.code, e.name, e.constructor.name]; } },
  "error not implemented": () => { try { crypto.createCipher(); } catch (e) { return [e.code, e.name]; } },
  "large": () => { const c = createCipheriv("aes-256-ctr", KEY, IV); let out = crypto.createHash("sha1"); for (let i = 0; i < 20; i++) out.update(c.update(Buffer.alloc(i * 1000 + 7, i))); return out.update(c.final()).digest("hex"); },
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
