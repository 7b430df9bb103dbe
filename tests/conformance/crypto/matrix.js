// crypto.subtle: every algorithm with every usage, format and operation; parameters, JSON Web Keys, wrapping and deriving.
import { table } from "../table.js";

const RSA = {"kty":"RSA","n":"rlD64OPJ4Opv57Bu1BPYoitO0oiYd7rOSwaQ2PKjipFH-5WR74bx2y9Lt7mb0N6oPP0AQ2W6pdkns1mX_YYViodcYXB2TElDCtWGJw25qegzru6vnH0jtn2UQsvzqkJN-P_rdq3yGxZ6pwrnQ-OLV7U5-HCQTK8qQUUw-avkwGC0riHuY3T2Gkg_27mvmtTZC7L_QDb7P0MLofFl2Ki8X_e4eJQTXy_T7TQl4fGQB2e4p3rX2hOr8AFsHKJ1JOGy5tnh0R9WniU09WHV-hOX2gzT3024fPrDBwc6-BsESYJ8kDtk5GJ6PXhQN1NESpIcckm-xdm1bS9Y8ekUg8dYVw","e":"AQAB"};
const RSAD = {"kty":"RSA","n":"rlD64OPJ4Opv57Bu1BPYoitO0oiYd7rOSwaQ2PKjipFH-5WR74bx2y9Lt7mb0N6oPP0AQ2W6pdkns1mX_YYViodcYXB2TElDCtWGJw25qegzru6vnH0jtn2UQsvzqkJN-P_rdq3yGxZ6pwrnQ-OLV7U5-HCQTK8qQUUw-avkwGC0riHuY3T2Gkg_27mvmtTZC7L_QDb7P0MLofFl2Ki8X_e4eJQTXy_T7TQl4fGQB2e4p3rX2hOr8AFsHKJ1JOGy5tnh0R9WniU09WHV-hOX2gzT3024fPrDBwc6-BsESYJ8kDtk5GJ6PXhQN1NESpIcckm-xdm1bS9Y8ekUg8dYVw","e":"AQAB","d":"HLfQrS45-ykEaKpDiAMBBK6X3M2OOON4yxl40ZUf5ltK_aLFmS2lONQQ6GLWzdFw7CNOYMwotNwS01RmWuk1MU5dpNvvUWAcgHNvF44GUXykzyQZoHFpac5El8CcEye7StN2ymWb5mSMrmp4cVHSig-cTlbVHx0YnAo3KFruY9cFMemztWtTkjydIDAmcHzzr05O52LAMI2UIYD2giNJkg1V0qJAE6eCkabjstXcxV-ax6VevbVc1Qbrpgv5XJbLNQ3GgoLX2pOpe5lCfGq-j8mPNJZXS_uxClIEpW1K0dHrn6WTNsoyLJTTt_zynFwcEs-kIykobzZQKzxo0Ne4EQ","p":"1L4mmayxTmQaHMP3lWIAng3MB4QV_1QuTLoE0iiReqnVPk-m3ArE5BwvCSFmbLsypuoxVhVFeZwfi_I_4xFMlxWI4_49IVxipMgNWOCqtUaDPGyf4kMJx-PIGlqWuTpemxB41uUjNCTVu2WXlYPWYYUgavaroH6Aqy6P1qznT-8","q":"0cKgXQ6cLX7WBWN1aJHBza5m2yXEMSoVs54u0rsrG-7UBdaCB1240d3WHDabgd9YLju08-iCvNV9F0Tg3ZqoArZJfFXHnsH5GG8Vs6oPi5IWmMvE9QSwNDVD2LcT8rAvxdz13faVS6xlx_FrAZC6WD7-Dqy-493y6G7a6XLOFhk","dp":"jDX6iMPZY7nzv8ukTE736zNaqgVy3gHkNetPrBbSss5l3Zhvd4ydcV3l3hWmRLkny_yDoaGJVXoBDKIPWx8WpGir_N-d-HPEC6hRq6b-u1SKv_MzeNMICjbktgHIXrHKklZL3g3Motw4BTcSrZbjXwh3cie6u59EPA4G_Myd8v8","dq":"YHX6PREM7TcYwN2eDnqI_0cmcb0KXfmWhUVHDw2Xo37O7ehZX33QEmLLpanPFYhaCtjWPBw-kwwyPFMmfYIzpRui65Se-fkFziC3gCnCgFKsJZP_fRWs2jVsf-qhN8eiEIGuZ2aP_X7IR4xTwyKFLzO4rZLvLebRX-YqsZRkBXE","qi":"BMU6IqjJjkIVISv7b3Q8T6ALEaW1MPgQ8_cpO0RUlMd4vPAkNgI2JZSfGwTf3x5f4yz-FK9L3gRU1wkWRdYEsB61znDh9lOkMkQpWdoXKLfw_UqaSSQIjm-xjAiXw2R8FVolKMTHvOKSOw3nT7s9gtF0uiwE8IgeLPyjhtkCTsQ"};
const EC = {"kty":"EC","crv":"P-256","x":"RZQRtIeRhxgfCngKbRwNZGXRWA0Gdz-7-30n0g7AQbo","y":"ghqlgeGz7fps1R2tNb1WMJgYdytzohBWtw-DzptRQSA","d":"jmjHrZGHPgqHK5N5aWN07Gm1LY5acFwAtZb53QNRyBE"};
const ED = {"kty":"OKP","crv":"Ed25519","x":"b63h6lrX6nFZd9tudqjQz4RfOBkr_Ha6jTC6HadkaAQ","d":"_0T1Uq9sd0f4hsniImH5RZ5-C3sIWKWgJXuxTbFuOoo"};
const X = {"kty":"OKP","crv":"X25519","x":"lzJg_TqZz8sutE57Y-MzIUJNixuafQlF3CrI0jIu2gc","d":"kCc8ldevVh0CWU4iHgX883H0Mlo91BAkDeSrcxf9q1s"};

