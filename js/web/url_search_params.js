// The iterators of URLSearchParams as Workers have them.
//
// Owns their classes, three as with Headers. What comes next is deno_web's, which reads the list as it is at the moment. It must not
// know queries.

(function () {
"use strict";
const { core, primordials } = __bootstrap;
const {
  ArrayIteratorPrototype,
  ObjectDefineProperty,
  ObjectGetPrototypeOf,
  ObjectSetPrototypeOf,
  ReflectApply,
  SymbolIterator,
  SymbolToStringTag,
  TypeError,
  uncurryThis,
} = primordials;
const { URLSearchParams } = core.loadExtScript("ext:deno_web/00_url.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

const nextOf = uncurryThis(ObjectGetPrototypeOf(new URLSearchParams().keys()).next);
const INTERNAL = { __proto__: null };

function define(target, name, value, enumerable) {
  ObjectDefineProperty(target, name, { __proto__: null, value, writable: true, enumerable, configurable: true });
}

function iteratorClass(name) {
  class PairIterator {
    #source;
    constructor(token = undefined, source = undefined) {
      if (token !== INTERNAL) {
        throw new TypeError("Illegal constructor");
      }
      this.#source = source;
    }
    next() {
      if (typeof this !== "object" || this === null || !(#source in this)) {
        throw illegalInvocation();
      }
      const { done, value } = nextOf(this.#source);
      return done && changed.enable_fast_jsg_struct ? { done } : { done, value };
    }
    [SymbolIterator]() {
      return this;
    }
  }
  const { prototype } = PairIterator;
  ObjectDefineProperty(PairIterator, "name", { __proto__: null, value: name, configurable: true });
  ObjectDefineProperty(prototype[SymbolIterator], "name", { __proto__: null, value: "", configurable: true });
  define(prototype, "next", prototype.next, true);
  ObjectDefineProperty(prototype, SymbolToStringTag, { __proto__: null, value: name, configurable: true });
  ObjectSetPrototypeOf(prototype, ObjectGetPrototypeOf(ArrayIteratorPrototype));
  return (source) => new PairIterator(INTERNAL, source);
}

const { prototype } = URLSearchParams;
const { entries, keys, values } = prototype;
const makers = { __proto__: null, entries: iteratorClass("EntryIterator"), keys: iteratorClass("KeyIterator"), values: iteratorClass("ValueIterator") };
const members = {
  entries() {
    return makers.entries(ReflectApply(entries, this, []));
  },
  keys() {
    return makers.keys(ReflectApply(keys, this, []));
  },
  values() {
    return makers.values(ReflectApply(values, this, []));
  },
  [SymbolIterator]() {
    return makers.entries(ReflectApply(entries, this, []));
  },
};
ObjectDefineProperty(members[SymbolIterator], "name", { __proto__: null, value: "", configurable: true });
define(prototype, "entries", members.entries, true);
define(prototype, "keys", members.keys, true);
define(prototype, "values", members.values, true);
define(prototype, SymbolIterator, members[SymbolIterator], false);

return {};
})();
