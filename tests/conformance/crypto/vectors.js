// crypto.subtle: results that depend on nothing but their input, with keys and signatures that another library made.
import { table } from "../table.js";

const RSA = {"kty":"RSA","n":"rlD64OPJ4Opv57Bu1BPYoitO0oiYd7rOSwaQ2PKjipFH-5WR74bx2y9Lt7mb0N6oPP0AQ2W6pdkns1mX_YYViodcYXB2TElDCtWGJw25qegzru6vnH0jtn2UQsvzqkJN-P_rdq3yGxZ6pwrnQ-OLV7U5-HCQTK8qQUUw-avkwGC0riHuY3T2Gkg_27mvmtTZC7L_QDb7P0MLofFl2Ki8X_e4eJQTXy_T7TQl4fGQB2e4p3rX2hOr8AFsHKJ1JOGy5tnh0R9WniU09WHV-hOX2gzT3024fPrDBwc6-BsESYJ8kDtk5GJ6PXhQN1NESpIcckm-xdm1bS9Y8ekUg8dYVw","e":"AQAB","d":"HLfQrS45-ykEaKpDiAMBBK6X3M2OOON4yxl40ZUf5ltK_aLFmS2lONQQ6GLWzdFw7CNOYMwotNwS01RmWuk1MU5dpNvvUWAcgHNvF44GUXykzyQZoHFpac5El8CcEye7StN2ymWb5mSMrmp4cVHSig-cTlbVHx0YnAo3KFruY9cFMemztWtTkjydIDAmcHzzr05O52LAMI2UIYD2giNJkg1V0qJAE6eCkabjstXcxV-ax6VevbVc1Qbrpgv5XJbLNQ3GgoLX2pOpe5lCfGq-j8mPNJZXS_uxClIEpW1K0dHrn6WTNsoyLJTTt_zynFwcEs-kIykobzZQKzxo0Ne4EQ","p":"1L4mmayxTmQaHMP3lWIAng3MB4QV_1QuTLoE0iiReqnVPk-m3ArE5BwvCSFmbLsypuoxVhVFeZwfi_I_4xFMlxWI4_49IVxipMgNWOCqtUaDPGyf4kMJx-PIGlqWuTpemxB41uUjNCTVu2WXlYPWYYUgavaroH6Aqy6P1qznT-8","q":"0cKgXQ6cLX7WBWN1aJHBza5m2yXEMSoVs54u0rsrG-7UBdaCB1240d3WHDabgd9YLju08-iCvNV9F0Tg3ZqoArZJfFXHnsH5GG8Vs6oPi5IWmMvE9QSwNDVD2LcT8rAvxdz13faVS6xlx_FrAZC6WD7-Dqy-493y6G7a6XLOFhk","dp":"jDX6iMPZY7nzv8ukTE736zNaqgVy3gHkNetPrBbSss5l3Zhvd4ydcV3l3hWmRLkny_yDoaGJVXoBDKIPWx8WpGir_N-d-HPEC6hRq6b-u1SKv_MzeNMICjbktgHIXrHKklZL3g3Motw4BTcSrZbjXwh3cie6u59EPA4G_Myd8v8","dq":"YHX6PREM7TcYwN2eDnqI_0cmcb0KXfmWhUVHDw2Xo37O7ehZX33QEmLLpanPFYhaCtjWPBw-kwwyPFMmfYIzpRui65Se-fkFziC3gCnCgFKsJZP_fRWs2jVsf-qhN8eiEIGuZ2aP_X7IR4xTwyKFLzO4rZLvLebRX-YqsZRkBXE","qi":"BMU6IqjJjkIVISv7b3Q8T6ALEaW1MPgQ8_cpO0RUlMd4vPAkNgI2JZSfGwTf3x5f4yz-FK9L3gRU1wkWRdYEsB61znDh9lOkMkQpWdoXKLfw_UqaSSQIjm-xjAiXw2R8FVolKMTHvOKSOw3nT7s9gtF0uiwE8IgeLPyjhtkCTsQ"};
const PSS = "ZpP515KCHCZVl/+Wvr5JXFjrWV3qlwTPDVfyL3IWa6+MeHFcb2/PFBQiUmBCkj/jcXje3yuIGb0F4qQaL2XWDy2SdTo+bSjeUlDgckhtx7F3SJeEntskoTR1sq9sEtZgV3D1iqAqwyrawlCabXpMfAxWbHCguEMsm2fhH+7+poPEh0c6zaD3fvp1aNv2ZHx/3zz1ycTFrRkEBds1n2x0QfFNnTR+s9c2r0YlfcZFFLGtijkZ2tu8/yeuaIkT0Px9VyNW76047HmxqYhCpybYoDrbODJRT8qJHFDCnor2lGJEcBGX4UFcJ+dWaFGwtfnH/eLx5oa6HlICXI3dr8Ovzw==";
const OAEP = "moT3sEx+oYuwMmR2RC/vvqMd/APFRbHgUEu81fMaIiTjUj1R9n2yuasak6XsGVrX5qUG4qzg15DE+Owld2+9pI5xHA71Ud+BJj23V97F3G5QxHVjt6T8X8lG5KVntrrnJk6RpfEoMqkso/eHscTLmZ5fVS4mOuvf5cGHlwdMI1X+XDEmGLLiacX+TIdIOJfUO7KAA3f7GGeSMSvmZYq+2g79/phKuVXod1gI9OrpmFaxwVQHNFIlUejsgsIYa5aTUemk20N0XQhrYacTUduVh/aJOXdN9NR83Jx9x9BS22c/ulpJPtZt80rQyff/w54+Zd8pOU4BGmszMyy84B0Zeg==";
const CURVES = {
  "P-256": { key: {"kty":"EC","crv":"P-256","x":"RZQRtIeRhxgfCngKbRwNZGXRWA0Gdz-7-30n0g7AQbo","y":"ghqlgeGz7fps1R2tNb1WMJgYdytzohBWtw-DzptRQSA","d":"jmjHrZGHPgqHK5N5aWN07Gm1LY5acFwAtZb53QNRyBE"}, signature: "qIe+bbX/iDlV3YjO6PkQL8AmZvXp1wwSzN7p/Vbx/3bjM4adijBRPSdPkPS1MjJi261kgsx39Rsg1HCNGz6n1A==" },
  "P-384": { key: {"kty":"EC","crv":"P-384","x":"E-kiA07pLf-MDuv9I7cM2ue_3L0JYBjvjwi7wfO7I0P1b13Ksiq2SkYgYrpoxXLi","y":"ehHbkWTm6mO1kL0T55Y3scVRPhpN1a06QZSOp6_G3X5pQ5xJ34ArFeNzBMRmlTus","d":"CdFpCk1FvPPr3vPbTGskLtJTweyU29xxk0XvCax93ExPIeVdYu9-dwn0oe8_y3eP"}, signature: "71DInf6QKxm1Tq7+sNJXCfwoZ+9fovqB8fKBO4fQEX2rHyUFhcxzDUHx6qt5T9bdP2yON4d6bY3VLSnSB3QOWtODCImTAPyNejzbt/p8LAi+6iimqjUH7hfQqiQEFj1n" },
  "P-521": { key: {"kty":"EC","crv":"P-521","x":"AAzv0adwFd1avqkbYJZCSiMtYi6rRDFEVHcuMXyML_kWwCt7bMbVFx4aFUexy-jEe6uoEZTlxfcYgmWf5WbYWhQe","y":"AORB8S5CwhOoKKjMMKK43VHv-n-IZFr6LF_pEv_wJiMOtJ6EJDFX8SwpjJQnEn_EB9FP3gIevPBfkyXcgD5JLoh-","d":"AJ3AEWWIjWbMdqeYb6vnfo5kDKCq9YSPopVktLCIlLG5bXIna__jxhQJ1V7TBqUDMNCymWkdqtPN4wdYPktqadm_"}, signature: "ALs6rz2W1rwR/x9wNjCNUlASJJ41Z8wmSYKigLf09x/rGUwVJM3MSL2zS9djUm0m89cFumuN+8O3rSj2ozW8i3nAAIkcO9hltvq8Z0FYv+NoX9dxDPKc39kCJk7e1/h8469uUw/Gl1U2v5Q9OaEs+YQFcdGKBkNC2mdDUcWXHNvoc86x" },
};
const ED = {"kty":"OKP","crv":"Ed25519","x":"b63h6lrX6nFZd9tudqjQz4RfOBkr_Ha6jTC6HadkaAQ","d":"_0T1Uq9sd0f4hsniImH5RZ5-C3sIWKWgJXuxTbFuOoo"};
const X = {"kty":"OKP","crv":"X25519","x":"lzJg_TqZz8sutE57Y-MzIUJNixuafQlF3CrI0jIu2gc","d":"kCc8ldevVh0CWU4iHgX883H0Mlo91BAkDeSrcxf9q1s"};

