// `node:_tls_common`: contexts that hold nothing, and the texts of certificates.

(function () {
const { primordials } = __bootstrap;
const { ArrayPrototypePush, StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeSplit } = primordials;

function SecureContext(secureProtocol, secureOptions, minVersion, maxVersion) {
  if (!(this instanceof SecureContext)) return new SecureContext(secureProtocol, secureOptions, minVersion, maxVersion);
  this.context = undefined;
}
const { createSecureContext } = {
  createSecureContext(...options) {
    return new SecureContext();
  },
};

/** Gives `infoAccess`, a text of lines, as lists by name. */
function translatePeerCertificate(certificate) {
  if (!certificate) return null;
  const { infoAccess } = certificate;
  if (typeof infoAccess === "string") {
    const lists = { __proto__: null };
    const lines = StringPrototypeSplit(infoAccess, "\n");
    for (let i = 0; i < lines.length; i++) {
      const colon = StringPrototypeIndexOf(lines[i], ":");
      if (colon === -1) continue;
      const name = StringPrototypeSlice(lines[i], 0, colon);
      lists[name] ??= [];
      ArrayPrototypePush(lists[name], StringPrototypeSlice(lines[i], colon + 1));
    }
    certificate.infoAccess = lists;
  }
  return certificate;
}

const exported = { createSecureContext, SecureContext, translatePeerCertificate };
return { ...exported, default: exported };
})();
