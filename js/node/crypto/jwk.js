// Keys as JSON Web Keys, as `node:crypto` reads and writes them.
//
// Owns the members of each kind and workerd's texts for those that are missing or wrong. It must not know classes.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_crypto_from_parts, op_crypto_parts } = core.ops;
const { ArrayPrototypePush, Error } = primordials;
const { exportJwk, fromBase64Url, jwkOf, symmetricAlg, toBase64Url } = core.loadExtScript("ext:denizen/crypto/import.js");

const RSA = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
const CURVES = { __proto__: null, "P-256": true, "P-384": true, "P-521": true };
const EDWARDS_BYTES = 32;

function member(jwk, kind, name) {
  const value = jwk[name];
  if (value === undefined) throw new Error(`${kind} JWK missing ${name} parameter`);
  const bytes = fromBase64Url(value);
  if (bytes === undefined) throw new Error(`${kind} JWK invalid ${name} parameter`);
  return bytes;
}

function rsa(jwk, isPrivate) {
  const parts = [];
  const count = isPrivate ? RSA.length : 2;
  for (let i = 0; i < count; i++) ArrayPrototypePush(parts, member(jwk, "RSA", RSA[i]));
  const bytes = op_crypto_from_parts("RSA", isPrivate, parts);
  if (bytes === undefined) throw new Error(`RSA JWK invalid ${isPrivate ? "private" : "public"} key`);
  return { __proto__: null, kind: "RSA", bytes };
}

function curve(jwk, isPrivate) {
  const kind = jwk.crv;
  if (kind === undefined) throw new Error("EC JWK missing crv parameter");
  if (CURVES[kind] !== true) throw new Error("EC JWK unsupported crv parameter");
  const parts = [member(jwk, "EC", "x"), member(jwk, "EC", "y")];
  const point = op_crypto_from_parts(kind, false, parts);
  if (point === undefined) throw new Error("EC JWK invalid public key");
  if (!isPrivate) return { __proto__: null, kind, bytes: point };
  ArrayPrototypePush(parts, member(jwk, "EC", "d"));
  const bytes = op_crypto_from_parts(kind, true, parts);
  if (bytes === undefined) throw new Error("EW JWK invalid private key");
  return { __proto__: null, kind, bytes };
}

function edwards(jwk, isPrivate, unknown) {
  const kind = jwk.crv;
  if (kind === undefined) throw new Error("OKP JWK missing crv parameter");
  if (kind !== "Ed25519" && kind !== "X25519") throw new Error("OKP JWK unsupported crv parameter");
  const part = member(jwk, "OKP", isPrivate ? "d" : "x");
  if (part.length !== EDWARDS_BYTES) throw unknown;
  const bytes = op_crypto_from_parts(kind, isPrivate, isPrivate ? [part, part] : [part]);
  if (bytes === undefined) throw unknown;
  return { __proto__: null, kind, bytes };
}

/** `{ kind, bytes }` of a JSON Web Key. */
function readJwk(jwk, isPrivate) {
  const unknown = new Error(`JWK ${isPrivate ? "private" : "public"} key import is not implemented for this key type`);
  switch (jwk.kty) {
    case "RSA":
      return rsa(jwk, isPrivate);
    case "EC":
      return curve(jwk, isPrivate);
    case "OKP":
      return edwards(jwk, isPrivate, unknown);
    default:
      throw unknown;
  }
}

/** The JSON Web Key of a key. One that `crypto.subtle` made tells what it may be used for. */
function writeJwk(key) {
  const { kind, bytes, type } = key;
  if (type === "secret") {
    const members = { __proto__: null, kty: "oct", ext: true, k: toBase64Url(bytes) };
    if (key.origin !== "node") {
      const { name, hash } = key.algorithm;
      members.key_ops = key.usages;
      members.alg = symmetricAlg(name, bytes.length * 8, hash?.name);
    }
    return jwkOf(members);
  }
  if (kind === "DSA" || kind === "DH") throw new Error("Key type is invalid for JWK export");
  if (key.origin !== "node") return exportJwk(key);
  const parts = op_crypto_parts(type === "private", bytes);
  const members = { __proto__: null };
  let names = RSA;
  if (kind === "RSA") {
    members.kty = "RSA";
  } else if (kind === "Ed25519" || kind === "X25519") {
    members.kty = "OKP";
    members.crv = kind;
    if (kind === "Ed25519") members.alg = "EdDSA";
    names = ["x", "d"];
  } else {
    members.kty = "EC";
    members.crv = CURVES[kind] === true ? kind : "";
    names = ["x", "y", "d"];
  }
  for (let i = 0; i < parts.length; i++) members[names[i]] = toBase64Url(parts[i]);
  return jwkOf(members);
}

return { readJwk, writeJwk };
})();