const data = new TextEncoder().encode("hello");
const long = new Uint8Array(1000).map((_, index) => index * 7);
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const publicOf = ({ d, p, q, dp, dq, qi, ...rest }) => rest;
const subtle = crypto.subtle;

export default {
  async fetch() {
    const { row, response } = table();
    for (const hash of ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
      await row(`digest ${hash}`, async () => [hex(await subtle.digest(hash, data)), hex(await subtle.digest(hash, long)), hex(await subtle.digest(hash, new Uint8Array(0)))]);
    }
    for (const hash of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
      const key = await subtle.importKey("raw", long, { name: "HMAC", hash }, true, ["sign", "verify"]);
      await row(`HMAC ${hash}`, async () => { const mac = await subtle.sign("HMAC", key, data); return [hex(mac), await subtle.verify("HMAC", key, mac, data), await subtle.verify("HMAC", key, mac, long), await subtle.verify("HMAC", key, mac.slice(1), data)]; });
      const password = await subtle.importKey("raw", data, "PBKDF2", false, ["deriveBits", "deriveKey"]);
      await row(`PBKDF2 ${hash}`, async () => hex(await subtle.deriveBits({ name: "PBKDF2", hash, salt: long, iterations: 1000 }, password, 264)));
      await row(`PBKDF2 key ${hash}`, async () => hex(await subtle.exportKey("raw", await subtle.deriveKey({ name: "PBKDF2", hash, salt: long, iterations: 3 }, password, { name: "AES-CBC", length: 192 }, true, ["encrypt"]))));
      const secret = await subtle.importKey("raw", data, "HKDF", false, ["deriveBits"]);
      await row(`HKDF ${hash}`, async () => hex(await subtle.deriveBits({ name: "HKDF", hash, salt: long, info: data }, secret, 512)));
    }
    for (const length of [16, 24, 32]) {
      const raw = long.slice(0, length);
      const key = (name) => subtle.importKey("raw", raw, name, true, ["encrypt", "decrypt"]);
      for (const [label, algorithm] of [
        ["CBC", { name: "AES-CBC", iv: long.slice(0, 16) }],
        ["CTR", { name: "AES-CTR", counter: long.slice(0, 16), length: 64 }],
        ["CTR that wraps", { name: "AES-CTR", counter: new Uint8Array(16).fill(255), length: 8 }],
        ["CTR of all bits that wraps", { name: "AES-CTR", counter: new Uint8Array(16).fill(255), length: 128 }],
        ["GCM", { name: "AES-GCM", iv: long.slice(0, 12) }],
        ["GCM with data", { name: "AES-GCM", iv: long.slice(0, 12), additionalData: data }],
        ["GCM with a short tag", { name: "AES-GCM", iv: long.slice(0, 12), tagLength: 96 }],
        ["GCM with a long nonce", { name: "AES-GCM", iv: long.slice(0, 33) }],
      ]) {
        await row(`${label} ${length * 8}`, async () => { const k = await key(algorithm.name); const text = await subtle.encrypt(algorithm, k, long.slice(0, 50)); return [hex(text), hex(await subtle.decrypt(algorithm, k, text))]; });
      }
      await row(`KW ${length * 8}`, async () => { const k = await subtle.importKey("raw", raw, "AES-KW", true, ["wrapKey", "unwrapKey"]); return hex(await subtle.wrapKey("raw", await key("AES-GCM"), k, "AES-KW")); });
    }
    for (const hash of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
      await row(`PKCS1 ${hash}`, async () => { const algorithm = { name: "RSASSA-PKCS1-v1_5", hash }; const key = await subtle.importKey("jwk", RSA, algorithm, true, ["sign"]); const check = await subtle.importKey("jwk", publicOf(RSA), algorithm, true, ["verify"]); const signature = await subtle.sign(algorithm, key, data); return [hex(signature), await subtle.verify(algorithm, check, signature, data), await subtle.verify(algorithm, check, signature, long)]; });
    }
    await row("PSS verifies", async () => { const key = await subtle.importKey("jwk", publicOf(RSA), { name: "RSA-PSS", hash: "SHA-256" }, true, ["verify"]); return [await subtle.verify({ name: "RSA-PSS", saltLength: 20 }, key, bytes(PSS), data), await subtle.verify({ name: "RSA-PSS", saltLength: 20 }, key, bytes(PSS), long), await subtle.verify({ name: "RSA-PSS", saltLength: 19 }, key, bytes(PSS), data)]; });
    await row("PSS without salt", async () => { const key = await subtle.importKey("jwk", RSA, { name: "RSA-PSS", hash: "SHA-512" }, true, ["sign"]); return hex(await subtle.sign({ name: "RSA-PSS", saltLength: 0 }, key, data)); });
    await row("OAEP decrypts", async () => { const key = await subtle.importKey("jwk", RSA, { name: "RSA-OAEP", hash: "SHA-1" }, true, ["decrypt"]); return hex(await subtle.decrypt({ name: "RSA-OAEP", label: data }, key, bytes(OAEP))); });
    await row("OAEP wrong label", async () => { const key = await subtle.importKey("jwk", RSA, { name: "RSA-OAEP", hash: "SHA-1" }, true, ["decrypt"]); try { await subtle.decrypt({ name: "RSA-OAEP" }, key, bytes(OAEP)); } catch (error) { return error.name; } });
    await row("RSA pkcs8", async () => { const key = await subtle.importKey("jwk", RSA, { name: "RSA-PSS", hash: "SHA-256" }, true, ["sign"]); const der = await subtle.exportKey("pkcs8", key); return [hex(await subtle.digest("SHA-256", der)), JSON.stringify((await subtle.importKey("pkcs8", der, { name: "RSA-PSS", hash: "SHA-1" }, true, ["sign"])).algorithm.hash)]; });
    await row("RSA spki", async () => hex(await subtle.exportKey("spki", await subtle.importKey("jwk", publicOf(RSA), { name: "RSA-PSS", hash: "SHA-256" }, true, ["verify"]))));
    for (const [namedCurve, { key, signature }] of Object.entries(CURVES)) {
      const algorithm = { name: "ECDSA", namedCurve };
      const check = await subtle.importKey("jwk", publicOf(key), algorithm, true, ["verify"]);
      const sign = await subtle.importKey("jwk", key, algorithm, true, ["sign"]);
      const how = { name: "ECDSA", hash: "SHA-384" };
      await row(`${namedCurve} verifies`, async () => [await subtle.verify(how, check, bytes(signature), data), await subtle.verify(how, check, bytes(signature), long), await subtle.verify(how, check, bytes(signature).slice(1), data)]);
      await row(`${namedCurve} signs`, async () => { const made = await subtle.sign(how, sign, data); return [made.byteLength, await subtle.verify(how, check, made, data)]; });
      await row(`${namedCurve} formats`, async () => [hex(await subtle.exportKey("raw", check)), hex(await subtle.exportKey("spki", check)), hex(await subtle.exportKey("pkcs8", sign))]);
      await row(`${namedCurve} jwk`, async () => { const { x, y, d, crv, kty } = await subtle.exportKey("jwk", sign); return { x, y, d, crv, kty }; });
      await row(`${namedCurve} raw`, async () => hex(await subtle.exportKey("raw", await subtle.importKey("raw", await subtle.exportKey("raw", check), algorithm, true, ["verify"]))));
      await row(`${namedCurve} ECDH`, async () => { const dh = { name: "ECDH", namedCurve }; const mine = await subtle.importKey("jwk", key, dh, true, ["deriveBits"]); const theirs = await subtle.importKey("jwk", publicOf(key), dh, true, []); return [hex(await subtle.deriveBits({ name: "ECDH", public: theirs }, mine, null)), hex(await subtle.deriveBits({ name: "ECDH", public: theirs }, mine, 128))]; });
    }
    await row("Ed25519", async () => { const key = await subtle.importKey("jwk", ED, "Ed25519", true, ["sign"]); const check = await subtle.importKey("jwk", publicOf(ED), "Ed25519", true, ["verify"]); const signature = await subtle.sign("Ed25519", key, data); return [hex(signature), await subtle.verify("Ed25519", check, signature, data), await subtle.verify("Ed25519", check, signature, long), hex(await subtle.exportKey("raw", check)), hex(await subtle.exportKey("spki", check)), hex(await subtle.exportKey("pkcs8", key))]; });
    await row("X25519", async () => { const key = await subtle.importKey("jwk", X, "X25519", true, ["deriveBits"]); const peer = await subtle.importKey("jwk", publicOf(X), "X25519", true, []); return hex(await subtle.deriveBits({ name: "X25519", public: peer }, key, 256)); });
    await row("DigestStream of a body", async () => { const stream = new crypto.DigestStream("SHA-256"); await new Response(long).body.pipeTo(stream); return [hex(await stream.digest), stream.bytesWritten]; });
    return response();
  },
};