const s = crypto.subtle;
const data = new TextEncoder().encode("hello");
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const publicOf = ({ d, p, q, dp, dq, qi, ...rest }) => rest;
const keyText = (key) => [key.type, key.extractable, key.usages, JSON.stringify(key.algorithm, (name, value) => value instanceof Uint8Array ? [...value].join(" ") : value)];
const USAGES = ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"];
const FORMATS = ["raw", "spki", "pkcs8"];
const SECRET = { "AES-CBC": "AES-CBC", "AES-CTR": "AES-CTR", "AES-GCM": "AES-GCM", "AES-KW": "AES-KW", "HMAC": { name: "HMAC", hash: "SHA-256" }, "HKDF": "HKDF", "PBKDF2": "PBKDF2" };
/** The formats that keys of this kind can be asked for. */
const formatsOf = (name, key) => key.type === "private" ? ["jwk", "pkcs8"] : key.type === "secret" ? name === "HMAC" ? ["raw"] : ["raw", "spki", "pkcs8"] : /^RSA|^OAEP|^PSS/.test(name) ? ["jwk", "spki"] : ["raw", "jwk", "spki"];
const RSAS = { "RSASSA-PKCS1-v1_5": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, "RSA-PSS": { name: "RSA-PSS", hash: "SHA-256" }, "RSA-OAEP": { name: "RSA-OAEP", hash: "SHA-256" } };
const GENERATES = { "ECDH": ["deriveKey", "deriveBits"], "X25519": ["deriveKey", "deriveBits"] };
const CURVED = { "ECDSA": [{ name: "ECDSA", namedCurve: "P-256" }, EC], "ECDH": [{ name: "ECDH", namedCurve: "P-256" }, EC], "Ed25519": ["Ed25519", ED], "NODE-ED25519": [{ name: "NODE-ED25519", namedCurve: "NODE-ED25519" }, ED], "X25519": ["X25519", X] };

