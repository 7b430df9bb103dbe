// node:crypto: answers that are known, and what comes back from where it went.
import { table } from "../table.js";
import crypto, { createHash, createHmac, createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, createSecretKey, createECDH, createDiffieHellman, getDiffieHellman, diffieHellman } from "node:crypto";

const RSA = `-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAL2iu0O2Si8KAilO
DSuntHHp6FMERQtB7WFx8kwsBUEGGy7O72oaIjCUTUFs4WZx1XdPM+WV1hz4B+Vf
WIyWqF9ZvoWgoumTURsh2uFIumObsOdgg1jl2QYEB7F+j6kwXB3P/JHP2kD0NdAj
Q3vzvNkzPiwsSjdICJ4PP4MdpaXzAgMBAAECgYB4p+uCP5+fojyRz0lt9zxGJk9d
UqAjc4T3tSo28OM+5gWxmJSX65zJT/J/qCkZp1/sk4Yvk1AyClXryOhsOwdQ2o/t
M5X5z/oDw8SRZw8Vkok8MDCGRu1iJfQxmZBScb3oqf/rTzBKPivR5S6qvXFHROO7
PZbDVKURqfZKS2nOYQJBAOyX49UKFKBw3Pf4GAjwztSPm6mb7/l0E5mu/iDl2/z8
V3Ixt88cwJGV2Z3YeyTwWhvBB7v9H6jBonn6LWePjjkCQQDNMMzfSPAGEZfANniU
eJlMfBrlyswmyC1k916ei3XvYmmNPwmZ0nPbqyYFhNaRdDhUBFr16AhKJWkj45T8
TtWLAkBAWI7+Qd+aQxfV2QOwas3Vwbj0SBTcI1WxVoaHK/zIsViXFi6HhapZ7gdh
hp73TOc05SrVVeJmY0NtKT1wDPsBAkEApQ1lLxLvqCIMrFvkoKFlxsVpqYB4uZV6
FmZ5YRUTd8z01N5pLafA9Gl2eygApR4UlVivhnDwAhyXt3vAgzgywwJAbiBDsVZs
NMM/I5zyUdVoX89tBkrCmVIXldKM76vzBBI3S77Vt0MLiWIPvTqsaSvLLURByr7V
kgVCcubaJFRucQ==
-----END PRIVATE KEY-----
`;
const EC = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCpIAOJU4bvy8BPt2
xhU9IAG/ZTu/CS1fCqF2s8OUoI+hRANCAAQY5TLJJOhXaJnKkIlN7HCj0RHVzdrr
0Z+7zWKd7PFn2zDlDnawCeoVkkij35vt1qDW4Qkyql19cO15Bwdhh2bW
-----END PRIVATE KEY-----
`;
const X = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIFCAA9687QDqzq81Tw3ucGge/lj2vp/fDAFeNsYGwTpv
-----END PRIVATE KEY-----
`;
const ED = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJutqXPMuv7qFrnoP6sHa42T6A0MNoAWUdbyNGWpo5wQ
-----END PRIVATE KEY-----
`;
const told = (call) => { try { return call(); } catch (error) { return `${error.name}: ${error.message}`; } };
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => Buffer.from(text, "hex");
const key = Buffer.from(Array.from({ length: 64 }, (_, i) => i));
const open = (pem) => createPublicKey(pem).export({ type: "spki", format: "pem" });
const later = (call) => new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));
const rows = {};
const INPUTS = ["", "abc", "The quick brown fox jumps over the lazy dog", "a".repeat(1000)];
for (const name of ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-256", "RSA-SHA256", "SHA256"]) {
  rows[`hash ${name}`] = () => INPUTS.map((text) => told(() => createHash(name).update(text).digest("hex"))).join();
  rows[`hmac ${name}`] = () => INPUTS.map((text) => told(() => createHmac(name, "key").update(text).digest("hex"))).join();
  rows[`pbkdf2 ${name}`] = () => told(() => hex(crypto.pbkdf2Sync("password", "salt", 10, 33, name)));
  rows[`hkdf ${name}`] = () => told(() => hex(crypto.hkdfSync(name, "key", "salt", "info", 33)));
}
const CIPHERS = { "aes-128-ecb": [16, 0], "aes-256-ecb": [32, 0], "aes-128-cbc": [16, 16], "aes-192-cbc": [24, 16], "aes-256-cbc": [32, 16], "aes-128-ctr": [16, 16], "aes-192-ctr": [24, 16], "aes-256-ctr": [32, 16], "aes-128-ofb": [16, 16], "aes-256-ofb": [32, 16], "aes-128-gcm": [16, 12], "aes-192-gcm": [24, 12], "aes-256-gcm": [32, 12] };
for (const [name, [keySize, ivSize]] of Object.entries(CIPHERS)) {
  const made = () => [key.subarray(0, keySize), ivSize === 0 ? null : key.subarray(0, ivSize)];
  rows[`cipher ${name}`] = () => ["", "a", "sixteen bytes!!!", "more than sixteen bytes of text"].map((text) => { const cipher = createCipheriv(name, ...made()); return cipher.update(text, "utf8", "hex") + cipher.final("hex"); }).join();
  rows[`decipher ${name}`] = () => { const cipher = createCipheriv(name, ...made()); const sealed = Buffer.concat([cipher.update("some text to be ", "utf8"), cipher.update("sealed", "utf8"), cipher.final()]); const decipher = createDecipheriv(name, ...made()); if (name.endsWith("gcm")) decipher.setAuthTag(cipher.getAuthTag()); return decipher.update(sealed, null, "utf8") + decipher.final("utf8"); };
  rows[`by one byte ${name}`] = () => { const cipher = createCipheriv(name, ...made()); const parts = [..."more than sixteen bytes of text"].map((char) => cipher.update(char, "utf8").length); return [parts.join(""), cipher.final().length]; };
  if (name.endsWith("gcm")) rows[`tag of ${name}`] = () => { const cipher = createCipheriv(name, ...made()); cipher.setAAD(Buffer.from("known")); cipher.update("text", "utf8"); cipher.final(); return hex(cipher.getAuthTag()); };
}
const SIGNERS = { "sha256": RSA, "sha512": RSA, "RSA-SHA1": RSA };
for (const [digest, pem] of Object.entries(SIGNERS)) rows[`RSA signs by ${digest}`] = () => { const signature = crypto.sign(digest, Buffer.from("text"), pem); return [createHash("sha1").update(signature).digest("hex"), crypto.verify(digest, Buffer.from("text"), createPublicKey(pem), signature), crypto.verify(digest, Buffer.from("other"), createPublicKey(pem), signature)]; };
Object.assign(rows, {
  "hash: encodings of the digest": () => ["hex", "base64", "base64url", "latin1", "binary", "utf8"].map((encoding) => JSON.stringify(createHash("md5").update("abc").digest(encoding))).join(),
  "hash: encodings of the data": () => [["616263", "hex"], ["YWJj", "base64"], ["é", "latin1"], ["é", "utf8"], ["é", "utf16le"], ["abc", undefined]].map((args) => createHash("md5").update(...args).digest("hex")).join(),
  "hash: in parts": () => { const hash = createHash("sha256"); for (const char of "abc") hash.update(char); return hash.digest("hex"); },
  "hash: a copy goes on": () => { const hash = createHash("sha256").update("a"); const copy = hash.copy(); return [hash.update("b").digest("hex").slice(0, 8), copy.update("b").digest("hex").slice(0, 8), createHash("sha256").update("ab").digest("hex").slice(0, 8)]; },
  "hash: as a stream": async () => { const hash = createHash("sha1"); hash.write("a"); hash.write("b"); hash.end("c"); let got = ""; for await (const chunk of hash) got += chunk.toString("hex"); return got; },
  "hash: in one call": () => [crypto.hash("sha1", "abc"), crypto.hash("sha1", Buffer.from("abc"), "base64"), hex(crypto.hash("sha1", "abc", "buffer"))],
  "hmac: keys": () => ["", "k", Buffer.from("k"), "k".repeat(64), "k".repeat(65), new Uint8Array([107]), createSecretKey(Buffer.from("k"))].map((secret) => createHmac("sha256", secret).update("a").digest("hex").slice(0, 8)).join(),
  "hmac: as a stream": async () => { const hmac = createHmac("sha1", "key"); hmac.end("abc"); let got = ""; for await (const chunk of hmac) got += chunk.toString("hex"); return got; },
  "pbkdf2: known": () => [["password", "salt", 1, 20, "sha1"], ["password", "salt", 2, 20, "sha1"], ["pass\0word", "sa\0lt", 4096, 16, "sha1"], ["", "", 1, 8, "sha256"]].map((args) => hex(crypto.pbkdf2Sync(...args))).join(),
  "pbkdf2: later": async () => hex(await later((done) => crypto.pbkdf2("password", "salt", 1, 20, "sha1", done))),
  "hkdf: known": () => hex(crypto.hkdfSync("sha256", bytes("0b".repeat(22)), bytes("000102030405060708090a0b0c"), bytes("f0f1f2f3f4f5f6f7f8f9"), 42)),
  "hkdf: later": async () => hex(await later((done) => crypto.hkdf("sha1", "key", "", "", 20, done))),
  "scrypt: known": () => [hex(crypto.scryptSync("", "", 16, { N: 16, r: 1, p: 1 })), hex(crypto.scryptSync("password", "NaCl", 16, { N: 1024, r: 8, p: 16 }))],
  "scrypt: later": async () => hex(await later((done) => crypto.scrypt("a", "b", 8, { N: 16 }, done))),
  "gcm: known": () => { const cipher = createCipheriv("aes-128-gcm", bytes("00".repeat(16)), bytes("00".repeat(12))); return [hex(cipher.update(bytes("00".repeat(16)))), hex(cipher.final()), hex(cipher.getAuthTag())]; },
  "gcm: a changed tag": () => { const cipher = createCipheriv("aes-128-gcm", key.subarray(0, 16), key.subarray(0, 12)); const sealed = cipher.update("text", "utf8"); cipher.final(); const tag = cipher.getAuthTag(); tag[0] ^= 1; const decipher = createDecipheriv("aes-128-gcm", key.subarray(0, 16), key.subarray(0, 12)); decipher.setAuthTag(tag); decipher.update(sealed); try { decipher.final(); } catch (error) { return error.name; } },
  "ecb: known": () => { const cipher = createCipheriv("aes-128-ecb", bytes("000102030405060708090a0b0c0d0e0f"), null).setAutoPadding(false); return cipher.update("00112233445566778899aabbccddeeff", "hex", "hex") + cipher.final("hex"); },
  "ctr: goes over its end": () => { const cipher = createCipheriv("aes-128-ctr", key.subarray(0, 16), bytes("ff".repeat(16))); return cipher.update(Buffer.alloc(40)).toString("hex"); },
  "cbc: without padding": () => { const cipher = createCipheriv("aes-128-cbc", key.subarray(0, 16), key.subarray(0, 16)).setAutoPadding(false); return cipher.update("sixteen bytes!!!", "utf8", "hex") + cipher.final("hex"); },
  "cipher: as a stream": async () => { const cipher = createCipheriv("aes-128-cbc", key.subarray(0, 16), key.subarray(0, 16)); cipher.end("stream"); let got = ""; for await (const chunk of cipher) got += chunk.toString("hex"); return got; },
  "EC signs": () => { const signature = crypto.sign("sha256", Buffer.from("text"), EC); return [crypto.verify("sha256", Buffer.from("text"), createPublicKey(EC), signature), crypto.verify("sha256", Buffer.from("other"), createPublicKey(EC), signature), signature[0]]; },
  "EC signs in two halves": () => { const signature = crypto.sign("sha256", Buffer.from("text"), { key: EC, dsaEncoding: "ieee-p1363" }); return [signature.length, crypto.verify("sha256", Buffer.from("text"), { key: open(EC), dsaEncoding: "ieee-p1363" }, signature)]; },
  "Ed25519 signs": () => { const signature = crypto.sign(null, Buffer.from("text"), ED); return [hex(signature), crypto.verify(null, Buffer.from("text"), createPublicKey(ED), signature)]; },
  "RSA signs in parts": () => { const signer = crypto.createSign("sha256"); signer.update("te"); signer.update("xt"); const signature = signer.sign(RSA, "hex"); return [signature === crypto.sign("sha256", Buffer.from("text"), RSA).toString("hex"), crypto.createVerify("sha256").update("text").verify(createPublicKey(RSA), signature, "hex")]; },
  "RSA signs by PSS": () => { const options = { key: RSA, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 }; const signature = crypto.sign("sha256", Buffer.from("text"), options); return [signature.length, crypto.verify("sha256", Buffer.from("text"), { ...options, key: open(RSA) }, signature)]; },
  "RSA there and back": () => { const { RSA_PKCS1_OAEP_PADDING } = crypto.constants; return [{}, { padding: RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, { padding: RSA_PKCS1_OAEP_PADDING, oaepLabel: Buffer.from("label") }].map((options) => crypto.privateDecrypt({ key: RSA, ...options }, crypto.publicEncrypt({ key: createPublicKey(RSA), ...options }, Buffer.from("text"))).toString()); },
  "RSA by the private key": () => crypto.publicDecrypt(createPublicKey(RSA), crypto.privateEncrypt(RSA, Buffer.from("text"))).toString(),
  "keys: kinds": () => [RSA, EC, X, ED].map((pem) => [createPrivateKey(pem), createPublicKey(pem)].map((made) => [made.type, made.asymmetricKeyType].join()).join("/")),
  "keys: in and out": () => [RSA, EC, X, ED].map((pem) => { const made = createPrivateKey(pem); const der = made.export({ type: "pkcs8", format: "der" }); const spki = createPublicKey(pem).export({ type: "spki", format: "der" }); return [made.export({ type: "pkcs8", format: "pem" }) === pem, createPrivateKey({ key: der, format: "der", type: "pkcs8" }).equals(made), createPublicKey({ key: spki, format: "der", type: "spki" }).equals(createPublicKey(pem)), createHash("sha1").update(spki).digest("hex").slice(0, 8)].join(); }),
  "keys: JWK": () => [RSA, EC, ED].map((pem) => { const jwk = JSON.parse(JSON.stringify(createPublicKey(pem).export({ format: "jwk" }))); return `${Object.keys(jwk).sort().join()} ${jwk.kty} ${createPublicKey({ key: jwk, format: "jwk" }).equals(createPublicKey(pem))}`; }),
  "keys: secret": () => { const made = createSecretKey(Buffer.from("secret")); return [made.type, made.symmetricKeySize, made.export().toString(), made.export({ format: "jwk" }).k, made.equals(createSecretKey("secret", "utf8")), made.equals(createSecretKey(Buffer.from("other!")))]; },
  "X25519": () => { const own = crypto.generateKeyPairSync("x25519"); const one = diffieHellman({ privateKey: createPrivateKey(X), publicKey: own.publicKey }); const two = diffieHellman({ privateKey: own.privateKey, publicKey: createPublicKey(X) }); return [one.equals(two), one.length]; },
  "ECDH": () => ["prime256v1", "secp384r1", "secp521r1"].map((curve) => { const [one, two] = [createECDH(curve), createECDH(curve)]; one.generateKeys(); two.generateKeys(); return [one.computeSecret(two.getPublicKey()).equals(two.computeSecret(one.getPublicKey())), one.getPublicKey().length, one.getPublicKey(null, "compressed").length].join(); }),
  "ECDH: a known key": () => { const made = createECDH("prime256v1"); made.setPrivateKey(bytes("01".repeat(32))); return [made.getPublicKey("hex"), made.getPublicKey("hex", "compressed"), made.getPrivateKey("hex")]; },
  "Diffie-Hellman": () => { const one = getDiffieHellman("modp14"); const two = getDiffieHellman("modp14"); one.generateKeys(); two.generateKeys(); return [one.computeSecret(two.getPublicKey()).equals(two.computeSecret(one.getPublicKey())), one.getPrime().length, one.getGenerator("hex")]; },
  "Diffie-Hellman: a small prime": () => { const made = createDiffieHellman(bytes("17"), bytes("05")); made.setPrivateKey(bytes("06")); return [made.getPrime("hex"), made.getGenerator("hex"), made.getPrivateKey("hex")]; },
  "primes": () => [crypto.checkPrimeSync(7n), crypto.checkPrimeSync(8n), crypto.checkPrimeSync(2n ** 61n - 1n), crypto.checkPrimeSync(bytes("11")), crypto.checkPrimeSync(crypto.generatePrimeSync(32))],
  "random": async () => { const own = Buffer.alloc(10); crypto.randomFillSync(own, 2, 4); return [crypto.randomBytes(5).length, hex(own.subarray(0, 2)), hex(own.subarray(6)), (await later((done) => crypto.randomBytes(3, done))).length, crypto.randomInt(1), crypto.randomInt(3, 4), await later((done) => crypto.randomInt(1, done)), crypto.randomUUID().length]; },
  "timingSafeEqual": () => [crypto.timingSafeEqual(Buffer.from("a"), Buffer.from("a")), crypto.timingSafeEqual(new Uint8Array([1]), new Uint8Array([2])), crypto.timingSafeEqual(new Uint16Array([1]), Buffer.from([1, 0]))],
  "webcrypto": async () => [crypto.webcrypto === globalThis.crypto, crypto.subtle === globalThis.crypto.subtle, hex(await crypto.subtle.digest("SHA-1", Buffer.from("abc")))],
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
