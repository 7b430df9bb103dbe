// crypto.subtle.importKey: JSON Web Keys, DER and points that are wrong in several ways, of which the first one counts; what is taken all the same.
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
const SECRET = { "AES-CBC": "AES-CBC", "AES-CTR": "AES-CTR", "AES-GCM": "AES-GCM", "AES-KW": "AES-KW", "HMAC": { name: "HMAC", hash: "SHA-256" }, "HKDF": "HKDF", "PBKDF2": "PBKDF2" };
const RSAS = { "RSASSA-PKCS1-v1_5": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, "RSA-PSS": { name: "RSA-PSS", hash: "SHA-256" }, "RSA-OAEP": { name: "RSA-OAEP", hash: "SHA-256" } };
const CURVED = { "ECDSA": [{ name: "ECDSA", namedCurve: "P-256" }, EC], "ECDH": [{ name: "ECDH", namedCurve: "P-256" }, EC], "Ed25519": ["Ed25519", ED], "NODE-ED25519": [{ name: "NODE-ED25519", namedCurve: "NODE-ED25519" }, ED], "X25519": ["X25519", X] };

export default {
  async fetch() {
    const { row, response } = table();
    const imp = (fmt, d, a, x, u) => s.importKey(fmt, d, a, x, u).then(keyText);
    const E2 = await s.exportKey("jwk", (await s.generateKey(CURVED.ECDSA[0], true, ["sign","verify"])).publicKey);
    await row("o1 wrong name and usage", async () => s.sign("ECDSA", await s.importKey("raw", data, SECRET.HMAC, true, ["verify"]), data));
    await row("o1b wrong name and usage text", async () => s.sign({name:"ecdsa"}, await s.importKey("raw", data, SECRET.HMAC, true, ["verify"]), data));
    await row("o2 aes usage+length", () => imp("raw", new Uint8Array(3), "AES-GCM", true, ["sign"]));
    await row("o3 aes jwk kty+usage", () => imp("jwk", {kty:"x"}, "AES-GCM", true, ["sign"]));
    for (const [k, v] of Object.entries({ alguse: {alg:"x", use:"y"}, useops: {use:"y", key_ops:["a"]}, extops: {ext:false, key_ops:["a","a"]}, extalg: {ext:false, alg:"x"}, lenalg: {k:"AAEC", alg:"x"}, lenuse: {k:"AAEC", use:"x"}, lenext: {k:"AAEC", ext:false}, kalg: {k:undefined, alg:"x"}, extuse: {ext:false,use:"x"} })) { await row("o4 aes "+k, () => imp("jwk", {kty:"oct",k:"AAECAwQFBgcICQoLDA0ODw",...v}, "AES-GCM", true, ["encrypt"])); await row("o4 hmac "+k, () => imp("jwk", {kty:"oct",k:"AAECAwQFBgcICQoLDA0ODw",...v}, SECRET.HMAC, true, ["sign"])); }
    await row("o5 hmac usage+hash", () => imp("raw", data, "HMAC", true, ["encrypt"]));
    await row("o5b hmac raw hash bad+kty", () => imp("jwk", {kty:"x"}, {name:"HMAC",hash:"x"}, true, ["sign"]));
    await row("o6 hkdf extractable+usages", () => imp("raw", data, "HKDF", true, ["sign"]));
    await row("o6b hkdf extractable+usages none", () => imp("raw", data, "HKDF", true, []));
    await row("o6c hkdf extractable+jwk", () => imp("jwk", {}, "HKDF", true, ["deriveBits"]));
    await row("o6d hkdf jwk usage", () => imp("jwk", {}, "HKDF", false, ["sign"]));
    await row("o6e hkdf spki", () => imp("spki", data, "HKDF", true, ["deriveBits"]));
    await row("o6f hkdf spki", () => imp("spki", data, "HKDF", false, ["deriveBits"]));
    await row("o6g hkdf jwk", () => imp("jwk", {kty:"oct",k:"AAAA"}, "HKDF", false, ["deriveBits"]));
    await row("o6h pbkdf2 jwk", () => imp("jwk", {kty:"oct",k:"AAAA"}, "PBKDF2", false, ["deriveBits"]));
    await row("o7 hmac jwk length mismatch", () => imp("jwk", {kty:"oct",k:"AAAA"}, {...SECRET.HMAC,length:5}, true, ["sign"]));
    await row("o7b hmac spki", () => imp("spki", data, SECRET.HMAC, true, ["sign"]));
    await row("o7c aes spki", () => imp("spki", data, "AES-GCM", true, ["encrypt"]));
    await row("o7d aes raw-public", () => imp("raw-public", data, "AES-GCM", true, ["encrypt"]));
    await row("o7e ec raw-public", () => imp("raw-public", data, CURVED.ECDSA[0], true, ["verify"]));
    await row("o7f raw-seed", () => imp("raw-seed", data, CURVED.ECDSA[0], true, ["verify"]));
    await row("o7g raw-private", () => imp("raw-private", data, CURVED.ECDSA[0], true, ["verify"]));
    await row("o8 ec hash/curve+usage", () => imp("jwk", EC, "ECDSA", true, ["encrypt"]));
    await row("o8b ec no curve, kty bad", () => imp("jwk", {kty:"x"}, "ECDSA", true, ["sign"]));
    await row("o8c rsa nohash kty bad", () => imp("jwk", {kty:"x"}, "RSA-PSS", true, ["sign"]));
    for (const [nm, alg, jwk, u] of [["ECDSA", CURVED.ECDSA[0], EC, "sign"], ["ECDH", CURVED.ECDH[0], EC, "deriveBits"], ["Ed", "Ed25519", ED, "sign"], ["X", "X25519", X, "deriveBits"], ["RSA", RSAS["RSA-PSS"], RSAD, "sign"], ["OAEP", RSAS["RSA-OAEP"], RSAD, "decrypt"], ["OAEPu", RSAS["RSA-OAEP"], RSAD, "unwrapKey"]]) {
     for (const [k, v] of Object.entries({ usesig:{use:"sig"}, useenc:{use:"enc"}, useodd:{use:"x"}, "usesig ops":{use:"sig",key_ops:["sign","verify","decrypt","deriveBits","unwrapKey"]}, "useenc ops":{use:"enc",key_ops:["sign","verify","decrypt","deriveBits","unwrapKey"]}, "useenc opsright":{use:"enc",key_ops:["decrypt","unwrapKey"]}, "useenc opsder":{use:"enc",key_ops:["deriveBits"]}, "usesig opsright":{use:"sig",key_ops:["sign"]}, ktyuse:{kty:"x",use:"x"}, ktyops:{kty:"x",key_ops:[]}, ktyext:{kty:"x",ext:false}, extuse:{ext:false,use:"x"}, extops:{ext:false,key_ops:[]}, othkty:{kty:"x",oth:[]}, othuse:{oth:[],use:"x"}, ktyalg:{kty:"x",alg:"zz"}, algx:{alg:"zz",x:undefined,n:undefined}, algext:{alg:"zz",ext:false}, dup:{key_ops:["z","z"],use:"x"}, dup2:{key_ops:["z","z"]}, oth1: {oth:[{r:"a"}]}, othbad: {oth:5}, othbad2: {oth:[5]} , dnum:{d:5}})) { await row(`p ${nm} ${k}`, () => imp("jwk", {...jwk,...v}, alg, true, [u])); }
     await row(`p ${nm} usage and kty`, () => imp("jwk", {...jwk,kty:"x"}, alg, true, ["wrapKey"]));
     await row(`p ${nm} none and kty`, () => imp("jwk", {...jwk,kty:"x"}, alg, true, []));
     await row(`p ${nm} none and useodd`, () => imp("jwk", {...jwk,use:"x"}, alg, true, []));
     await row(`p ${nm} public useodd none`, () => imp("jwk", {...publicOf(jwk),use:"x"}, alg, true, []));
     for (const a of ["RS1","RS256","RS384","RS512","PS1","PS256","PS384","PS512","RSA-OAEP","RSA-OAEP-256","RSA-OAEP-1","RSA-OAEP-512","ES256","ES384","ES512","HS256","EdDSA","Ed25519","ECDH-ES","", null]) await row(`alg ${nm} ${a}`, () => imp("jwk", {...publicOf(jwk), alg:a}, alg, true, u === "sign" ? ["verify"] : u === "decrypt" ? ["encrypt"] : u === "unwrapKey" ? ["wrapKey"] : []));
     for (const f of ["spki","pkcs8","raw"]) await row(`u ${nm} ${f} nonsense and usage`, () => imp(f, new Uint8Array(16), alg, true, ["wrapKey","sign","deriveBits"]));
    }
    for (const h of ["SHA-1","SHA-384","MD5"]) for (const a of ["RS1","PS1","RSA-OAEP","RSA-OAEP-384","RS384","ES384"]) for (const n of ["RSA-PSS","RSA-OAEP"]) await row(`alg2 ${n} ${h} ${a}`, () => imp("jwk", {...RSA, alg:a}, {name:n,hash:h}, true, []));
    for (const c of ["P-384","P-521"]) { const k = await s.exportKey("jwk", (await s.generateKey({name:"ECDSA",namedCurve:c}, true, ["sign"])).privateKey); for (const a of ["ES256","ES384","ES512"]) await row(`alg3 ${c} ${a}`, () => imp("jwk", {...k,alg:a}, {name:"ECDSA",namedCurve:c}, true, ["sign"])); }
    for (const m of ["p","q","dp","dq","qi"]) await row(`rsa bad ${m}`, () => imp("jwk", {...RSAD,[m]:"*"}, RSAS["RSA-PSS"], true, ["sign"]));
    for (const [k,v] of Object.entries({ "even e": {e:"AAAC"}, "e 1": {e:"AQ"}, "e 3": {e:"Aw"}, "e 17":{e:"EQ"}, "empty e": {e:""}, "small n": {n:"AQAB"}, "even n": {n: RSA.n.slice(0,-1)+"Q"}, "leading zero n":{n:"AAAA"+RSA.n}, "big e": {e:"AQAAAAAAAAAB"} , "n 256":{n: "_".repeat(43)}})) { if (!["e 3", "e 17", "even n", "n 256"].includes(k)) await row(`rsa private ${k}`, () => imp("jwk", {...RSAD,...v}, RSAS["RSA-PSS"], true, ["sign"])); await row(`rsa public ${k}`, () => imp("jwk", {...RSA,...v}, RSAS["RSA-PSS"], true, ["verify"])); }
    await row("rsa d alone", async () => { const {n,e,d,kty}=RSAD; const k = await s.importKey("jwk", {kty,n,e,d}, RSAS["RSASSA-PKCS1-v1_5"], true, ["sign"]); return hex(await s.sign("RSASSA-PKCS1-v1_5", k, data)).slice(0,30); });
    for (const [k,v] of Object.entries({ "no y":{y:undefined}, "bad y":{y:"*"}, "long y":{y:EC.y+"AAAA"}, "lead y":{y:"AAAA"+EC.y}, "ff x":{x:"_".repeat(42)+"8"}, "lead x":{x:"AAAA"+EC.x}, "empty x":{x:""}, "other pub":{x:E2.x,y:E2.y}, "lead d":{d:"AAAA"+EC.d}, "long d":{d:EC.d+"AAAA"}, "short d":{d:"AQ"}, "ff d":{d:"_".repeat(42)+"8"}, "null x":{x:null}, "d alone zero":{d:"AA"} })) { await row(`ec ${k}`, () => imp("jwk", {...EC,...v}, CURVED.ECDSA[0], true, ["sign"])); await row(`ec public ${k}`, () => imp("jwk", publicOf({...EC,...v}), CURVED.ECDSA[0], true, ["verify"])); }
    for (const [k,v] of Object.entries({ "x mismatched":{x:X.x}, "short d":{d:"AQAB"}, "long d":{d:ED.d+"AAAA"}, "null x":{x:null} })) { await row(`ed ${k}`, () => imp("jwk", {...ED,...v}, "Ed25519", true, ["sign"])); await row(`ed public ${k}`, () => imp("jwk", publicOf({...ED,...v}), "Ed25519", true, ["verify"])); await row(`x ${k}`, () => imp("jwk", {...X,...v}, "X25519", true, ["deriveBits"]));}
    await row("ed mismatch export", async () => (await s.exportKey("jwk", await s.importKey("jwk", {...ED,x:X.x}, "Ed25519", true, ["sign"]))).x);
    for (const [nm, alg] of [["ECDSA", CURVED.ECDSA[0]],["Ed25519","Ed25519"],["NODE",CURVED["NODE-ED25519"][0]]]) for (const n of [0,31,32,33,64,65]) await row(`raw ${nm} ${n}`, () => imp("raw", new Uint8Array(n).fill(4), alg, true, ["verify"]));
    const es = await s.generateKey({name:"ECDSA",namedCurve:"P-256"}, true, ["sign","verify"]);
    const ed = await s.generateKey("Ed25519", true, ["sign","verify"]);
    const ru = await s.importKey("jwk", RSA, RSAS["RSA-PSS"], true, ["verify"]);
    await row("j1", () => imp("jwk", {...EC, x: EC.x + "AAAA", d: "!"}, CURVED.ECDSA[0], true, ["sign"]));
    await row("j3", () => imp("jwk", {...ED, x: "AQAB", d: "!"}, "Ed25519", true, ["sign"]));
    await row("j4", () => imp("jwk", {...ED, x: "AQAB", d: "AQAB"}, "Ed25519", true, ["sign"]));
    await row("j5", () => imp("jwk", {...RSAD, n: "", p: "!"}, RSAS["RSA-PSS"], true, ["sign"]));
    await row("j6", () => imp("jwk", {...RSAD, n: "", p: undefined}, RSAS["RSA-PSS"], true, ["sign"]));
    await row("j7", () => imp("jwk", {...RSAD, n: "", e: ""}, RSAS["RSA-PSS"], true, ["sign"]));
    await row("j8", () => imp("jwk", {...RSAD, n: ""}, RSAS["RSA-PSS"], true, []));
    await row("j9", () => imp("jwk", {kty:"oct",k:"AAAA",alg:"HS1"}, {name:"HMAC"}, true, ["sign"]));
    await row("j10", () => imp("jwk", {kty:"oct",k:"AAAA"}, {name:"HMAC"}, true, ["sign"]));
    await row("j11", () => imp("raw", new Uint8Array(0), {name:"HMAC",hash:"x"}, true, ["sign"]));
    await row("j12", () => imp("jwk", {kty:"x",ext:false}, "AES-GCM", true, ["encrypt"]));
    await row("j13", () => imp("jwk", {kty:"x",ext:false}, SECRET.HMAC, true, ["sign"]));
    await row("j14", () => imp("jwk", {kty:"x",ext:false,k:"AAAA"}, "HKDF", true, ["deriveBits"]));
    await row("j15", () => imp("raw-secret", {}, "HKDF", true, ["deriveBits"]));
    await row("j16", () => imp("jwk", new Uint8Array(3), "x", true, ["deriveBits"]));
    await row("j17", () => imp("zz", {}, "x", true, ["deriveBits"]));
    await row("j18", () => imp("raw", {}, "x", true, ["deriveBits"]));
    await row("j19 spki small", async () => { const p = new Uint8Array(await s.exportKey("spki", ru)); return imp("spki", p.subarray(0, 100), RSAS["RSA-PSS"], true, ["verify"]); });
    await row("j20 spki trailing", async () => { const p = new Uint8Array(await s.exportKey("spki", ru)); const q = new Uint8Array(p.length + 2); q.set(p); return imp("spki", q, RSAS["RSA-PSS"], true, ["verify"]); });
    await row("j23 ed spki as ec", async () => imp("spki", await s.exportKey("spki", ed.publicKey), CURVED.ECDSA[0], true, ["verify"]));
    await row("j24 ec spki other curve", async () => imp("spki", await s.exportKey("spki", es.publicKey), {name:"ECDSA",namedCurve:"P-384"}, true, ["verify"]));
    await row("j25 ec spki as rsa", async () => imp("spki", await s.exportKey("spki", es.publicKey), RSAS["RSA-PSS"], true, ["verify"]));
    await row("j26 mismatch usage", async () => imp("spki", await s.exportKey("spki", es.publicKey), RSAS["RSA-PSS"], true, ["encrypt"]));
    await row("j27 pkcs8 as spki", async () => imp("spki", await s.exportKey("pkcs8", es.privateKey), CURVED.ECDSA[0], true, ["verify"]));
    await row("j28 compressed", async () => { const r = new Uint8Array(await s.exportKey("raw", es.publicKey)); const c = r.slice(0, 33); c[0] = 2 + (r[64] & 1); return hex(await s.exportKey("raw", await s.importKey("raw", c, CURVED.ECDSA[0], true, ["verify"]))) === hex(r); });
    await row("j29 bad compressed", async () => imp("raw", new Uint8Array(33).fill(5).with(0, 2), CURVED.ECDSA[0], true, ["verify"]));
    await row("j30 range", async () => imp("raw", new Uint8Array(65).fill(255).with(0, 4), CURVED.ECDSA[0], true, ["verify"]));
    await row("j31 infinity", async () => imp("raw", new Uint8Array(1), CURVED.ECDSA[0], true, ["verify"]));
    await row("j32 hybrid", async () => { const r = new Uint8Array(await s.exportKey("raw", es.publicKey)); r[0] = 6; return imp("raw", r, CURVED.ECDSA[0], true, ["verify"]); });
    await row("rsa d alone use", async () => { const {n,e,d,kty}=RSAD; const k = await s.importKey("jwk", {kty,n,e,d}, RSAS["RSA-PSS"], true, ["sign"]); return s.verify({name:"RSA-PSS",saltLength:3}, ru, await s.sign({name:"RSA-PSS",saltLength:3}, k, data), data); });
    for (const c of ["P-384", "P-521"]) await row(`curves ${c}`, async () => { const p = await s.generateKey({name:"ECDSA",namedCurve:c}, true, ["sign","verify"]); const j = await s.exportKey("jwk", p.privateKey); delete j.key_ops; const k = await s.importKey("jwk", j, {name:"ECDSA",namedCurve:c}, true, ["sign"]); return s.verify({name:"ECDSA",hash:"SHA-384"}, p.publicKey, await s.sign({name:"ECDSA",hash:"SHA-384"}, k, data), data); });
    await row("k1", () => imp("jwk", {kty:"oct",ext:false,k:"AAAA"}, "hkdf", true, ["sign"]));
    await row("k2", () => imp("jwk", {kty:"oct",ext:false,k:"AAAA"}, "aes-gcm", true, ["sign"]));
    await row("k3", () => imp("jwk", {...EC,ext:false}, {name:"ecdsa",namedCurve:"P-256"}, true, ["encrypt"]));
    await row("k4", () => imp("jwk", {...EC,ext:false}, {name:"ecdsa"}, true, ["sign"]));
    await row("k5", () => imp("jwk", {...EC,ext:false}, "x", true, ["sign"]));
    await row("k6", () => imp("jwk", {...RSA,ext:false}, {name:"RSA-PSS",hash:"x"}, true, ["sign"]));
    await row("k7", () => imp("jwk", {kty:"oct",ext:false,k:"AAAA"}, {name:"pbkdf2"}, true, ["deriveBits"]));
    await row("k8", () => imp("jwk", {kty:"oct",ext:false,k:"AAAA"}, {name:"pbkdf2"}, false, ["deriveBits"]));
    for (const [f, k] of [["pkcs8","privateKey"],["spki","publicKey"]]) { const d = new Uint8Array(await s.exportKey(f, es[k])); for (const n of [1, 2]) { const q = new Uint8Array(d.length + n); q.set(d); await row(`trailing ${f} ${n}`, () => imp(f, q, CURVED.ECDSA[0], true, ["sign"])); await row(`trailing ${f} ${n} as rsa`, () => imp(f, q, RSAS["RSA-PSS"], true, ["encrypt"])); }
     await row(`kind and usage ${f} ed`, () => imp(f, d, "Ed25519", true, ["encrypt"]));
     await row(`kind and usage ${f} ec`, () => imp(f, d, {name:"ECDSA",namedCurve:"P-384"}, true, ["encrypt"])); }
    for (let i = 0; i < 4; i++) await row(`compressed ${i}`, () => imp("raw", new Uint8Array(33).fill(i).with(0, 2 + i % 2), CURVED.ECDSA[0], true, ["verify"]));
    await row(`range y`, () => imp("raw", new Uint8Array(65).fill(255, 33).with(0, 4), CURVED.ECDSA[0], true, ["verify"]));
    await row("hmac nothing", () => imp("raw", new Uint8Array(0), "HMAC", true, ["sign"]));
    await row("hmac long", () => imp("raw", new Uint8Array(1), {name:"HMAC",length:9}, true, ["sign"]));
    await row("empty spki", () => imp("spki", new Uint8Array(0), CURVED.ECDSA[0], true, ["sign"]));
    const x = await s.generateKey("X25519", true, ["deriveBits"]); const h = await s.importKey("raw", data, SECRET.HMAC, true, ["sign"]);
    await row("peer x hmac", () => s.deriveBits({name:"X25519",public:h}, x.privateKey, 8));
    const locked = await s.importKey("raw", data, SECRET.HMAC, false, ["sign"]);
    await row("export locked modern", () => s.exportKey("raw-seed", locked));
    await row("wrap locked modern", async () => s.wrapKey("raw-seed", locked, await s.importKey("raw", new Uint8Array(16), "AES-KW", true, ["wrapKey"]), "AES-KW"));
    return response();
  },
};
