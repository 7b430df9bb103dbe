// `node:dns/promises`: questions that cannot be asked yet; addresses are known for themselves.

(function () {
const { core } = __bootstrap;
const { addMethods, shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const {
  codes, getDefaultResultOrder, getServers, hints, lookup, lookupService, notImplemented, questions, resolve, resolveAny, setDefaultResultOrder,
  setServers,
} = core.loadExtScript("ext:denizen/node/internal/dns.js");

class Resolver {
  cancel() {
    notImplemented();
  }
  setLocalAddress() {
    notImplemented();
  }
}
const order = [
  "getServers", "resolve", "resolve4", "resolve6", "resolveAny", "resolveCaa", "resolveCname", "resolveMx", "resolveNaptr", "resolveNs",
  "resolvePtr", "resolveSoa", "resolveSrv", "resolveTxt", "reverse", "setServers",
];
const all = { ...questions, getServers, resolve, resolveAny, setServers };
for (let i = 0; i < order.length; i++) {
  const inner = all[order[i]];
  addMethods(Resolver.prototype, { [order[i]]: shaped((...args) => inner(args[0], args[1]), order[i], inner.length) });
}

const {
  resolveTxt, resolveCaa, resolveMx, resolveCname, resolveNs, resolvePtr, resolveSrv, resolveSoa, resolveNaptr, resolve4, resolve6, reverse,
} = questions;
const exported = {
  reverse, resolveTxt, resolveCaa, resolveMx, resolveCname, resolveNs, resolvePtr, resolveSrv, resolveSoa, resolveNaptr, resolve4, resolve6,
  getServers, setServers, getDefaultResultOrder, setDefaultResultOrder, lookup, lookupService, resolve, resolveAny, Resolver, ...codes,
};
return { ...exported, ...hints, default: exported };
})();
