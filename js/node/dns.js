// `node:dns`: the functions of `node:dns/promises` with callbacks.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectKeys, PromisePrototypeThen, ReflectApply } = primordials;
const { addMethods, shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { nodeTypeError, received, validateFunction } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { namespaceOf } = core.loadExtScript("ext:denizen/node/internal/namespace.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const shared = core.loadExtScript("ext:denizen/node/internal/dns.js");
const { checkLookup, codes, getDefaultResultOrder, getServers, hints, questions, setDefaultResultOrder, setServers } = shared;
const promises = core.loadExtScript("ext:denizen/node/dns_promises.js");

// A function that calls its last argument with what the promise of `inner` becomes.
function withCallback(inner) {
  return (...args) => {
    const callback = args.length > 0 ? args[args.length - 1] : undefined;
    if (typeof callback !== "function") {
      throw nodeTypeError("ERR_INVALID_ARG_TYPE", `The last argument must be of type function.${received(callback)}`);
    }
    args.length -= 1;
    PromisePrototypeThen(
      ReflectApply(inner, undefined, args),
      (value) => nextTick(callback, null, value),
      (error) => nextTick(callback, error),
    );
  };
}
const asked = { ...questions, resolve: shared.resolve, resolveAny: shared.resolveAny };
const called = {};
const names = ObjectKeys(asked);
for (let i = 0; i < names.length; i++) {
  called[names[i]] = shaped(withCallback(asked[names[i]]), `bound ${names[i]}Callbackified`, asked[names[i]].length + 1);
}
const lookupService = shaped(withCallback(shared.lookupService), "bound lookupServiceCallbackified", 1);

const lookup = shaped((hostname, options, callback) => {
  const done = typeof options === "function" ? options : callback;
  const given = typeof options === "function" ? undefined : options;
  const { address, all, family } = checkLookup(hostname, given);
  validateFunction(done, "callback");
  if (address === undefined) {
    PromisePrototypeThen(shared.lookup(hostname, given), undefined, (error) => nextTick(done, error));
  } else if (all) {
    nextTick(done, null, address === null ? [] : [{ address, family }]);
  } else {
    nextTick(done, null, address, family);
  }
}, "bound lookup", 3);

class Resolver {
  cancel() {
    shared.notImplemented();
  }
  setLocalAddress() {
    shared.notImplemented();
  }
}
const order = [
  "getServers", "resolve", "resolve4", "resolve6", "resolveAny", "resolveCaa", "resolveCname", "resolveMx", "resolveNaptr", "resolveNs",
  "resolvePtr", "resolveSoa", "resolveSrv", "resolveTxt", "reverse", "setServers",
];
const all = { ...called, getServers, setServers };
for (let i = 0; i < order.length; i++) {
  const inner = all[order[i]];
  addMethods(Resolver.prototype, { [order[i]]: shaped((...args) => ReflectApply(inner, undefined, args), order[i], 0) });
}

const bound = (inner) => shaped((value) => inner(value), `bound ${inner.name}`, inner.length);
const exported = {
  getServers: bound(getServers), lookup, lookupService, resolve: called.resolve, resolve4: called.resolve4, resolve6: called.resolve6,
  resolveAny: called.resolveAny, resolveCname: called.resolveCname, resolveCaa: called.resolveCaa, resolveMx: called.resolveMx,
  resolveNaptr: called.resolveNaptr, resolveNs: called.resolveNs, resolvePtr: called.resolvePtr, resolveSoa: called.resolveSoa,
  resolveSrv: called.resolveSrv, resolveTxt: called.resolveTxt, reverse: called.reverse, setDefaultResultOrder: bound(setDefaultResultOrder),
  getDefaultResultOrder: bound(getDefaultResultOrder), setServers: bound(setServers), Resolver, promises: namespaceOf(promises),
};
const constants = {};
const constantNames = [
  "ADDRCONFIG", "ADDRGETNETWORKPARAMS", "ALL", "BADFAMILY", "BADFLAGS", "BADHINTS", "BADNAME", "BADQUERY", "BADRESP", "BADSTR", "CANCELLED",
  "CONNREFUSED", "DESTRUCTION", "EOF", "FILE", "FORMERR", "LOADIPHLPAPI", "NODATA", "NOMEM", "NONAME", "NOTFOUND", "NOTIMP",
  "NOTINITIALIZED", "REFUSED", "SERVFAIL", "TIMEOUT", "V4MAPPED",
];
for (let i = 0; i < constantNames.length; i++) constants[constantNames[i]] = codes[constantNames[i]] ?? hints[constantNames[i]];

return { ...exported, ...constants, default: { ...exported, ...constants } };
})();
