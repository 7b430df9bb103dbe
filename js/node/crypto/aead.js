// Ciphers that seal a message as a whole, behind the same calls as those that take it in parts.
//
// Owns the order in which their parts may be given, with workerd's texts. It must not know streams or encodings.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_aead_check, op_node_aead_open, op_node_aead_seal } = core.ops;
const { Error, StringPrototypeIncludes, StringPrototypeToLowerCase, Uint8Array } = primordials;
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");

const NONE = new Uint8Array(0);

class Sealing {
  #name;
  #key;
  #iv;
  #tagLength;
  #encrypt;
  #extra = NONE;
  #tag = undefined;
  #used = false;
  #done = false;
  constructor(name, encrypt, key, iv, tagLength) {
    this.#name = StringPrototypeToLowerCase(name);
    this.#encrypt = encrypt;
    this.#key = new Uint8Array(key);
    this.#iv = new Uint8Array(iv);
    this.#tagLength = tagLength;
  }
  update(bytes) {
    if (this.#used) throw new Error("update() can only be invoked once on an AEAD");
    if (!this.#encrypt && this.#tag === undefined) throw new Error("No auth tag provided");
    this.#used = true;
    if (this.#encrypt) {
      const parts = op_node_aead_seal(this.#name, this.#key, this.#iv, this.#tagLength, bytes, this.#extra);
      this.#tag = parts[1];
      return parts[0];
    }
    const opened = op_node_aead_open(this.#name, this.#key, this.#iv, this.#tag, bytes, this.#extra);
    if (opened === undefined) {
      throw new DOMException("Decryption failed: Incorrect key/IV or corrupted ciphertext/authentication tag provided.", "OperationError");
    }
    return opened;
  }
  final() {
    if (this.#done) throw new Error("Cipher/decipher context has already been finalized");
    this.#done = true;
    return NONE;
  }
  setAAD(bytes, plaintextLength) {
    if (StringPrototypeIncludes(this.#name, "-ccm-")) {
      if (plaintextLength === undefined) throw new Error("options.plaintextLength is required for CCM mode with AAD");
      if (!this.#encrypt && this.#tag === undefined) throw new Error("No auth tag provided");
    }
    this.#extra = new Uint8Array(bytes);
  }
  setAutoPadding() {
    throw new Error("Setting autopadding is not supported on AEADs");
  }
  setAuthTag(bytes) {
    if (this.#done) throw new Error("Cipher/decipher context has already been finalized");
    if (this.#tag !== undefined) throw new Error("Auth tag is already set");
    if (bytes.length !== this.#tagLength) throw new Error("Invalid authentication tag length");
    this.#tag = new Uint8Array(bytes);
  }
  getAuthTag() {
    if (!this.#done) throw new Error("Auth tag is only available once cipher context has been finalized");
    const tag = this.#tag ?? NONE;
    this.#tag = undefined;
    return tag;
  }
}

/** A cipher that seals whole messages, if the name is that of one. */
function sealing(name, encrypt, key, iv, tagLength) {
  const length = op_node_aead_check(name, key, iv, tagLength);
  return length < 0 ? undefined : new Sealing(name, encrypt, key, iv, length);
}

return { sealing };
})();
