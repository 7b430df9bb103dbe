// crypto.DigestStream.
//
// Owns a WritableStream that keeps nothing but the digest of its bytes. It must not know which digests exist beyond their names.

(function () {
const { core, primordials } = __bootstrap;
const { op_crypto_digest_finish, op_crypto_digest_new, op_crypto_digest_update } = core.ops;
const { ArrayBufferIsView, BigInt, ObjectDefineProperty, Promise, PromisePrototypeThen, SymbolToStringTag, TypeError, TypedArrayPrototypeGetByteLength } = primordials;
const { WritableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
const { bytesOf, digestName, identifier } = core.loadExtScript("ext:denizen/crypto/import.js");

class DigestStream extends WritableStream {
  #digest;
  #written = 0;
  constructor(algorithm) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to construct 'DigestStream': constructor parameter 1 is not of type 'string or HashAlgorithm'.");
    }
    const digest = op_crypto_digest_new(digestName(identifier(algorithm, "HashAlgorithm")));
    let resolve;
    let reject;
    const promise = new Promise((yes, no) => {
      resolve = yes;
      reject = no;
    });
    PromisePrototypeThen(promise, undefined, () => {});
    super({
      __proto__: null,
      write: (chunk) => {
        let bytes;
        if (typeof chunk === "string") {
          bytes = core.encode(chunk);
        } else if (ArrayBufferIsView(chunk) || core.isAnyArrayBuffer(chunk)) {
          bytes = bytesOf(chunk);
        } else {
          const error = new TypeError("DigestStream is a byte stream but received an object of non-ArrayBuffer/ArrayBufferView/string type on its writable side.");
          reject(error);
          throw error;
        }
        this.#written += TypedArrayPrototypeGetByteLength(bytes);
        op_crypto_digest_update(digest, bytes);
      },
      close: () => resolve(op_crypto_digest_finish(digest).buffer),
      abort: (reason) => reject(reason),
    });
    this.#digest = promise;
  }
  get digest() {
    return this.#digest;
  }
  get bytesWritten() {
    return BigInt(this.#written);
  }
}
ObjectDefineProperty(DigestStream.prototype, SymbolToStringTag, { __proto__: null, value: "DigestStream", configurable: true });

return { DigestStream };
})();
