// What `node:dns` and `node:dns/promises` share: constants, checks of arguments, and the questions that cannot be asked yet.

(function () {
const { core, primordials } = __bootstrap;
const { Error, ObjectKeys, PromiseReject, PromiseResolve } = primordials;
const { shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const {
  invalidArgType, invalidArgValue, methodNotImplemented, nodeError, validateBoolean, validateOneOf, validateString,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { isIP } = core.loadExtScript("ext:denizen/node/net/addresses.js");

const ORDERS = ["verbatim", "ipv4first", "ipv6first"];
const FAMILIES = [0, 4, 6];
const codes = {
  NODATA: "ENODATA", FORMERR: "EFORMERR", SERVFAIL: "ESERVFAIL", NOTFOUND: "ENOTFOUND", NOTIMP: "ENOTIMP", REFUSED: "EREFUSED",
  BADQUERY: "EBADQUERY", BADNAME: "EBADNAME", BADFAMILY: "EBADFAMILY", BADRESP: "EBADRESP", CONNREFUSED: "ECONNREFUSED",
  TIMEOUT: "ETIMEOUT", EOF: "EOF", FILE: "EFILE", NOMEM: "ENOMEM", DESTRUCTION: "EDESTRUCTION", BADSTR: "EBADSTR", BADFLAGS: "EBADFLAGS",
  NONAME: "ENONAME", BADHINTS: "EBADHINTS", NOTINITIALIZED: "ENOTINITIALIZED", LOADIPHLPAPI: "ELOADIPHLPAPI",
  ADDRGETNETWORKPARAMS: "EADDRGETNETWORKPARAMS", CANCELLED: "ECANCELLED",
};
const hints = { ADDRCONFIG: 1024, ALL: 256, V4MAPPED: 2048 };

// Kinds of records that can be asked for, and the number of parameters of their function.
const QUESTIONS = {
  Txt: 1, Caa: 1, Mx: 1, Cname: 1, Ns: 1, Ptr: 1, Srv: 1, Soa: 1, Naptr: 1, 4: 2, 6: 2,
};
const RECORD_TYPES = {
  __proto__: null, A: "resolve4", AAAA: "resolve6", ANY: "resolveAny", CAA: "resolveCaa", CNAME: "resolveCname", MX: "resolveMx",
  NAPTR: "resolveNaptr", NS: "resolveNs", PTR: "resolvePtr", SOA: "resolveSoa", SRV: "resolveSrv", TXT: "resolveTxt",
};

function ask(name) {
  return (host) => {
    validateString(host, "name");
    return PromiseReject(methodNotImplemented(`dns.${name} method`));
  };
}
function notImplemented() {
  throw new Error("Not implemented");
}

/** Functions that ask for records, by name. */
const questions = {};
const kinds = ObjectKeys(QUESTIONS);
for (let i = 0; i < kinds.length; i++) {
  const name = `resolve${kinds[i]}`;
  questions[name] = shaped(ask(name), name, QUESTIONS[kinds[i]]);
}
questions.reverse = shaped(ask("reverse"), "reverse", 1);

async function resolveAny() {
  notImplemented();
}
async function lookupService() {
  notImplemented();
}
function resolve(name, rrtype) {
  if (typeof rrtype !== "string" || RECORD_TYPES[rrtype] === undefined) throw invalidArgValue("rrtype", rrtype);
  return rrtype === "ANY" ? resolveAny() : questions[RECORD_TYPES[rrtype]](name);
}

let order = "verbatim";
function getDefaultResultOrder() {
  return order;
}
function setDefaultResultOrder(dnsOrder) {
  validateOneOf(dnsOrder, "dnsOrder", ORDERS);
  order = dnsOrder;
}
function getServers() {
  return ["1.1.1.1", "2606:4700:4700::1111", "1.0.0.1", "2606:4700:4700::1001"];
}
const setServers = shaped(notImplemented, "setServers", 0);

/** What `lookup` was asked, checked: `{ address, family, all }`, where an address is known. */
function checkLookup(hostname, options) {
  if (hostname) validateString(hostname, "hostname");
  let family = 0;
  let all = false;
  if (typeof options === "number") {
    validateOneOf(options, "family", FAMILIES);
    family = options;
  } else if (options !== undefined && typeof options !== "object") {
    throw invalidArgType("options", ["integer", "object"], options);
  } else if (options?.hints !== undefined) {
    throw nodeError("ERR_OPTION_NOT_IMPLEMENTED", "The options.hints option is not implemented");
  } else if (options) {
    if (options.family !== undefined && options.family !== null) {
      const wanted = options.family;
      family = wanted === "IPv4" ? 4 : wanted === "IPv6" ? 6 : wanted;
      validateOneOf(family, "options.family", FAMILIES);
    }
    if (options.all !== undefined && options.all !== null) {
      validateBoolean(options.all, "options.all");
      all = options.all;
    }
    if (options.verbatim !== undefined && options.verbatim !== null) validateBoolean(options.verbatim, "options.verbatim");
    if (options.order !== undefined && options.order !== null) validateOneOf(options.order, "options.order", ORDERS);
  }
  const checked = { __proto__: null, address: undefined, family, all };
  if (!hostname) {
    checked.address = null;
    checked.family = family === 6 ? 6 : 4;
  } else if (isIP(hostname)) {
    checked.address = hostname;
    checked.family = isIP(hostname);
  }
  return checked;
}

function lookup(hostname, options) {
  const { address, all, family } = checkLookup(hostname, options);
  if (address === undefined) return PromiseReject(methodNotImplemented("dns.lookup method"));
  if (!all) return PromiseResolve({ address, family });
  return PromiseResolve(address === null ? [] : [{ address, family }]);
}

return {
  checkLookup, codes, getDefaultResultOrder, getServers, hints, lookup, lookupService, notImplemented, questions, resolve, resolveAny,
  setDefaultResultOrder, setServers,
};
})();
