// node:crypto: Diffie-Hellman, over fields and curves; primes; keys that are made or derived.
import { table } from "../table.js";
import crypto, { createDiffieHellman, createDiffieHellmanGroup, getDiffieHellman, createECDH, ECDH, diffieHellman, createPrivateKey, createPublicKey, createSecretKey, generateKey, generateKeySync, generateKeyPair, generateKeyPairSync, generatePrime, generatePrimeSync, checkPrime, checkPrimeSync, scrypt, scryptSync } from "node:crypto";

const EC = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCpIAOJU4bvy8BPt2
xhU9IAG/ZTu/CS1fCqF2s8OUoI+hRANCAAQY5TLJJOhXaJnKkIlN7HCj0RHVzdrr
0Z+7zWKd7PFn2zDlDnawCeoVkkij35vt1qDW4Qkyql19cO15Bwdhh2bW
-----END PRIVATE KEY-----
`;
const P384 = `-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBzxpK7fHc/jtW/L7+7
j4ziEScqAAdo0fO3cycTNDe0IvpQXZWxD9et6TEAu3G8jVahZANiAATFrg9nedu6
um3JkHckc3zycLqnLjA7jzb5G71/I77bM4XvuzGYL4E3u/VVT5QDLX7qUl8X0tbk
PM8yGJe7mRI1FTIZyGZlhivK+K4+qnNxWDsnVZy/Ea0l1AzYTPIpg3I=
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
const DH = `-----BEGIN PRIVATE KEY-----
MIIBPwIBADCCARcGCSqGSIb3DQEDATCCAQgCggEBAP//////////yQ/aoiFowjTE
xmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJRSgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP
4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJ
KGZR7ORbPcIAfLihY78FmNpINhxV05ppFj+o/STPX4NlXSPco62WHGLzViCFUrue
1SkHcJaWbWcMNU5KvJgE8XRsCMoYIXwykF5GLjbOO+OedywYDoYDmyeDouwHoo+1
xV3wb0xSyd4ry/aVWBcYOZVJfOqVauUV0iYYmPoFEBVyjlqKrKpo//////////8C
AQIEHwIdALMdOJ3nityTo4AYsQDznpe0OB/M2Tv31J/vcHA=
-----END PRIVATE KEY-----
`;
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
const hex = (value) => Buffer.from(value).toString("hex");
const sha1 = (value) => crypto.hash("sha1", value);
const failing = (call) => { try { return call(); } catch (e) { return `${e.name} ${e.code}: ${e.message}`; } };
const rows = {};
const PRIME = Buffer.from("ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a3620ffffffffffffffff", "hex");
for (const name of ["modp1", "modp2", "modp5", "modp14", "modp15", "MODP14", "nope", ""]) rows[`group ${name}`] = () => { const g = createDiffieHellmanGroup(name); return [sha1(g.getPrime()), g.getPrime().length, g.getGenerator("hex"), name === "modp14" ? g.verifyError : 0, g.constructor.name]; };
Object.assign(rows, {
  "group agree": () => { const a = getDiffieHellman("modp14"); const b = crypto.DiffieHellmanGroup("modp14"); a.generateKeys(); b.generateKeys("hex"); return [a.computeSecret(b.getPublicKey()).equals(b.computeSecret(a.getPublicKey("hex"), "hex")), typeof a.setPublicKey]; },
  "group number": () => createDiffieHellmanGroup(5),
  "group undefined": () => createDiffieHellmanGroup(),
  "group keys early": () => createDiffieHellmanGroup("modp14").getPublicKey(),
  "group private early": () => createDiffieHellmanGroup("modp14").getPrivateKey(),
  "dh prime": () => { const d = createDiffieHellman(PRIME, 2); return [sha1(d.getPrime()), d.getGenerator("hex"), d.verifyError]; },
  "dh prime string": () => { const d = createDiffieHellman(PRIME.toString("hex"), "hex", "05", "hex"); return [sha1(d.getPrime("hex")), d.getGenerator(), d.verifyError]; },
  "dh default generator": () => createDiffieHellman(PRIME).getGenerator("hex"),
  "dh fixed": () => { const a = createDiffieHellman(PRIME, 2); a.setPrivateKey(Buffer.alloc(20, 7)); const b = createDiffieHellman(PRIME, 2); b.setPrivateKey("0909", "hex"); a.generateKeys(); b.generateKeys(); return [sha1(a.getPublicKey()), sha1(b.getPublicKey()), sha1(a.computeSecret(b.getPublicKey())), hex(b.getPrivateKey())]; },
  "dh set public": () => { const a = createDiffieHellman(PRIME, 2); a.setPublicKey(Buffer.from([5])); return [hex(a.getPublicKey()), failing(() => a.getPrivateKey())]; },
  "dh set public wrong": () => createDiffieHellman(PRIME, 2).setPublicKey(5),
  "dh set returns": () => { const a = createDiffieHellman(PRIME, 2); return [a.setPublicKey(Buffer.from([5])) === a, a.setPrivateKey(Buffer.from([5])) === a]; },
  "dh generate returns": () => Buffer.isBuffer(createDiffieHellman(PRIME, 2).generateKeys()),
  "dh compute early": () => createDiffieHellman(PRIME, 2).computeSecret(Buffer.from([5])),
  "dh compute zero": () => { const a = createDiffieHellman(PRIME, 2); a.generateKeys(); return [Buffer.from([0]), Buffer.from([1]), PRIME, Buffer.concat([Buffer.from([1]), PRIME]), Buffer.alloc(0)].map((k) => failing(() => a.computeSecret(k).length)); },
  "dh compute number": () => { const a = createDiffieHellman(PRIME, 2); a.generateKeys(); a.computeSecret(5); },
  "dh size": () => { const a = createDiffieHellman(256); return [a.getPrime().length, a.getGenerator("hex"), a.verifyError]; },
  "dh size generator": () => { const a = createDiffieHellman(256, 5); return [a.getPrime().length, a.getGenerator("hex"), a.verifyError]; },
  "dh sizes": () => [-1, 0, 1, 2, 30, 1.5, 2 ** 33].map((n) => failing(() => createDiffieHellman(n).getPrime().length)),
  "dh generators": () => [0, 1, -1, "x", {}, 2 ** 33, Buffer.from([0]), Buffer.from([1]), Buffer.alloc(0)].map((g) => failing(() => createDiffieHellman(PRIME, g).getGenerator("hex"))),
  "dh size generators": () => [1, -1, "x", Buffer.from([2])].map((g) => failing(() => createDiffieHellman(128, g).getGenerator("hex"))),
  "dh bad primes": () => [Buffer.from([4]), Buffer.from([23]), Buffer.alloc(0), Buffer.alloc(100, 6), Buffer.from([21]), Buffer.from([11]), Buffer.from([13]), Buffer.from([3]), Buffer.from([2]), Buffer.from([1])].map((p) => failing(() => createDiffieHellman(p, 2).verifyError)),
  "dh other generators": () => [[23, 5], [7, 5], [17, 5], [23, 3], [23, 22], [23, 23], [23, 30], [13, 3]].map(([p, g]) => failing(() => createDiffieHellman(Buffer.from([p]), g).verifyError)),
  "dh big prime": () => createDiffieHellman(Buffer.alloc(2000, 255)).verifyError,
  "dh wrong": () => createDiffieHellman(),
  "dh object": () => createDiffieHellman({}),
  "dh encoding buffer": () => createDiffieHellman(PRIME, "buffer", 2).getGenerator("hex"),
  "dh tiny agree": () => { const a = createDiffieHellman(Buffer.from([23]), 5); a.setPrivateKey(Buffer.from([6])); a.generateKeys(); return [hex(a.getPublicKey()), hex(a.computeSecret(Buffer.from([19])))]; },
});
for (const name of ["prime256v1", "secp256r1", "P-256", "p-256", "secp384r1", "P-384", "secp521r1", "secp224r1", "P-224", "secp256k1", "secp192r1", "brainpoolP256r1", "nope", ""]) rows[`ecdh ${name}`] = () => { const e = createECDH(name); const f = createECDH(name); return [e.generateKeys().length, f.generateKeys("hex", "compressed").length, e.computeSecret(f.getPublicKey()).equals(f.computeSecret(e.getPublicKey("base64"), "base64"))]; };
const ecdh = (name = "prime256v1") => { const e = createECDH(name); e.setPrivateKey(Buffer.alloc(name === "secp384r1" ? 48 : 32, 7)); return e; };
Object.assign(rows, {
  "ecdh fixed key": () => { const peer = Buffer.concat([Buffer.from([4]), ...["x", "y"].map((name) => Buffer.from(createPublicKey(EC).export({ format: "jwk" })[name], "base64url"))]); const e = ecdh(); return [e.computeSecret(peer, null, "hex"), e.computeSecret(ECDH.convertKey(peer, "prime256v1", null, null, "compressed")).toString("hex"), ECDH.convertKey(peer, "prime256v1", "utf8", "hex", "compressed")]; },
  "ecdh set after": () => { const e = createECDH("prime256v1"); e.generateKeys(); const before = e.getPublicKey("hex"); e.setPrivateKey(Buffer.alloc(32, 7)); return failing(() => e.getPublicKey("hex") === before); },
  "ecdh key": () => { const e = createECDH("secp384r1"); const made = e.generateKeys(); return [made[0], e.getPublicKey().equals(made), e.getPublicKey(null, "compressed")[0] & 254, e.generateKeys(null, "compressed").length]; },
  "ecdh fixed": () => { const e = ecdh(); return [e.getPublicKey("hex"), e.getPublicKey("hex", "compressed"), e.getPrivateKey("hex")]; },
  "ecdh secret": () => { const e = ecdh(); const f = createECDH("prime256v1"); f.setPrivateKey("0909", "hex"); return [e.computeSecret(f.getPublicKey(), null, "hex"), f.computeSecret(e.getPublicKey("hex", "compressed"), "hex", "hex"), f.getPrivateKey("hex")]; },
  "ecdh hybrid": () => [failing(() => ecdh().getPublicKey("hex", "hybrid")), failing(() => createECDH("prime256v1").generateKeys("hex", "hybrid")), failing(() => ECDH.convertKey(ecdh().getPublicKey(), "prime256v1", null, "hex", "hybrid")), failing(() => ecdh().computeSecret(Buffer.concat([Buffer.from([6]), ecdh().getPublicKey().subarray(1)])))],
  "ecdh early": () => createECDH("prime256v1").getPublicKey(),
  "ecdh private early": () => createECDH("prime256v1").getPrivateKey(),
  "ecdh compute early": () => createECDH("prime256v1").computeSecret(ecdh().getPublicKey()),
  "ecdh wrong point": () => ecdh().computeSecret(Buffer.alloc(65, 4)),
  "ecdh short point": () => ecdh().computeSecret(Buffer.alloc(5, 4)),
  "ecdh empty point": () => ecdh().computeSecret(Buffer.alloc(0)),
  "ecdh infinity": () => ecdh().computeSecret(Buffer.alloc(1)),
  "ecdh number": () => ecdh().computeSecret(5),
  "ecdh private zero": () => createECDH("prime256v1").setPrivateKey(Buffer.alloc(32)),
  "ecdh private large": () => createECDH("prime256v1").setPrivateKey(Buffer.alloc(32, 255)),
  "ecdh private long": () => createECDH("prime256v1").setPrivateKey(Buffer.alloc(50, 1)),
  "ecdh private empty": () => createECDH("prime256v1").setPrivateKey(Buffer.alloc(0)),
  "ecdh private number": () => createECDH("prime256v1").setPrivateKey(5),
  "ecdh private after wrong": () => { const e = ecdh(); failing(() => e.setPrivateKey(Buffer.alloc(32))); return e.getPrivateKey("hex"); },
  "ecdh set returns": () => createECDH("prime256v1").setPrivateKey(Buffer.alloc(32, 7)),
  "ecdh set public": () => typeof ecdh().setPublicKey,
  "ecdh format wrong": () => ecdh().getPublicKey("hex", "nope"),
  "ecdh generate format": () => createECDH("prime256v1").generateKeys("hex", "nope"),
  "ecdh format null": () => ecdh().getPublicKey("hex", null),
  "ecdh encoding number": () => ecdh().getPublicKey(5),
  "ecdh curve number": () => createECDH(5),
  "ecdh without new": () => ECDH("prime256v1") instanceof ECDH,
  "ecdh convert": () => { const k = ecdh().getPublicKey(); return [1, ECDH.convertKey(ecdh().getPublicKey("hex", "compressed"), "prime256v1", "hex", "hex", "uncompressed"), ECDH.convertKey(k, "prime256v1").length]; },
  "ecdh convert wrong": () => ECDH.convertKey(Buffer.alloc(65, 4), "prime256v1"),
  "ecdh convert curve": () => ECDH.convertKey(ecdh().getPublicKey(), "nope"),
  "ecdh convert other curve": () => ECDH.convertKey(ecdh().getPublicKey(), "secp384r1"),
  "ecdh convert empty": () => ECDH.convertKey(Buffer.alloc(0), "prime256v1"),
  "ecdh convert format": () => ECDH.convertKey(ecdh().getPublicKey(), "prime256v1", null, "hex", "nope"),
  "ecdh convert number": () => ECDH.convertKey(5, "prime256v1"),
  "ecdh convert no curve": () => ECDH.convertKey(ecdh().getPublicKey()),
  "getCurves": () => crypto.getCurves(),
  "agree ec": () => { const peer = ecdh(); const pub = createPublicKey({ key: { kty: "EC", crv: "P-256", x: peer.getPublicKey().subarray(1, 33).toString("base64url"), y: peer.getPublicKey().subarray(33).toString("base64url") }, format: "jwk" }); const secret = diffieHellman({ privateKey: createPrivateKey(EC), publicKey: pub }); return [hex(secret), Buffer.isBuffer(secret)]; },
  "agree x": () => hex(diffieHellman({ privateKey: createPrivateKey(X), publicKey: createPublicKey(X) })),
  "agree x zero": () => diffieHellman({ privateKey: createPrivateKey(X), publicKey: createPublicKey({ key: { kty: "OKP", crv: "X25519", x: Buffer.alloc(32).toString("base64url") }, format: "jwk" }) }),
  "agree dh": () => diffieHellman({ privateKey: createPrivateKey(DH), publicKey: createPublicKey(DH) }),
  "agree types": () => diffieHellman({ privateKey: createPrivateKey(EC), publicKey: createPublicKey(X) }),
  "agree curves": () => diffieHellman({ privateKey: createPrivateKey(EC), publicKey: createPublicKey(P384) }),
  "agree swapped": () => diffieHellman({ privateKey: createPublicKey(EC), publicKey: createPrivateKey(EC) }),
  "agree private swapped": () => diffieHellman({ privateKey: createPublicKey(EC), publicKey: createPublicKey(EC) }),
  "agree none": () => diffieHellman({}),
  "agree no private": () => diffieHellman({ publicKey: createPublicKey(EC) }),
  "agree undefined": () => diffieHellman(),
});
// What is made at random: its shape.
const pair = (type, options) => { const { publicKey, privateKey } = generateKeyPairSync(type, options); return [publicKey.type ?? publicKey.length ?? publicKey.kty, privateKey.type ?? privateKey.length ?? privateKey.kty, privateKey.asymmetricKeyType, privateKey.asymmetricKeyDetails, failing(() => createPublicKey(privateKey).equals(publicKey))]; };
Object.assign(rows, {
  "pair rsa": () => pair("rsa", { modulusLength: 1024 }),
  "pair rsa exponent": () => pair("rsa", { modulusLength: 1024, publicExponent: 3 }),
  "pair rsa exponents": () => [0, 1, 2, 4, 17, 2 ** 31 + 1].map((publicExponent) => failing(() => String(generateKeyPairSync("rsa", { modulusLength: 512, publicExponent }).privateKey.asymmetricKeyDetails.publicExponent))),
  "pair rsa sizes": () => [0, 1, 255, 256, 511, 512, 513, 1000].map((modulusLength) => failing(() => generateKeyPairSync("rsa", { modulusLength }).privateKey.asymmetricKeyDetails.modulusLength)),
  "pair rsa none": () => pair("rsa"),
  "pair rsa string": () => pair("rsa", { modulusLength: "x" }),
  "pair ec": () => pair("ec", { namedCurve: "P-256" }),
  "pair ec names": () => ["prime256v1", "secp256r1", "secp384r1", "P-384", "P-521", "secp521r1", "P-224", "secp224r1", "secp256k1", "p-256", "nope"].map((namedCurve) => failing(() => generateKeyPairSync("ec", { namedCurve }).privateKey.asymmetricKeyDetails.namedCurve)),
  "pair ec explicit": () => pair("ec", { namedCurve: "P-256", paramEncoding: "explicit" }),
  "pair ec explicit length": () => generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit", publicKeyEncoding: { type: "spki", format: "der" } }).publicKey.length,
  "pair ec encoding wrong": () => pair("ec", { namedCurve: "P-256", paramEncoding: "x" }),
  "pair ec none": () => pair("ec", {}),
  "pair ed": () => pair("ed25519"),
  "pair x": () => pair("x25519"),
  "pair dh group": () => pair("dh", { group: "modp14" }),
  "pair dh group name": () => pair("dh", { groupName: "modp15" }),
  "pair dh small group": () => pair("dh", { groupName: "modp2" }),
  "pair dh prime": () => pair("dh", { prime: PRIME }),
  "pair dh length": () => pair("dh", { primeLength: 256 }),
  "pair dh export": () => generateKeyPairSync("dh", { group: "modp14" }).publicKey.export({ type: "spki", format: "der" }).length,
  "pair dh export private": () => generateKeyPairSync("dh", { group: "modp14" }).privateKey.export({ type: "pkcs8", format: "pem" }).length,
  "pair dh jwk": () => generateKeyPairSync("dh", { group: "modp14" }).privateKey.export({ format: "jwk" }),
  "pair dh agree": () => { const a = generateKeyPairSync("dh", { group: "modp14" }); const b = generateKeyPairSync("dh", { group: "modp14" }); return [diffieHellman({ privateKey: a.privateKey, publicKey: b.publicKey }).equals(diffieHellman({ privateKey: b.privateKey, publicKey: a.publicKey }))]; },
  "pair dh errors": () => [{}, { group: "nope" }, { group: 5 }, { group: "modp14", prime: PRIME }, { group: "modp14", primeLength: 5 }, { group: "modp14", generator: 2 }, { prime: PRIME, primeLength: 5 }, { prime: "x" }, { primeLength: "x" }, { generator: "x" }, { primeLength: 1 }, { prime: PRIME, generator: 0 }].map((options) => failing(() => generateKeyPairSync("dh", options).privateKey.type)),
  "pair types": () => ["dsa", "rsa-pss", "ed448", "x448", "nope", 5].map((type) => failing(() => generateKeyPairSync(type, { modulusLength: 512 }))),
  "pair options": () => pair("ed25519", null),
  "pair encodings": () => { const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256", publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "der" } }); return [publicKey.split("\n")[0], Buffer.isBuffer(privateKey), createPublicKey({ key: createPrivateKey({ key: privateKey, format: "der", type: "pkcs8" }).export({ type: "sec1", format: "pem" }) }).equals(createPublicKey(publicKey))]; },
  "pair encoding jwk": () => { const { publicKey, privateKey } = generateKeyPairSync("ed25519", { publicKeyEncoding: { format: "jwk" }, privateKeyEncoding: { format: "jwk" } }); return [Object.keys(publicKey), privateKey.d.length]; },
  "pair encoding cipher": () => generateKeyPairSync("ec", { namedCurve: "P-256", privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" } }).privateKey.split("\n")[0],
  "pair encoding wrong": () => generateKeyPairSync("ec", { namedCurve: "P-256", publicKeyEncoding: { type: "pkcs1", format: "pem" } }),
  "pair encoding private wrong": () => generateKeyPairSync("ec", { namedCurve: "P-256", privateKeyEncoding: { type: "pkcs1", format: "pem" } }),
  "pair encoding null": () => generateKeyPairSync("ec", { namedCurve: "P-256", publicKeyEncoding: null }),
  "pair callback": () => new Promise((done) => generateKeyPair("ed25519", {}, (e, a, b) => done([e, a.type, b.type]))),
  "pair callback error": () => new Promise((done) => generateKeyPair("nope", {}, (e, a, b) => done([e.message, a, b]))),
  "pair callback none": () => generateKeyPair("ed25519", {}),
  "pair callback second": () => generateKeyPair("ed25519", () => {}),
  "pair to subtle": async () => { const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" }); return (await globalThis.crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey.toCryptoKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]), Buffer.alloc(1))).byteLength; },
  "key hmac": () => [8, 9, 64, 512, 65536].map((length) => generateKeySync("hmac", { length }).symmetricKeySize),
  "key hmac wrong": () => [7, 65537, "x", undefined, 1.5].map((length) => failing(() => generateKeySync("hmac", { length }))),
  "key aes": () => [128, 192, 256].map((length) => generateKeySync("aes", { length }).export().length),
  "key aes wrong": () => failing(() => generateKeySync("aes", { length: 100 })),
  "key wrong": () => [failing(() => generateKeySync("nope", {})), failing(() => generateKeySync("aes"))],
  "key callback": () => new Promise((done) => generateKey("aes", { length: 128 }, (e, k) => done([e, k.type]))),
  "key callback error": () => new Promise((done) => generateKey("aes", { length: 1 }, (e, k) => done([e.message, k]))),
  "prime": () => { const p = generatePrimeSync(64); return [p instanceof ArrayBuffer, p.byteLength, checkPrimeSync(p)]; },
  "prime bigint": () => { const p = generatePrimeSync(32, { bigint: true }); return [typeof p, p > 2n ** 31n, checkPrimeSync(p)]; },
  "prime safe": () => { const p = generatePrimeSync(64, { bigint: true, safe: true }); return checkPrimeSync((p - 1n) / 2n); },
  "prime add": () => { const p = generatePrimeSync(32, { bigint: true, add: 12n, rem: 11n }); return p % 12n; },
  "prime add safe": () => { const p = generatePrimeSync(32, { bigint: true, add: 24n, rem: 23n, safe: true }); return p % 24n; },
  "prime add alone": () => generatePrimeSync(32, { bigint: true, add: 12n }) % 12n,
  "prime add buffer": () => generatePrimeSync(32, { bigint: true, add: Buffer.from([12]), rem: new Uint8Array([5]) }) % 12n,
  "prime sizes": () => [1, 2, 3, 4, 5, 8].map((size) => failing(() => generatePrimeSync(size, { bigint: true }) < 2n ** BigInt(size))),
  "prime size wrong": () => [0, -1, 1.5, "x", 2 ** 31].map((size) => failing(() => generatePrimeSync(size))),
  "prime options wrong": () => [null, { safe: 5 }, { bigint: 5 }, { add: 5 }, { rem: 5 }, { add: -1n }, { add: 2n ** 40n }, { add: 12n, rem: 12n }, { add: 12n, rem: 13n }, { add: 0n }].map((o) => failing(() => generatePrimeSync(32, o).byteLength)),
  "prime callback": () => new Promise((done) => generatePrime(32, (e, p) => done([e, p.byteLength]))),
  "prime callback options": () => new Promise((done) => generatePrime(32, { bigint: true }, (e, p) => done([e, typeof p]))),
  "prime callback none": () => generatePrime(32),
  "check": () => [0n, 1n, 2n, 3n, 4n, 97n, 561n, 2n ** 61n - 1n, 2n ** 89n - 1n, 2n ** 90n - 1n].map((n) => checkPrimeSync(n)),
  "check buffers": () => [Buffer.from([7]), new Uint8Array([0, 7]), new Uint8Array([7]).buffer, Buffer.alloc(0)].map((n) => checkPrimeSync(n)),
  "check checks": () => [checkPrimeSync(97n, { checks: 10 }), failing(() => checkPrimeSync(97n, { checks: -1 })), failing(() => checkPrimeSync(97n, { checks: "x" }))],
  "check wrong": () => [5, "x", -1n, undefined].map((n) => failing(() => checkPrimeSync(n))),
  "check options": () => checkPrimeSync(5n, null),
  "check callback": () => new Promise((done) => checkPrime(97n, (e, p) => done([e, p]))),
  "check callback options": () => new Promise((done) => checkPrime(97n, { checks: 5 }, (e, p) => done([e, p]))),
  "check callback none": () => checkPrime(97n, {}),
  "scrypt": () => hex(scryptSync("password", "salt", 64)),
  "scrypt vector": () => hex(scryptSync("", "", 64, { N: 16, r: 1, p: 1 })),
  "scrypt cost": () => [{ N: 16, r: 256, p: 257 }, { N: 16, r: 8, p: 8193 }, { N: 2 ** 17, r: 8, maxmem: 2 ** 20 }, { N: 2 ** 18, r: 8, maxmem: 2 ** 20 }].map((o) => failing(() => scryptSync("p", "s", 8, o).length)),
  "scrypt vector two": () => hex(scryptSync("password", "NaCl", 64, { N: 1024, r: 8, p: 16 })),
  "scrypt long names": () => hex(scryptSync("password", "NaCl", 16, { cost: 1024, blockSize: 8, parallelization: 16 })),
  "scrypt both names": () => scryptSync("password", "NaCl", 16, { N: 1024, cost: 1024 }),
  "scrypt inputs": () => [hex(scryptSync(Buffer.from("password"), new Uint8Array(Buffer.from("salt")), 16, { N: 16 })), hex(scryptSync(new Uint8Array(Buffer.from("password")).buffer, "salt", 16, { N: 16 }))],
  "scrypt empty": () => scryptSync("p", "s", 0, { N: 16 }).length,
  "scrypt options": () => [{ N: 15 }, { N: 0 }, { N: 1 }, { N: 2 }, { N: -1 }, { N: "x" }, { r: 0 }, { p: 0 }, { r: "x" }, { maxmem: 1 }, { N: 2 ** 20 }, { N: 2 ** 14, maxmem: 2 ** 27 }, { N: 2 ** 15 }, { maxmem: -1 }, { maxmem: 0, N: 16 }, { p: 2 ** 30 }, { r: 2 ** 30 }, null, 5].map((o) => failing(() => scryptSync("p", "s", 8, o).length)),
  "scrypt keylen": () => [-1, "x", 1.5, 2 ** 31].map((n) => failing(() => scryptSync("p", "s", n).length)),
  "scrypt password": () => scryptSync(5, "s", 8),
  "scrypt salt": () => scryptSync("p", 5, 8),
  "scrypt callback": () => new Promise((done) => scrypt("password", "salt", 16, (e, k) => done([e, hex(k)]))),
  "scrypt callback options": () => new Promise((done) => scrypt("password", "salt", 16, { N: 16 }, (e, k) => done([e, hex(k)]))),
  "scrypt callback error": () => new Promise((done) => scrypt("password", "salt", 16, { N: 15 }, (e, k) => done([e?.message, k]))),
  "scrypt callback none": () => scrypt("password", "salt", 16),
  "scrypt secret key": () => scryptSync(createSecretKey("p"), "s", 8),
  "secure heap": () => crypto.secureHeapUsed(),
  "setFips": () => failing(() => crypto.setFips(true)),
  "setEngine": () => failing(() => crypto.setEngine("x")),
  "fips": () => [crypto.fips, crypto.getFips(), failing(() => { crypto.fips = false; return crypto.fips; })],
  "names": () => [Object.keys(crypto).join(), Object.keys(crypto).map((name) => typeof crypto[name] === "function" ? crypto[name].length : "-").join()],
  "prototypes": () => ["Cipheriv", "DiffieHellman", "DiffieHellmanGroup", "ECDH", "Hash", "Hmac", "KeyObject", "PrivateKeyObject", "SecretKeyObject", "Sign", "Verify", "X509Certificate", "Certificate"].map((name) => [name, Object.getOwnPropertyNames(crypto[name].prototype).join(), Object.keys(crypto[name].prototype).join(), Object.getPrototypeOf(crypto[name].prototype)?.constructor?.name, Object.getOwnPropertyNames(crypto[name]).sort().join()]),
  "promised names": async () => Object.keys(await import("node:crypto")).sort().join(),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
