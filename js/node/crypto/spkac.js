// Certificate, which is for signed public keys and challenges (SPKAC).
//
// Owns the class, whose methods are its functions too. It must not know how such keys are read.

(function () {
"use strict";

const { core } = __bootstrap;
const { op_node_spkac } = core.ops;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { bytesOf, methods } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

function Certificate() {
  if (!(this instanceof Certificate)) return new Certificate();
}
const spkac = {
  __proto__: null,
  verifySpkac(spkac, encoding) {
    return op_node_spkac("valid", bytesOf(spkac, "spkac", encoding));
  },
  exportPublicKey(spkac, encoding) {
    const found = op_node_spkac("key", bytesOf(spkac, "spkac", encoding));
    return found === undefined ? Buffer.alloc(0) : internal.over(found);
  },
  exportChallenge(spkac, encoding) {
    const found = op_node_spkac("challenge", bytesOf(spkac, "spkac", encoding));
    return found === undefined ? Buffer.alloc(0) : internal.over(found);
  },
};
methods(Certificate, spkac);
for (const name in spkac) Certificate[name] = spkac[name];

return { Certificate };
})();