export default {
  async fetch() {
    const { row, response } = table();
    const symmetric = (name, usages) => s.importKey("raw", new Uint8Array(16), SECRET[name], !["HKDF", "PBKDF2"].includes(name), usages);
    for (const [name, algorithm] of Object.entries(SECRET)) {
      for (const usage of USAGES) await row(`${name} import for ${usage}`, async () => keyText(await symmetric(name, [usage])));
      await row(`${name} import for nothing`, async () => keyText(await symmetric(name, [])));
      await row(`${name} import for something twice`, async () => keyText(await symmetric(name, name === "HMAC" ? ["verify", "sign", "verify"] : ["deriveBits", "HKDF", "deriveBits"])));
      for (const format of FORMATS) await row(`${name} import as ${format}`, async () => keyText(await s.importKey(format, new Uint8Array(16), algorithm, false, ["sign", "deriveBits"])));
      for (const length of [0, 1, 15, 16, 24, 31, 32, 33, 64]) await row(`${name} of ${length} bytes`, async () => keyText(await s.importKey("raw", new Uint8Array(length), algorithm, false, name === "HMAC" ? ["sign"] : name === "AES-KW" ? ["wrapKey"] : name.startsWith("AES") ? ["encrypt"] : ["deriveBits"])));
      for (const given of [new ArrayBuffer(16), new DataView(new ArrayBuffer(16)), new Uint16Array(8)]) await row(`${name} of ${Object.prototype.toString.call(given)}`, async () => keyText(await s.importKey("raw", given, algorithm, false, name === "HMAC" ? ["sign"] : name === "AES-KW" ? ["wrapKey"] : name.startsWith("AES") ? ["encrypt"] : ["deriveBits"])));
      for (const length of [0, 1, 128, 129, 192, 256, 512, "128", null]) await row(`${name} generated of ${length}`, async () => keyText(await s.generateKey({ name, length, hash: "SHA-256" }, true, name === "HMAC" ? ["sign"] : name === "AES-KW" ? ["wrapKey"] : ["encrypt"])));
    }
    for (const [name, algorithm] of Object.entries(RSAS)) {
      for (const usage of USAGES) {
        await row(`${name} public for ${usage}`, async () => keyText(await s.importKey("jwk", RSA, algorithm, false, [usage])));
        await row(`${name} private for ${usage}`, async () => keyText(await s.importKey("jwk", RSAD, algorithm, false, [usage])));
      }
      await row(`${name} public for nothing`, async () => keyText(await s.importKey("jwk", RSA, algorithm, true, [])));
      await row(`${name} private for nothing`, async () => keyText(await s.importKey("jwk", RSAD, algorithm, true, [])));
      for (const format of FORMATS) await row(`${name} imported as ${format}`, async () => keyText(await s.importKey(format, new Uint8Array(16), algorithm, true, ["verify"])));
      for (const hash of [undefined, "SHA-1", "sha-512", "MD5", "SHA-224", "x", {}, { name: "SHA-384" }, 5]) await row(`${name} with hash ${JSON.stringify(hash)}`, async () => keyText(await s.importKey("jwk", RSA, { name, hash }, true, name === "RSA-OAEP" ? ["encrypt"] : ["verify"])));
      for (const [kind, more] of Object.entries({ "modulusLength 255": { modulusLength: 255 }, "modulusLength 65536": { modulusLength: 65536 }, "no exponent": { publicExponent: undefined }, "exponent 2": { publicExponent: new Uint8Array([2]) }, "exponent of nothing": { publicExponent: new Uint8Array(0) }, "exponent 1": { publicExponent: new Uint8Array([1]) }, "no hash": { hash: undefined } })) await row(`${name} generated with ${kind}`, async () => { const pair = await s.generateKey({ name, modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256", ...more }, true, name === "RSA-OAEP" ? ["encrypt", "decrypt"] : ["sign", "verify"]); return keyText(pair.publicKey); });
      for (const usages of name === "RSA-OAEP" ? [[], ["encrypt"], ["decrypt"]] : [[], ["verify"], ["sign"]]) await row(`${name} generated for ${usages}`, async () => { const pair = await s.generateKey({ name, modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, false, usages); return [keyText(pair.publicKey), keyText(pair.privateKey)]; });
    }
    for (const [name, [algorithm, jwk]] of Object.entries(CURVED)) {
      for (const usage of USAGES) {
        await row(`${name} public for ${usage}`, async () => keyText(await s.importKey("jwk", publicOf(jwk), algorithm, false, [usage])));
        await row(`${name} private for ${usage}`, async () => keyText(await s.importKey("jwk", jwk, algorithm, false, [usage])));
        if ((GENERATES[name] ?? ["sign", "verify"]).includes(usage)) await row(`${name} generated for ${usage}`, async () => { const made = await s.generateKey(algorithm, false, [usage]); return [keyText(made.publicKey), keyText(made.privateKey)]; });
      }
      await row(`${name} public for nothing`, async () => keyText(await s.importKey("jwk", publicOf(jwk), algorithm, true, [])));
      await row(`${name} private for nothing`, async () => keyText(await s.importKey("jwk", jwk, algorithm, true, [])));
      await row(`${name} generated for nothing`, () => s.generateKey(algorithm, true, []));
      for (const format of FORMATS) await row(`${name} imported as ${format}`, async () => keyText(await s.importKey(format, new Uint8Array(32), algorithm, true, name.includes("X") || name === "ECDH" ? [] : ["verify"])));
      if (name !== "NODE-ED25519") for (const curve of [undefined, null, "P-224", "secp256k1", 5]) await row(`${name} of curve ${curve}`, async () => keyText(await s.importKey("jwk", jwk, { name, namedCurve: curve }, true, name.includes("X") || name === "ECDH" ? ["deriveBits"] : ["sign"])));
      for (const [kind, change] of Object.entries({ "padded x": { x: `${jwk.x}=` }, "key_ops odd": { key_ops: ["foo", "sign", "deriveBits"] }, "ext false": { ext: false }, "ext text": { ext: "x" } })) await row(`${name} JWK, ${kind}`, async () => keyText(await s.importKey("jwk", { ...jwk, ...change }, algorithm, true, name.includes("X") || name === "ECDH" ? ["deriveBits"] : ["sign"])));
    }
    for (const [kind, change] of Object.entries({ "alg right": { alg: "RS256" }, "alg of another algorithm": { alg: "PS256" }, "ext false": { ext: false } })) {
      await row(`RSA private JWK, ${kind}`, async () => keyText(await s.importKey("jwk", { ...RSAD, ...change }, RSAS["RSASSA-PKCS1-v1_5"], true, ["sign"])));
      await row(`RSA public JWK, ${kind}`, async () => keyText(await s.importKey("jwk", publicOf({ ...RSAD, ...change }), RSAS["RSASSA-PKCS1-v1_5"], true, ["verify"])));
    }
    const oct = { kty: "oct", k: "AAECAwQFBgcICQoLDA0ODw" };
    for (const [kind, change] of Object.entries({ "plain": {}, "no kty": { kty: undefined }, "other kty": { kty: "RSA" }, "no k": { k: undefined }, "empty k": { k: "" }, "bad k": { k: "***" }, "padded k": { k: "AAECAwQFBgcICQoLDA0ODw==" }, "base64 k": { k: "AAEC+/QFBgcICQoLDA0ODw" }, "short k": { k: "AAEC" }, "alg right": { alg: "A128GCM" }, "alg of another length": { alg: "A256GCM" }, "alg of another mode": { alg: "A128CBC" }, "use enc": { use: "enc" }, "use sig": { use: "sig" }, "key_ops": { key_ops: ["encrypt"] }, "key_ops without": { key_ops: ["decrypt"] }, "ext false": { ext: false }, "ext true": { ext: true } })) {
      await row(`AES JWK, ${kind}`, async () => keyText(await s.importKey("jwk", { ...oct, ...change }, "AES-GCM", true, ["encrypt"])));
      if (!/kty|no k|bad k|alg|use enc|key_ops/.test(kind)) await row(`HMAC JWK, ${kind}`, async () => keyText(await s.importKey("jwk", { ...oct, ...change }, SECRET.HMAC, true, ["sign"])));
    }
    for (const [kind, algorithm] of Object.entries({ "HMAC of length 8": { length: 8 }, "of length 128": { length: 128 }, "of length 129": { length: 129 }, "of length 0": { length: 0 }, "of length 121": { length: 121 }, "of length 120": { length: 120 } })) await row(`HMAC raw ${kind}`, async () => { const key = await s.importKey("raw", new Uint8Array(16), { ...SECRET.HMAC, ...algorithm }, true, ["sign"]); return [keyText(key), hex(await s.exportKey("raw", key)), (await s.exportKey("jwk", key)).k]; });

    const keys = {
      "AES-CBC": await s.importKey("raw", new Uint8Array(16), "AES-CBC", true, ["encrypt", "decrypt", "wrapKey", "unwrapKey"]), "AES-CTR": await s.importKey("raw", new Uint8Array(16), "AES-CTR", true, ["encrypt", "decrypt", "wrapKey", "unwrapKey"]), "AES-GCM": await s.importKey("raw", new Uint8Array(16), "AES-GCM", true, ["encrypt", "decrypt", "wrapKey", "unwrapKey"]), "AES-KW": await s.importKey("raw", new Uint8Array(16), "AES-KW", true, ["wrapKey", "unwrapKey"]),
      "HMAC": await s.importKey("raw", new Uint8Array(16), SECRET.HMAC, true, ["sign", "verify"]), "HKDF": await s.importKey("raw", new Uint8Array(16), "HKDF", false, ["deriveBits", "deriveKey"]), "PBKDF2": await s.importKey("raw", new Uint8Array(16), "PBKDF2", false, ["deriveBits", "deriveKey"]),
      "RSASSA public": await s.importKey("jwk", RSA, RSAS["RSASSA-PKCS1-v1_5"], true, ["verify"]), "RSASSA private": await s.importKey("jwk", RSAD, RSAS["RSASSA-PKCS1-v1_5"], true, ["sign"]), "OAEP public": await s.importKey("jwk", RSA, RSAS["RSA-OAEP"], true, ["encrypt", "wrapKey"]), "OAEP private": await s.importKey("jwk", RSAD, RSAS["RSA-OAEP"], true, ["decrypt", "unwrapKey"]), "PSS public": await s.importKey("jwk", RSA, RSAS["RSA-PSS"], true, ["verify"]), "PSS private": await s.importKey("jwk", RSAD, RSAS["RSA-PSS"], true, ["sign"]),
      "ECDSA public": await s.importKey("jwk", publicOf(EC), CURVED.ECDSA[0], true, ["verify"]), "ECDSA private": await s.importKey("jwk", EC, CURVED.ECDSA[0], true, ["sign"]), "ECDH public": await s.importKey("jwk", publicOf(EC), CURVED.ECDH[0], true, []), "ECDH private": await s.importKey("jwk", EC, CURVED.ECDH[0], true, ["deriveBits", "deriveKey"]), "Ed25519 public": await s.importKey("jwk", publicOf(ED), "Ed25519", true, ["verify"]), "Ed25519 private": await s.importKey("jwk", ED, "Ed25519", true, ["sign"]), "X25519 public": await s.importKey("jwk", publicOf(X), "X25519", true, []), "X25519 private": await s.importKey("jwk", X, "X25519", true, ["deriveBits", "deriveKey"]),
    };
    for (const [name, key] of Object.entries(keys)) {
      for (const format of formatsOf(name, key)) await row(`${name} exported as ${format}`, async () => { const made = await s.exportKey(format, key); return made instanceof ArrayBuffer ? hex(made).slice(0, 64) : [Object.keys(made).sort(), made.ext, made.key_ops, made.alg, made.use, made.crv]; });
      const algorithm = { name: key.algorithm.name, iv: new Uint8Array(key.algorithm.name === "AES-GCM" ? 12 : 16), counter: new Uint8Array(16), length: 64, hash: "SHA-256", saltLength: 0, salt: data, info: data, iterations: 2, public: keys[key.algorithm.name === "X25519" ? "X25519 public" : "ECDH public"] };
      for (const [operation, work] of Object.entries({ "encrypt": () => s.encrypt(algorithm, key, data), "sign": () => s.sign(algorithm, key, data), "verify": () => s.verify(algorithm, key, new Uint8Array(64), data), "deriveBits": () => s.deriveBits(algorithm, key, 128), "deriveKey": () => s.deriveKey(algorithm, key, { name: "AES-GCM", length: 128 }, true, ["encrypt"]), "wrapKey": () => s.wrapKey("raw", keys.HMAC, key, algorithm) })) {
        await row(`${name} used to ${operation}`, async () => { const made = await work(); return made instanceof ArrayBuffer ? (["OAEP public", "ECDSA private"].includes(name) ? made.byteLength : hex(made)) : made?.type !== undefined ? keyText(made) : made; });
      }
    }
    for (const [kind, algorithm] of Object.entries({ "text": "x", "empty": "", "object": {}, "null name": { name: null }, "spaces": " AES-GCM" })) {
      for (const [operation, work] of Object.entries({ "digest": (a) => s.digest(a, data), "encrypt": (a) => s.encrypt(a, keys["AES-GCM"], data), "sign": (a) => s.sign(a, keys.HMAC, data), "verify": (a) => s.verify(a, keys.HMAC, data, data), "deriveBits": (a) => s.deriveBits(a, keys.HKDF, 8), "importKey": (a) => s.importKey("raw", data, a, true, []), "generateKey": (a) => s.generateKey(a, true, []), "wrapKey": (a) => s.wrapKey("raw", keys.HMAC, keys["AES-KW"], a) })) await row(`${operation} by ${kind}`, () => work(algorithm));
    }
    for (const [kind, more] of Object.entries({ "iv undefined": { iv: undefined }, "iv 1": { iv: new Uint8Array(1) }, "iv buffer": { iv: new ArrayBuffer(12) }, "iv DataView": { iv: new DataView(new ArrayBuffer(12)) }, "tag 0": { tagLength: 0 }, "tag 32": { tagLength: 32 }, "tag 64": { tagLength: 64 }, "tag 128": { tagLength: 128 }, "tag 129": { tagLength: 129 }, "tag null": { tagLength: null }, "tag text": { tagLength: "96" }, "data empty": { additionalData: new Uint8Array(0) } })) await row(`GCM ${kind}`, async () => hex(await s.encrypt({ name: "AES-GCM", iv: new Uint8Array(12), ...more }, keys["AES-GCM"], data)));
    for (const [kind, more] of Object.entries({ "length 1": { length: 1 }, "length 128": { length: 128 }, "length 129": { length: 129 } })) await row(`CTR ${kind}`, async () => hex(await s.encrypt({ name: "AES-CTR", counter: new Uint8Array(16), length: 64, ...more }, keys["AES-CTR"], new Uint8Array(5))));
    for (const given of [undefined, null, "x", 5, {}, [1], new ArrayBuffer(2), new DataView(new ArrayBuffer(3), 1), new Uint16Array([1])]) { await row(`digest of ${Object.prototype.toString.call(given)}`, async () => hex(await s.digest("SHA-1", given))); await row(`sign ${Object.prototype.toString.call(given)}`, async () => hex(await s.sign("HMAC", keys.HMAC, given))); }
    for (const key of [undefined, null, 5, {}, "x"]) await row(`key of ${Object.prototype.toString.call(key)}`, () => s.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, data));
    for (const usages of [["x"], [5], [null]]) await row(`usages of ${String(usages)}`, async () => keyText(await s.importKey("raw", new Uint8Array(16), "AES-GCM", true, usages)));
    for (const extractable of [undefined, null, 0, "x", {}]) await row(`extractable ${String(extractable)}`, async () => (await s.importKey("raw", new Uint8Array(16), "AES-GCM", extractable, ["encrypt"])).extractable);
    for (const length of [0, 1, 7, 8, 9, 256, 257, null, undefined, "16"]) {
      await row(`HKDF bits ${length}`, async () => hex(await s.deriveBits({ name: "HKDF", hash: "SHA-256", salt: data, info: data }, keys.HKDF, length)));
      await row(`PBKDF2 bits ${length}`, async () => hex(await s.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: data, iterations: 1 }, keys.PBKDF2, length)));
      await row(`ECDH bits ${length}`, async () => hex(await s.deriveBits({ name: "ECDH", public: keys["ECDH public"] }, keys["ECDH private"], length)));
      await row(`X25519 bits ${length}`, async () => hex(await s.deriveBits({ name: "X25519", public: keys["X25519 public"] }, keys["X25519 private"], length)));
    }
    for (const [kind, algorithm] of Object.entries({ "no salt": { salt: undefined }, "empty salt": { salt: new Uint8Array(0) }, "no info": { info: undefined }, "long info": { info: new Uint8Array(2000) }, "no hash": { hash: undefined }, "hash x": { hash: "x" }, "hash MD5": { hash: "MD5" }, "iterations text": { iterations: "3" }, "iterations -1": { iterations: -1 }, "iterations fraction": { iterations: 1.9 } })) for (const name of ["HKDF", "PBKDF2"]) await row(`${name} with ${kind}`, async () => hex(await s.deriveBits({ name, hash: "SHA-256", salt: data, info: data, iterations: 1, ...algorithm }, keys[name], 128)));
    for (const [kind, target] of Object.entries({ "AES 192": { name: "AES-GCM", length: 192 }, "HMAC": { name: "HMAC", hash: "SHA-1" }, "HMAC 512": { name: "HMAC", hash: "SHA-512" }, "HMAC length": { name: "HMAC", hash: "SHA-1", length: 96 }, "HKDF": "HKDF", "PBKDF2": { name: "PBKDF2" } })) for (const [from, key, by] of [["HKDF", keys.HKDF, { name: "HKDF", hash: "SHA-256", salt: data, info: data }], ["ECDH", keys["ECDH private"], { name: "ECDH", public: keys["ECDH public"] }]]) await row(`${from} to ${kind}`, async () => { const made = await s.deriveKey(by, key, target, !["HKDF", "PBKDF2"].includes(kind), kind.startsWith("AES") ? ["encrypt"] : kind.startsWith("HMAC") ? ["sign"] : ["deriveBits"]); return [keyText(made), made.extractable ? hex(await s.exportKey("raw", made)) : null]; });
    for (const [kind, peer] of Object.entries({ "a private key": keys["ECDH private"] })) await row(`ECDH with ${kind}`, async () => hex(await s.deriveBits({ name: "ECDH", public: peer }, keys["ECDH private"], 64)));
    const wraps = { "AES-KW": "AES-KW", "AES-GCM": { name: "AES-GCM", iv: new Uint8Array(12) }, "AES-CBC": { name: "AES-CBC", iv: new Uint8Array(16) }, "AES-CTR": { name: "AES-CTR", counter: new Uint8Array(16), length: 64 } };
    for (const [name, by] of Object.entries(wraps)) {
      for (const format of name === "AES-KW" ? ["raw"] : ["raw", "jwk", "pkcs8", "spki"]) for (const inner of { raw: ["HMAC", "AES-GCM"], jwk: ["HMAC", "AES-GCM", "ECDSA private", "ECDSA public"], pkcs8: ["AES-GCM", "ECDSA private"], spki: ["AES-GCM", "ECDSA public"] }[format]) await row(`${name} wraps ${inner} as ${format}`, async () => { const wrapped = await s.wrapKey(format, keys[inner], keys[name], by); const { algorithm, usages } = keys[inner]; const made = await s.unwrapKey(format, wrapped, keys[name], by, algorithm, false, usages); return [wrapped.byteLength, keyText(made)]; });
      if (name !== "AES-CBC") await row(`${name} unwraps nonsense`, () => s.unwrapKey("raw", new Uint8Array(24), keys[name], by, SECRET.HMAC, true, ["sign"]));
      if (name !== "AES-KW") await row(`${name} unwraps a short text`, () => s.unwrapKey("raw", new Uint8Array(3), keys[name], by, SECRET.HMAC, true, ["sign"]));
      await row(`${name} unwraps nonsense as JWK`, async () => { const error = await s.unwrapKey("jwk", new Uint8Array(48), keys[name], by, SECRET.HMAC, true, ["sign"]).catch((thrown) => thrown); return error.name; });
    }
    await row("OAEP wraps", async () => { const wrapped = await s.wrapKey("raw", keys.HMAC, keys["OAEP public"], "RSA-OAEP"); return keyText(await s.unwrapKey("raw", wrapped, keys["OAEP private"], "RSA-OAEP", SECRET.HMAC, true, ["verify"])); });
    await row("wrap what may not leave", async () => s.wrapKey("raw", await s.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]), keys["AES-KW"], "AES-KW"));
    for (const length of [0, 1, 63, 64, 65]) for (const name of length === 64 ? ["ECDSA", "Ed25519"] : ["ECDSA"]) await row(`${name} verifies ${length} bytes`, () => s.verify({ name, hash: "SHA-256" }, keys[`${name} public`], new Uint8Array(length), data));
    for (const hash of ["x", "SHA-1", { name: "sha-256" }]) await row(`ECDSA with hash ${JSON.stringify(hash)}`, async () => (await s.sign({ name: "ECDSA", hash }, keys["ECDSA private"], data)).byteLength);
    for (const saltLength of [null, 0, 32, 222, "20"]) await row(`PSS with salt ${saltLength}`, async () => (await s.sign({ name: "RSA-PSS", saltLength }, keys["PSS private"], data)).byteLength);
    for (const args of [[], [data], [data, data], [data, new Uint8Array(4)], [data, "hello"], [new ArrayBuffer(2), new Uint8Array(2)], [null, null], [new Uint8Array(0), new Uint8Array(0)], [new Uint16Array(2), new Uint8Array(4)], [new DataView(new ArrayBuffer(2)), new Uint8Array(2)]]) await row(`timingSafeEqual of ${args.map((arg) => Object.prototype.toString.call(arg))}`, () => s.timingSafeEqual(...args));
    for (const given of [new Uint8Array(4), new Uint8ClampedArray(2), new BigUint64Array(1), new Int32Array(0)]) await row(`getRandomValues of ${Object.prototype.toString.call(given)}`, () => crypto.getRandomValues(given) === given);
    await row("CryptoKey's members", () => { const key = keys.HMAC; return [key.usages === key.usages, key.algorithm === key.algorithm, Object.keys(key), Object.isFrozen(key.usages), Object.prototype.toString.call(key), Object.keys(key.algorithm)]; });
    await row("CryptoKey changed", () => { const key = keys.HMAC; try { key.usages.push("x"); key.algorithm.name = "y"; } catch (error) { return error; } return [key.usages, key.algorithm.name]; });
    await row("CryptoKey cannot be made", () => new CryptoKey());
    await row("subtle of a wrong receiver", () => SubtleCrypto.prototype.digest.call({}, "SHA-1", data));
    await row("digest of changing data", async () => { const bytes = new Uint8Array(3); const made = s.digest("SHA-1", bytes); bytes[0] = 1; return hex(await made); });
    for (const [kind, args] of Object.entries({ "nothing": [], "x": ["x"], "lower": ["sha-1"], "object": [{ name: "SHA-512" }], "MD5": ["MD5"], "SHA-224": ["SHA-224"] })) await row(`DigestStream of ${kind}`, async () => { const made = new crypto.DigestStream(...args); const writer = made.getWriter(); await writer.write(data); await writer.close(); return [hex(await made.digest), made.bytesWritten]; });
    for (const chunk of ["hello", 5, null, undefined, {}, new ArrayBuffer(2), new DataView(new ArrayBuffer(2)), new Uint16Array(1), new Blob([])]) await row(`DigestStream writes ${Object.prototype.toString.call(chunk)}`, async () => { const made = new crypto.DigestStream("SHA-1"); made.digest.catch(() => {}); const writer = made.getWriter(); writer.closed.catch(() => {}); await writer.write(chunk); await writer.close(); return [hex(await made.digest), made.bytesWritten]; });
    await row("DigestStream aborted", async () => { const made = new crypto.DigestStream("SHA-1"); const digest = made.digest.catch((error) => error); await made.abort(new RangeError("a")); return digest; });
    await row("DigestStream not closed", async () => { const made = new crypto.DigestStream("SHA-1"); const writer = made.getWriter(); await writer.write(data); return [await Promise.race([made.digest, scheduler.wait(2).then(() => "pending")]), typeof made.bytesWritten, made instanceof WritableStream]; });
    await row("DigestStream's digest is one promise", () => { const made = new crypto.DigestStream("SHA-1"); return made.digest === made.digest; });
    await row("DigestStream by pipe of texts", async () => { const made = new crypto.DigestStream("SHA-256"); await ReadableStream.from(["a", "b"]).pipeTo(made); return hex(await made.digest); });
    return response();
  },
};
