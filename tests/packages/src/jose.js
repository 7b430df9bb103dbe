// jose: every algorithm it offers for signatures, key management and content encryption; keys in every form; tokens; key sets.
import * as jose from "jose";

import { table } from "../../conformance/table.js";

const SIGNATURES = [
  "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
];
const KEY_MANAGEMENT = [
  "dir", "A128KW", "A192KW", "A256KW", "A128GCMKW", "A192GCMKW", "A256GCMKW", "RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512",
  "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW", "PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW",
];
const ENCRYPTIONS = ["A128GCM", "A192GCM", "A256GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"];
const payload = new TextEncoder().encode("It\u2019s a dangerous business");
const text = (bytes) => new TextDecoder().decode(bytes);
const claims = { "urn:claim": true, sub: "ada" };

// The example key of RFC 7515 A.3 and a signature made with it, so that one row at least does not depend on what is random.
const RFC_KEY = { kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", alg: "ES256" };
const RFC_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

const shape = (jwk) => Object.keys(jwk).sort().map((name) => (["kty", "crv", "alg"].includes(name) ? `${name}=${jwk[name]}` : name)).join(" ");
const describe = (key) => [key.type, key.extractable, key.algorithm.name, key.usages.join(",")];
const made = new Map();

/** The keys for an algorithm; RSA keys are made once, since they take long. */
async function keys(alg, options) {
  const family = /^(RS|PS)/.test(alg) ? alg : `${alg} ${JSON.stringify(options)}`;
  if (!made.has(family)) {
    const secret = /^(HS|A\d)/.test(alg);
    const make = async () => {
      if (!secret) return jose.generateKeyPair(alg, { extractable: true, ...options });
      const key = await jose.generateSecret(alg, { extractable: true });
      return { publicKey: key, privateKey: key };
    };
    made.set(family, make());
  }
  return made.get(family);
}

async function encryptionKeys(alg, enc) {
  if (alg === "dir") {
    const key = await jose.generateSecret(enc);
    return { publicKey: key, privateKey: key };
  }
  if (!alg.startsWith("PBES2")) return keys(alg);
  const password = new TextEncoder().encode("Thus from my lips");
  return { publicKey: password, privateKey: password };
}

async function signatures(row) {
  for (const alg of SIGNATURES) {
    await row(`${alg} keys`, async () => Object.values(await keys(alg)).map(describe));
    await row(`${alg} compact`, async () => {
      const { publicKey, privateKey } = await keys(alg);
      const jws = await new jose.CompactSign(payload).setProtectedHeader({ alg, kid: "k" }).sign(privateKey);
      const verified = await jose.compactVerify(jws, publicKey);
      const [head, , signature] = jws.split(".");
      await jose.compactVerify(`${head}.${jose.base64url.encode("forged")}.${signature}`, publicKey).catch((error) => (verified.forged = error.code));
      return [jose.base64url.decode(signature).length, text(verified.payload), verified.protectedHeader, verified.forged];
    });
    await row(`${alg} through a JWK`, async () => {
      const { publicKey, privateKey } = await keys(alg);
      const [open, closed] = [await jose.exportJWK(publicKey), await jose.exportJWK(privateKey)];
      const token = await new jose.SignJWT(claims).setProtectedHeader({ alg }).sign(await jose.importJWK(closed, alg));
      const read = await jose.jwtVerify(token, await jose.importJWK(open, alg));
      return [shape(open), shape(closed), read.payload, (await jose.calculateJwkThumbprint(open)).length];
    });
    if (alg.startsWith("HS")) continue;
    await row(`${alg} through PEM`, async () => {
      const { publicKey, privateKey } = await keys(alg);
      const [open, closed] = [await jose.exportSPKI(publicKey), await jose.exportPKCS8(privateKey)];
      const token = await new jose.SignJWT(claims).setProtectedHeader({ alg }).sign(await jose.importPKCS8(closed, alg));
      return [open.split("\n")[0], closed.split("\n")[0], (await jose.jwtVerify(token, await jose.importSPKI(open, alg))).payload];
    });
  }
}

async function encryption(row) {
  for (const alg of KEY_MANAGEMENT) {
    for (const enc of ENCRYPTIONS) {
      await row(`${alg} ${enc}`, async () => {
        const { publicKey, privateKey } = await encryptionKeys(alg, enc);
        const encrypt = new jose.CompactEncrypt(payload).setProtectedHeader({ alg, enc });
        if (alg.startsWith("PBES2")) encrypt.setKeyManagementParameters({ p2c: 1000 });
        const jwe = await encrypt.encrypt(publicKey);
        const { plaintext, protectedHeader } = await jose.compactDecrypt(jwe, privateKey, { keyManagementAlgorithms: [alg] });
        const forged = `${jwe.slice(0, -4)}${jwe.at(-4) === "A" ? "B" : "A"}AAA`;
        const refusal = await jose.compactDecrypt(forged, privateKey, { keyManagementAlgorithms: [alg] }).catch((error) => error.code);
        return [jwe.split(".").slice(1).map((part) => part.length), Object.keys(protectedHeader), text(plaintext), refusal];
      });
    }
  }
  for (const crv of ["P-384", "P-521", "X25519"]) {
    await row(`ECDH-ES ${crv}`, async () => {
      const { publicKey, privateKey } = await keys("ECDH-ES", { crv });
      const encrypt = new jose.CompactEncrypt(payload).setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM" });
      const jwe = await encrypt.setKeyManagementParameters({ apu: payload, apv: payload.subarray(1) }).encrypt(publicKey);
      const again = await jose.importJWK(await jose.exportJWK(privateKey), "ECDH-ES");
      return [text((await jose.compactDecrypt(jwe, again)).plaintext), shape(await jose.exportJWK(publicKey))];
    });
  }
}

async function forms(row) {
  await row("the key of RFC 7515", async () => text((await jose.compactVerify(RFC_TOKEN, await jose.importJWK(RFC_KEY))).payload));
  await row("thumbprints", () => Promise.all(["sha256", "sha384", "sha512"].map((hash) => jose.calculateJwkThumbprint(RFC_KEY, hash))));
  await row("thumbprint URI", () => jose.calculateJwkThumbprintUri(RFC_KEY));
  await row("general JWS", async () => {
    const [a, b] = [await keys("ES256"), await keys("Ed25519")];
    const sign = new jose.GeneralSign(payload);
    sign.addSignature(a.privateKey).setProtectedHeader({ alg: "ES256" }).addSignature(b.privateKey).setProtectedHeader({ alg: "Ed25519", b64: true, crit: ["b64"] });
    const jws = await sign.sign();
    return [jws.signatures.length, (await jose.generalVerify(jws, b.publicKey)).protectedHeader];
  });
  await row("detached JWS", async () => {
    const { publicKey, privateKey } = await keys("HS256");
    const jws = await new jose.FlattenedSign(payload).setProtectedHeader({ alg: "HS256", b64: false, crit: ["b64"] }).sign(privateKey);
    return [Object.keys(jws), text((await jose.flattenedVerify({ ...jws, payload }, publicKey)).payload)];
  });
  await row("general JWE", async () => {
    const [a, b] = [await keys("ECDH-ES+A256KW"), await keys("RSA-OAEP")];
    const encrypt = new jose.GeneralEncrypt(payload).setProtectedHeader({ enc: "A256GCM" }).setAdditionalAuthenticatedData(payload);
    encrypt.addRecipient(a.publicKey).setUnprotectedHeader({ alg: "ECDH-ES+A256KW" }).addRecipient(b.publicKey).setUnprotectedHeader({ alg: "RSA-OAEP" });
    const jwe = await encrypt.encrypt();
    return [jwe.recipients.length, text((await jose.generalDecrypt(jwe, b.privateKey)).plaintext)];
  });
  await row("JWT with claims", async () => {
    const { publicKey, privateKey } = await keys("ES384");
    const sign = new jose.SignJWT(claims).setProtectedHeader({ alg: "ES384" }).setIssuer("urn:me").setAudience(["a", "b"]).setJti("id");
    const token = await sign.setIssuedAt(1000).setExpirationTime(2000).sign(privateKey);
    const at = (seconds, more) => jose.jwtVerify(token, publicKey, { currentDate: new Date(seconds * 1000), ...more }).then(({ payload }) => payload, (error) => [error.code, error.claim, error.reason, error.message]);
    return [await at(1500), await at(2500), await at(1500, { audience: "c" }), await at(1500, { issuer: "urn:you" }), await at(1500, { requiredClaims: ["nonce"] })];
  });
  await row("encrypted JWT", async () => {
    const { publicKey, privateKey } = await keys("RSA-OAEP-256");
    const jwt = await new jose.EncryptJWT(claims).setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A128CBC-HS256" }).setIssuer("x").encrypt(publicKey);
    return (await jose.jwtDecrypt(jwt, privateKey, { issuer: "x" })).payload;
  });
  await row("unsecured JWT", () => jose.UnsecuredJWT.decode(new jose.UnsecuredJWT(claims).encode()).payload);
  await row("decoded", () => [jose.decodeJwt(RFC_TOKEN), jose.decodeProtectedHeader(RFC_TOKEN)]);
  await row("key set", async () => {
    const [a, b] = [await keys("ES256"), await keys("RS256")];
    const set = jose.createLocalJWKSet({ keys: [{ ...(await jose.exportJWK(a.publicKey)), kid: "a" }, { ...(await jose.exportJWK(b.publicKey)), kid: "b", use: "sig" }] });
    const token = (kid) => new jose.SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(b.privateKey);
    return [(await jose.jwtVerify(await token("b"), set)).payload, await jose.jwtVerify(await token("c"), set).catch((error) => error.code)];
  });
  await row("embedded key", async () => {
    const { publicKey, privateKey } = await keys("ES256");
    const token = await new jose.SignJWT(claims).setProtectedHeader({ alg: "ES256", jwk: await jose.exportJWK(publicKey) }).sign(privateKey);
    return (await jose.jwtVerify(token, jose.EmbeddedJWK)).payload;
  });
  await row("key that cannot be exported", async () => jose.exportJWK((await jose.generateKeyPair("ES256")).privateKey));
  await row("key for another algorithm", async () => new jose.SignJWT(claims).setProtectedHeader({ alg: "PS256" }).sign((await keys("RS256")).privateKey));
  await row("RSA of 3072 bits", async () => (await jose.generateKeyPair("PS384", { modulusLength: 3072 })).publicKey.algorithm.modulusLength);
  await row("algorithm that workerd lacks by default", () => jose.generateKeyPair("ML-DSA-44"));
  await row("no such algorithm", () => jose.generateKeyPair("ES999"));
  await row("not PEM", () => jose.importSPKI("x", "RS256"));
  await row("broken PEM", () => jose.importSPKI("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "RS256"));
}

export default {
  async fetch() {
    const { row, response } = table();
    await signatures(row);
    await encryption(row);
    await forms(row);
    return response();
  },
};
