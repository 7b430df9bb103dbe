// node:crypto: signatures, and RSA's encryption.
import { table } from "../table.js";
import crypto, { createSign, createVerify, sign, verify, createPrivateKey, createPublicKey, createSecretKey, publicEncrypt, privateDecrypt, privateEncrypt, publicDecrypt, constants } from "node:crypto";

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
const EC_PUBLIC = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGOUyySToV2iZypCJTexwo9ER1c3a
69Gfu81inezxZ9sw5Q52sAnqFZJIo9+b7dag1uEJMqpdfXDteQcHYYdm1g==
-----END PUBLIC KEY-----
`;
const P384 = `-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBzxpK7fHc/jtW/L7+7
j4ziEScqAAdo0fO3cycTNDe0IvpQXZWxD9et6TEAu3G8jVahZANiAATFrg9nedu6
um3JkHckc3zycLqnLjA7jzb5G71/I77bM4XvuzGYL4E3u/VVT5QDLX7qUl8X0tbk
PM8yGJe7mRI1FTIZyGZlhivK+K4+qnNxWDsnVZy/Ea0l1AzYTPIpg3I=
-----END PRIVATE KEY-----
`;
const P521 = `-----BEGIN PRIVATE KEY-----
MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAJPsZk4fwuiiwb+Dh
K8LibjNdyuJbgq6xF01tWHCWOkw4Ek+3O6Pmglyv3tSdPXg/GzVyet4qQflll71T
S0aLKyChgYkDgYYABAABfCAXlVbMA7oiV3lpqqJPTOhXvMGvFe3nVHQICr50eXXq
SIwhFkQZifBAeB2I5IJ6Gog832iz9NxV4HT4jAHiXQDyFzEUHqkevcZOkpxfNeTb
RaTSOO/DWDz5v7nAwUHnL+Sv7ezsVkqvidtib7ZZAJwWBFI+0RfH9yddNuHA+NSa
bg==
-----END PRIVATE KEY-----
`;
const P224 = `-----BEGIN PRIVATE KEY-----
MHgCAQAwEAYHKoZIzj0CAQYFK4EEACEEYTBfAgEBBBzzT0csnGBIIQCPbQrSSxEn
4dVxRbDyiQ6OJD1woTwDOgAETy8TuYw8vMSwLBKy9gsn/Y97ImpnbrksTcqewjyP
xqKPQvBfLBaKj+KQyilyl7Zvt3ztf8dS7xo=
-----END PRIVATE KEY-----
`;
const ED = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJutqXPMuv7qFrnoP6sHa42T6A0MNoAWUdbyNGWpo5wQ
-----END PRIVATE KEY-----
`;
const X = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIFCAA9687QDqzq81Tw3ucGge/lj2vp/fDAFeNsYGwTpv
-----END PRIVATE KEY-----
`;
const DSA = `-----BEGIN PRIVATE KEY-----
MIIBWgIBADCCATMGByqGSM44BAEwggEmAoGBANBMuj4KWUhSPJEp+gXBfXQsZy8b
MucURaAa8DqgoYlx1UEL/R03OE51Ys23kFjfH4PG7BpFIfJvTQKt9ipzBFR3KyJv
MqV73LprI3qHRcZ87CdD2H2fhQob8CFH6vxcDjzy5cEBl8GTdLkpVKhs+5/pty8p
FIeybQ8kJ3YV3DbvAh0A7W+Nsl4+0UbrGwcZA5cZDorQOGQWJptQgmuRKQKBgBk3
BCIuUGHsma1W2UTMHccqnQPGGEU0CS2W231J3uhSvNu2bIrZ/S622KhMBoYjKcwV
/KCwXXNSjmUZOjTmRbjOubA6ND3eN4cFOzrbucgYHIBI0wWJwBDVQ4G0KtPFZJGS
Cf/6OOHIczB4zFZubXBeORrDlGQ/wLt0lbgBn2bRBB4CHFjXJsO4y4TwQP4dG4cy
X1eN4WRDUh+xY6j6S6M=
-----END PRIVATE KEY-----
`;
const EC_ENCRYPTED = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgZZMPhesq8fgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEN9JERUIk70Qe3Q2Dda97EEEgZDY
mb9xde3mw4kjOcmPbTZY3y/Yc5rUmlIrQmx29iow2ZVXhlJaE7BhNhxqTR2LQ/3T
30VcUjm0xpKYKKH45674UMNo0Cs99HFTgNWNVJ+Y1C6xvPauqeuamdQY7djYAzeA
jXn8Vci8gsnorHduq69KF70K+XRwI+VnI8bc1ODH/pnTyc/aL8d5NJGx/AF+eQo=
-----END ENCRYPTED PRIVATE KEY-----
`;
const { subtle } = globalThis.crypto;
const body = (pem) => Buffer.from(pem.replace(/-----[^-]*-----|\s/g, ""), "base64");
const sha1 = (value) => crypto.hash("sha1", value);
const DATA = Buffer.from("some data");
const failing = (call) => { try { return call(); } catch (e) { return `${e.name}: ${e.message}`; } };
const rows = {};
for (const name of ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "RSA-SHA256", "SHA256", "rsa-sha256", "ecdsa-with-SHA1", "RSA-MD5", "sha512-256", "sha3-256", "nope", "ripemd160", "md5-sha1"]) {
  rows[`rsa ${name}`] = () => { const made = createSign(name).update(DATA).sign(RSA); return [sha1(made), createVerify(name).update(DATA).verify(createPublicKey(RSA), made)]; };
  rows[`ec ${name}`] = () => { const made = createSign(name).update(DATA).sign(EC); return createVerify(name).update(DATA).verify(EC_PUBLIC, made); };
  rows[`one shot ${name}`] = () => { const made = sign(name, DATA, RSA); return [sha1(made), verify(name, DATA, RSA, made)]; };
}
for (const [name, pem] of Object.entries({ RSA, EC, P224, P384, P521, ED, X, DSA })) {
  rows[`sign ${name}`] = () => { const made = createSign("sha256").update(DATA).sign(pem); return [verify("sha256", DATA, pem, made), verify("sha256", Buffer.from("other"), pem, made), verify("sha1", DATA, pem, made)]; };
  rows[`one shot ${name}`] = () => { const made = sign("sha256", DATA, pem); return [verify("sha256", DATA, pem, made), verify("sha256", Buffer.from("other"), pem, made)]; };
  rows[`one shot null ${name}`] = () => { const made = sign(null, DATA, pem); return [verify(undefined, DATA, pem, made), verify(null, Buffer.from("other"), pem, made)]; };
  rows[`p1363 ${name}`] = () => { const made = sign("sha256", DATA, { key: pem, dsaEncoding: "ieee-p1363" }); return [made.length, verify("sha256", DATA, { key: pem, dsaEncoding: "ieee-p1363" }, made), verify("sha256", DATA, pem, made)]; };
}
rows["rsa null algorithm"] = () => sha1(sign(null, DATA, RSA));
for (const padding of ["RSA_PKCS1_PADDING", "RSA_PKCS1_PSS_PADDING", "RSA_NO_PADDING", "RSA_PKCS1_OAEP_PADDING"]) {
  for (const saltLength of [undefined, 0, 20, 32, 500, -1, -2, -3]) {
    rows[`padding ${padding} ${saltLength}`] = () => {
      const options = { key: RSA, padding: constants[padding], saltLength };
      const made = createSign("sha256").update(DATA).sign(options);
      const pub = { ...options, key: createPublicKey(RSA).export({ type: "spki", format: "pem" }) };
      return [createVerify("sha256").update(DATA).verify(pub, made), createVerify("sha256").update(DATA).verify({ ...pub, saltLength: undefined }, made), createVerify("sha256").update(DATA).verify({ ...pub, saltLength: 20 }, made)];
    };
  }
}
const pss = { key: RSA, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 };
Object.assign(rows, {
  "ed25519": () => sign(null, DATA, ED).toString("hex"),
  "pss no salt": () => sha1(sign("sha256", DATA, pss)),
  "pss with subtle": async () => subtle.verify({ name: "RSA-PSS", saltLength: 32 }, await subtle.importKey("spki", createPublicKey(RSA).export({ type: "spki", format: "der" }), { name: "RSA-PSS", hash: "SHA-256" }, false, ["verify"]), sign("sha256", DATA, { ...pss, saltLength: 32 }), DATA),
  "ec with subtle": async () => subtle.verify({ name: "ECDSA", hash: "SHA-256" }, await subtle.importKey("spki", body(EC_PUBLIC), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]), sign("sha256", DATA, { key: EC, dsaEncoding: "ieee-p1363" }), DATA),
  "crypto key": async () => { const key = await subtle.importKey("pkcs8", body(RSA), { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, ["sign"]); return [sha1(sign("sha256", DATA, key)), sha1(createSign("sha1").update(DATA).sign(key))]; },
  "crypto key public": async () => sign("sha256", DATA, await subtle.importKey("spki", body(EC_PUBLIC), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"])),
  "crypto key verify": async () => verify("sha256", DATA, await subtle.importKey("spki", body(EC_PUBLIC), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]), sign("sha256", DATA, EC)),
  "crypto key secret": async () => sign("sha256", DATA, await subtle.importKey("raw", Buffer.alloc(16), { name: "HMAC", hash: "SHA-256" }, true, ["sign"])),
  "key object": () => sha1(sign("sha256", DATA, createPrivateKey(RSA))),
  "key object options": () => sign("sha256", DATA, { key: createPrivateKey(RSA), padding: constants.RSA_PKCS1_PSS_PADDING }).length,
  "key object public": () => sign("sha256", DATA, createPublicKey(RSA)),
  "key object secret": () => sign("sha256", DATA, createSecretKey("abc")),
  "key object verify private": () => verify("sha256", DATA, createPrivateKey(EC), sign("sha256", DATA, EC)),
  "key object verify secret": () => verify("sha256", DATA, createSecretKey("abc"), DATA),
  "encrypted key": () => verify("sha256", DATA, EC_PUBLIC, sign("sha256", DATA, { key: EC_ENCRYPTED, passphrase: "secret" })),
  "jwk": () => verify("sha256", DATA, { key: createPublicKey(EC).export({ format: "jwk" }), format: "jwk" }, sign("sha256", DATA, { key: createPrivateKey(EC).export({ format: "jwk" }), format: "jwk" })),
  "encodings": () => ["hex", "base64", "base64url"].map((e) => sha1(createSign("sha256").update("616263", "hex").update("x").sign(RSA, e))),
  "encoding buffer": () => Buffer.isBuffer(createSign("sha256").update("x").sign(RSA, "buffer")),
  "verify encodings": () => { const hex = createSign("sha256").update("x").sign(RSA, "hex"); return [createVerify("sha256").update("x").verify(RSA, hex, "hex"), createVerify("sha256").update("x").verify(RSA, hex)]; },
  "stream": () => new Promise((resolve) => { const s = createSign("sha256"); s.on("finish", () => resolve(sha1(s.sign(RSA)))); s.write("some "); s.end("data"); }),
  "stream verify": () => new Promise((resolve) => { const v = createVerify("sha256"); v.on("finish", () => resolve(v.verify(RSA, sign("sha256", DATA, RSA)))); v.end(DATA); }),
  "without new": () => sha1(crypto.Sign("sha256").update(DATA).sign(RSA)),
  "verify without new": () => crypto.Verify("sha256") instanceof crypto.Verify,
  "sign twice": () => { const s = createSign("sha256").update(DATA); s.sign(RSA); return s.sign(RSA); },
  "update after": () => { const s = createSign("sha256").update(DATA); s.sign(RSA); s.update("x"); },
  "verify twice": () => { const v = createVerify("sha256").update(DATA); const made = sign("sha256", DATA, RSA); return [v.verify(RSA, made), v.verify(RSA, made)]; },
  "verify update after": () => { const v = createVerify("sha256").update(DATA); v.verify(RSA, Buffer.alloc(5)); v.update("x"); },
  "algorithm number": () => createSign(5),
  "verify algorithm number": () => createVerify(5),
  "update number": () => createSign("sha256").update(5),
  "update array buffer": () => createSign("sha256").update(new ArrayBuffer(5)),
  "no key": () => createSign("sha256").update(DATA).sign(),
  "verify no key": () => createVerify("sha256").update(DATA).verify(undefined, DATA),
  "null key": () => createSign("sha256").update(DATA).sign(null),
  "number key": () => createSign("sha256").update(DATA).sign(5),
  "garbage key": () => createSign("sha256").update(DATA).sign("garbage"),
  "garbage public": () => createVerify("sha256").update(DATA).verify("garbage", DATA),
  "signature number": () => createVerify("sha256").update(DATA).verify(RSA, 5),
  "signature undefined": () => createVerify("sha256").update(DATA).verify(RSA),
  "signature empty": () => createVerify("sha256").update(DATA).verify(RSA, ""),
  "signature garbage ec": () => createVerify("sha256").update(DATA).verify(EC_PUBLIC, "garbage"),
  "signature p1363 short": () => verify("sha256", DATA, { key: EC_PUBLIC, dsaEncoding: "ieee-p1363" }, Buffer.alloc(5)),
  "signature p1363 zero": () => verify("sha256", DATA, { key: EC_PUBLIC, dsaEncoding: "ieee-p1363" }, Buffer.alloc(64)),
  "dsaEncoding wrong": () => sign("sha256", DATA, { key: EC, dsaEncoding: "nope" }),
  "padding string": () => sign("sha256", DATA, { key: RSA, padding: "x" }),
  "padding fraction": () => sign("sha256", DATA, { key: RSA, padding: 1.5 }),
  "padding unknown": () => sign("sha256", DATA, { key: RSA, padding: 99 }),
  "padding ec": () => verify("sha256", DATA, EC, sign("sha256", DATA, { key: EC, padding: constants.RSA_PKCS1_PSS_PADDING })),
  "salt string": () => sign("sha256", DATA, { ...pss, saltLength: "5" }),
  "salt null": () => sign("sha256", DATA, { ...pss, saltLength: null }),
  "data string": () => sign("sha256", "text", RSA),
  "data array buffer": () => sign("sha256", new ArrayBuffer(4), RSA),
  "verify data string": () => verify("sha256", "text", RSA, DATA),
  "verify signature string": () => verify("sha256", DATA, RSA, "text"),
  "one shot no key": () => sign("sha256", DATA),
  "one shot algorithm number": () => sign(5, DATA, RSA),
  "one shot callback": () => new Promise((resolve) => resolve(new Promise((done) => sign("sha256", DATA, RSA, (e, made) => done([e, sha1(made)]))))),
  "one shot callback error": () => new Promise((done) => sign("nope", DATA, RSA, (e, made) => done([e.message, made]))),
  "verify callback": () => new Promise((done) => verify("sha256", DATA, RSA, sign("sha256", DATA, RSA), (e, right) => done([e, right]))),
  "verify callback at once": () => { let order = []; verify("sha256", DATA, RSA, DATA, () => order.push("called")); order.push("after"); return order; },
  "verify callback error": () => new Promise((done) => verify("nope", DATA, RSA, DATA, (e, right) => done([e.message, right]))),
  "verify unusable": () => [X, ED, DSA].map((pem) => failing(() => createVerify("sha256").update(DATA).verify(createPublicKey(pem), Buffer.alloc(64)))),
  "verify one shot unusable": () => [X, ED, DSA, EC, RSA].map((pem) => [failing(() => verify("sha256", DATA, createPublicKey(pem), Buffer.alloc(64))), failing(() => verify(null, DATA, createPublicKey(pem), Buffer.alloc(64)))]),
  "verify padding wrong": () => [constants.RSA_NO_PADDING, constants.RSA_PKCS1_OAEP_PADDING, 99].map((padding) => failing(() => createVerify("sha256").update(DATA).verify({ key: RSA, padding }, Buffer.alloc(128)))),
  "verify salt wrong": () => [-3, 500].map((saltLength) => failing(() => createVerify("sha256").update(DATA).verify({ ...pss, saltLength }, Buffer.alloc(128)))),
  "verify md5 ec": () => createVerify("md5").update(DATA).verify(EC, Buffer.alloc(64)),
  "sign padding unknown": () => createSign("sha256").update(DATA).sign({ key: RSA, padding: 99 }),
  "sign salt of none": () => createSign("sha256").update(DATA).sign({ key: EC, saltLength: 5, padding: 1 }).length > 60,
  "error code": () => { try { createSign("sha256").sign(); } catch (e) { return [e.code, e.name, e.message]; } },
  "error unknown": () => { try { createSign("nope"); } catch (e) { return [e.code, e.name, e.constructor.name]; } },
});
const OAEP = constants.RSA_PKCS1_OAEP_PADDING;
const PKCS1 = constants.RSA_PKCS1_PADDING;
const NONE = constants.RSA_NO_PADDING;
Object.assign(rows, {
  "encrypt": () => String(privateDecrypt(RSA, publicEncrypt(RSA, DATA))),
  "encrypt default is": () => [failing(() => String(privateDecrypt({ key: RSA, padding: PKCS1 }, publicEncrypt(RSA, DATA)))), failing(() => String(privateDecrypt({ key: RSA, padding: OAEP }, publicEncrypt(RSA, DATA))))],
  "encrypt pkcs1": () => String(privateDecrypt({ key: RSA, padding: PKCS1 }, publicEncrypt({ key: RSA, padding: PKCS1 }, DATA))),
  "encrypt hashes": () => ["sha1", "sha256", "sha384", "sha512", "md5", "SHA1", "nope"].map((oaepHash) => failing(() => String(privateDecrypt({ key: RSA, padding: OAEP, oaepHash }, publicEncrypt({ key: RSA, padding: OAEP, oaepHash }, "x"))))),
  "encrypt hash differs": () => privateDecrypt({ key: RSA, padding: OAEP, oaepHash: "sha1" }, publicEncrypt({ key: RSA, padding: OAEP, oaepHash: "sha256" }, DATA)),
  "encrypt label": () => [String(privateDecrypt({ key: RSA, padding: OAEP, oaepLabel: "label" }, publicEncrypt({ key: RSA, padding: OAEP, oaepLabel: Buffer.from("label") }, DATA))), failing(() => privateDecrypt({ key: RSA, padding: OAEP, oaepLabel: "other" }, publicEncrypt({ key: RSA, padding: OAEP, oaepLabel: "label" }, DATA)))],
  "encrypt empty label": () => String(privateDecrypt({ key: RSA, padding: OAEP }, publicEncrypt({ key: RSA, padding: OAEP, oaepLabel: "" }, DATA))),
  "encrypt label number": () => publicEncrypt({ key: RSA, oaepLabel: 5 }, DATA),
  "encrypt hash number": () => publicEncrypt({ key: RSA, oaepHash: 5 }, DATA),
  "encrypt padding string": () => publicEncrypt({ key: RSA, padding: "x" }, DATA),
  "encrypt padding unknown": () => publicEncrypt({ key: RSA, padding: 99 }, DATA),
  "encrypt no padding": () => sha1(publicEncrypt({ key: RSA, padding: NONE }, Buffer.alloc(128, 1))),
  "encrypt no padding back": () => privateDecrypt({ key: RSA, padding: NONE }, publicEncrypt({ key: RSA, padding: NONE }, Buffer.alloc(128, 1))).equals(Buffer.alloc(128, 1)),
  "encrypt no padding short": () => publicEncrypt({ key: RSA, padding: NONE }, DATA),
  "encrypt too long": () => publicEncrypt(RSA, Buffer.alloc(200)),
  "encrypt string": () => String(privateDecrypt(RSA, publicEncrypt({ key: RSA, encoding: "utf8" }, "text"))),
  "encrypt number": () => publicEncrypt(RSA, 5),
  "encrypt no buffer": () => publicEncrypt(RSA),
  "encrypt no key": () => publicEncrypt(),
  "encrypt ec": () => publicEncrypt(EC, DATA),
  "encrypt private key object": () => publicEncrypt(createPrivateKey(RSA), DATA),
  "encrypt public key object": () => String(privateDecrypt(createPrivateKey(RSA), publicEncrypt(createPublicKey(RSA), DATA))),
  "encrypt inner key object": () => String(privateDecrypt({ key: createPrivateKey(RSA), padding: OAEP }, publicEncrypt({ key: createPublicKey(RSA), padding: OAEP }, DATA))),
  "encrypt secret": () => publicEncrypt(createSecretKey("abc"), DATA),
  "decrypt public": () => privateDecrypt(createPublicKey(RSA), DATA),
  "decrypt garbage": () => privateDecrypt(RSA, DATA),
  "decrypt garbage pkcs1": () => privateDecrypt({ key: RSA, padding: PKCS1 }, Buffer.alloc(128, 1)).length,
  "decrypt no key": () => privateDecrypt(),
  "decrypt no buffer": () => privateDecrypt(RSA),
  "decrypt ec": () => privateDecrypt(EC, DATA),
  "encrypt with subtle": async () => String(Buffer.from(await subtle.decrypt("RSA-OAEP", await subtle.importKey("pkcs8", body(RSA), { name: "RSA-OAEP", hash: "SHA-256" }, false, ["decrypt"]), publicEncrypt({ key: RSA, padding: OAEP }, "x")))),
  "private encrypt": () => { const made = privateEncrypt(RSA, DATA); return [sha1(made), String(publicDecrypt(RSA, made)), String(publicDecrypt(createPublicKey(RSA), made))]; },
  "private encrypt pkcs1": () => sha1(privateEncrypt({ key: RSA, padding: PKCS1 }, DATA)),
  "private encrypt none": () => { const made = privateEncrypt({ key: RSA, padding: NONE }, Buffer.alloc(128, 1)); return [sha1(made), publicDecrypt({ key: RSA, padding: NONE }, made).equals(Buffer.alloc(128, 1))]; },
  "private encrypt oaep": () => privateEncrypt({ key: RSA, padding: OAEP }, DATA),
  "private encrypt public": () => privateEncrypt(createPublicKey(RSA), DATA),
  "private encrypt ec": () => privateEncrypt(EC, DATA),
  "private encrypt too long": () => privateEncrypt(RSA, Buffer.alloc(128)),
  "private encrypt no buffer": () => privateEncrypt(RSA),
  "public decrypt garbage": () => publicDecrypt(RSA, DATA),
  "public decrypt garbage long": () => publicDecrypt(RSA, Buffer.alloc(128, 1)),
  "public decrypt private": () => publicDecrypt(createPrivateKey(RSA), DATA),
  "public decrypt no key": () => publicDecrypt(),
  "missing code": () => { try { publicEncrypt(); } catch (e) { return [e.code, e.name, e.message]; } },
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
