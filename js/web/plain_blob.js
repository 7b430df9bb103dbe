// Blobs as deno_web's methods should see them.
//
// Owns the way around an own or inherited `size`: those methods ask `this.size`, which user code can have replaced. It must not
// know what is done with a Blob.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeFind,
  ObjectGetOwnPropertySymbols,
  ObjectGetPrototypeOf,
  ObjectHasOwn,
  ReflectGetOwnPropertyDescriptor,
  SymbolPrototypeGetDescription,
  uncurryThis,
} = primordials;
const { Blob, BlobPrototype, FilePrototype } = core.loadExtScript("ext:deno_web/09_file.js");
const blobSize = uncurryThis(ReflectGetOwnPropertyDescriptor(BlobPrototype, "size").get);

const keys = ObjectGetOwnPropertySymbols(new Blob());
const keyOf = (name) => ArrayPrototypeFind(keys, (symbol) => SymbolPrototypeGetDescription(symbol) === name);
const PARTS = keyOf("Parts");
const SIZE = keyOf("Size");

// `blob`, or one of the same bytes if it has another `size` than Blobs have.
function plainBlob(blob) {
  if (typeof blob !== "object" || blob === null) {
    return blob;
  }
  const prototype = ObjectGetPrototypeOf(blob);
  if ((prototype === BlobPrototype || prototype === FilePrototype) && !ObjectHasOwn(blob, "size")) {
    return blob;
  }
  const size = blobSize(blob);
  const plain = new Blob();
  plain[SIZE] = size;
  plain[PARTS] = blob[PARTS];
  return plain;
}

return { plainBlob };
})();
