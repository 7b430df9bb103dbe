// @noble/hashes: every family of hashes, MACs and key derivations, compared with crypto.subtle where that has them.
import { argon2id } from "@noble/hashes/argon2.js";
import { blake256 } from "@noble/hashes/blake1.js";
import { blake2b, blake2s } from "@noble/hashes/blake2.js";
import { blake3 } from "@noble/hashes/blake3.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { md5, ripemd160, sha1 } from "@noble/hashes/legacy.js";
import { pbkdf2, pbkdf2Async } from "@noble/hashes/pbkdf2.js";
import { scrypt, scryptAsync } from "@noble/hashes/scrypt.js";
import { sha224, sha256, sha384, sha512, sha512_256 } from "@noble/hashes/sha2.js";
import { cshake128, kmac256, turboshake128 } from "@noble/hashes/sha3-addons.js";
import { keccak_256, sha3_256, sha3_512, shake256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes, randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import * as web from "@noble/hashes/webcrypto.js";

import { table } from "../../conformance/table.js";

const text = utf8ToBytes("The quick brown fox jumps over the lazy dog");

export default {
  async fetch() {
    const { row, response } = table();
    const hashes = { md5, ripemd160, sha1, sha224, sha256, sha384, sha512, sha512_256, sha3_256, sha3_512, keccak_256, blake256, blake2b, blake2s, blake3 };
    for (const [name, hash] of Object.entries(hashes)) await row(name, () => bytesToHex(hash(text)));
    await row("in parts", () => bytesToHex(sha256.create().update(text.subarray(0, 5)).update(text.subarray(5)).digest()));
    await row("long", () => bytesToHex(sha512(new Uint8Array(100_000).fill(7))));
    await row("shake", () => [shake256(text, { dkLen: 20 }), cshake128(text, { personalization: utf8ToBytes("p") }), turboshake128(text), kmac256(text, text, { dkLen: 16 })].map(bytesToHex));
    await row("keyed", () => [blake3(text, { key: new Uint8Array(32) }), blake2b(text, { key: text.subarray(0, 16), dkLen: 16 })].map(bytesToHex));
    await row("hmac", () => bytesToHex(hmac(sha256, text, text)));
    await row("hkdf", () => bytesToHex(hkdf(sha256, text, undefined, utf8ToBytes("info"), 42)));
    await row("pbkdf2", async () => [pbkdf2(sha256, "pass", "salt", { c: 1000, dkLen: 32 }), await pbkdf2Async(sha512, "pass", "salt", { c: 50, dkLen: 20 })].map(bytesToHex));
    await row("scrypt", async () => [scrypt("pass", "salt", { N: 256, r: 8, p: 1, dkLen: 32 }), await scryptAsync("pass", "salt", { N: 128, r: 8, p: 2, dkLen: 16 })].map(bytesToHex));
    await row("argon2id", () => bytesToHex(argon2id("pass", "saltsalt", { t: 1, m: 64, p: 1, dkLen: 16 })));
    await row("as crypto.subtle", async () => bytesToHex(new Uint8Array(await crypto.subtle.digest("SHA-384", text))) === bytesToHex(sha384(text)));
    await row("through crypto.subtle", async () => bytesToHex(await web.hmac(web.sha256, text, text)));
    await row("randomBytes", () => randomBytes(33).length);
    await row("bytes", () => concatBytes(hexToBytes("00ff"), new Uint8Array([3])));
    await row("not bytes", () => sha256("text"));
    return response();
  },
};
