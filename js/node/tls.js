// `node:tls`: checks of names and protocols, and sockets that cannot be connected.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray, ArrayPrototypeJoin, ArrayPrototypePush, ArrayPrototypeSome, Error, JSONParse, RegExpPrototypeExec,
  RegExpPrototypeTest, StringPrototypeEndsWith, StringPrototypeIncludes, StringPrototypeIndexOf, StringPrototypeSlice,
  StringPrototypeSplit, StringPrototypeStartsWith, StringPrototypeToLowerCase, TypedArrayPrototypeGetSymbolToStringTag,
} = primordials;
const { absent, shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { nodeError, nodeRangeError } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { Buffer } = core.loadExtScript("ext:denizen/node/buffer.js");
const { SecureContext, createSecureContext } = core.loadExtScript("ext:denizen/node/_tls_common.js");
const { TLSSocket, connect } = core.loadExtScript("ext:denizen/node/_tls_wrap.js");
const { isIP } = core.loadExtScript("ext:denizen/node/net/addresses.js");

function refuse(name) {
  return shaped(function () {
    throw new Error("Not implemented");
  }, name, 0);
}

/** The protocols as TLS writes them: a byte of length before each. */
function convertALPNProtocols(protocols, out) {
  if (ArrayIsArray(protocols)) {
    const parts = [];
    for (let i = 0; i < protocols.length; i++) {
      const bytes = Buffer.from(protocols[i]);
      if (bytes.length > 255) {
        throw nodeRangeError("ERR_OUT_OF_RANGE", `The byte length of the protocol at index ${i} exceeds the maximum length. It must be <= 255. Received ${bytes.length}`);
      }
      ArrayPrototypePush(parts, Buffer.from([bytes.length]), bytes);
    }
    out.ALPNProtocols = Buffer.concat(parts);
  } else if (TypedArrayPrototypeGetSymbolToStringTag(protocols) === "Uint8Array") {
    out.ALPNProtocols = Buffer.from(protocols);
  }
}

// Whether the name of a host, by its labels, is what a certificate's pattern means.
function matches(host, pattern, wildcards) {
  if (pattern === "" || RegExpPrototypeTest(/[^\u0021-\u007f]/, pattern)) return false;
  const wanted = StringPrototypeSplit(plain(pattern), ".");
  if (wanted.length !== host.length || ArrayPrototypeSome(wanted, (label) => label === "")) return false;
  for (let i = host.length - 1; i > 0; i--) {
    if (host[i] !== wanted[i]) return false;
  }
  const first = wanted[0];
  const star = StringPrototypeIndexOf(first, "*");
  if (star === -1) return host[0] === first;
  const before = StringPrototypeSlice(first, 0, star);
  const after = StringPrototypeSlice(first, star + 1);
  if (!wildcards || wanted.length <= 2 || StringPrototypeIncludes(after, "*") || StringPrototypeIncludes(first, "xn--")) return false;
  return before.length + after.length <= host[0].length && StringPrototypeStartsWith(host[0], before) && StringPrototypeEndsWith(host[0], after);
}
// A name in lower case, without the dot at its end.
function plain(name) {
  const lower = StringPrototypeToLowerCase(name);
  return StringPrototypeEndsWith(lower, ".") ? StringPrototypeSlice(lower, 0, -1) : lower;
}

// The names of a certificate, which may stand in quotes.
function splitNames(text) {
  const names = [];
  let rest = text;
  while (rest !== "") {
    const found = RegExpPrototypeExec(/^([^",]*)("(?:[^"\\]|\\.)*")?([^",]*)(?:, )?/, rest);
    if (found === null || found[0] === "") break;
    ArrayPrototypePush(names, found[2] === undefined ? found[1] : `${found[1]}${JSONParse(found[2])}${found[3]}`);
    rest = StringPrototypeSlice(rest, found[0].length);
  }
  return names;
}

function checkServerIdentity(hostname, certificate) {
  const { subject, subjectaltname } = certificate;
  const dns = [];
  const ips = [];
  if (subjectaltname) {
    const names = StringPrototypeIncludes(subjectaltname, '"') ? splitNames(subjectaltname) : StringPrototypeSplit(subjectaltname, ", ");
    for (let i = 0; i < names.length; i++) {
      if (StringPrototypeStartsWith(names[i], "DNS:")) ArrayPrototypePush(dns, StringPrototypeSlice(names[i], 4));
      else if (StringPrototypeStartsWith(names[i], "IP Address:")) ArrayPrototypePush(ips, StringPrototypeSlice(names[i], 11));
    }
  }
  const host = plain(`${hostname}`);
  let valid = false;
  let reason = "Cert does not contain a DNS name";
  if (isIP(host)) {
    valid = ArrayPrototypeSome(ips, (ip) => ip === host);
    if (!valid) reason = `IP: ${host} is not in the cert's list: ${ArrayPrototypeJoin(ips, ", ")}`;
  } else if (dns.length > 0 || subject?.CN) {
    const labels = StringPrototypeSplit(host, ".");
    if (dns.length > 0) {
      valid = ArrayPrototypeSome(dns, (pattern) => matches(labels, pattern, true));
      if (!valid) reason = `Host: ${host}. is not in the cert's altnames: ${subjectaltname}`;
    } else {
      const { CN } = subject;
      valid = ArrayIsArray(CN) ? ArrayPrototypeSome(CN, (pattern) => matches(labels, pattern, false)) : matches(labels, CN, false);
      if (!valid) reason = `Host: ${host}. is not cert's CN: ${CN}`;
    }
  }
  if (valid) return undefined;
  const error = nodeError("ERR_TLS_CERT_ALTNAME_INVALID", reason);
  error.reason = reason;
  error.host = hostname;
  error.cert = certificate;
  return error;
}

const exported = {
  SecureContext, Server: refuse("Server"), TLSSocket, connect, createSecureContext, createServer: refuse("createServer"), checkServerIdentity,
  convertALPNProtocols, getCiphers: refuse("getCiphers"), createSecurePair: absent("createSecurePair"), CLIENT_RENEG_LIMIT: 3,
  CLIENT_RENEG_WINDOW: 600, DEFAULT_CIPHERS: "", DEFAULT_ECDH_CURVE: "auto", DEFAULT_MAX_VERSION: "TLSv1.3", DEFAULT_MIN_VERSION: "TLSv1.2",
  rootCertificates: [],
};
return { ...exported, default: exported };
})();
