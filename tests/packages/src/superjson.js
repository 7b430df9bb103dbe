// superjson: everything that JSON loses.
import superjson, { SuperJSON } from "superjson";

import { table } from "../../conformance/table.js";

class Money {
  constructor(cents) { this.cents = cents; }
}

export default {
  async fetch() {
    const { row, response } = table();
    const shared = { shared: true };
    const value = {
      date: new Date(5), map: new Map([["k", new Set([1n])]]), big: 2n ** 70n, none: undefined, nan: NaN, infinite: -Infinity, zero: -0,
      pattern: /a(b)/giu, url: new URL("http://a.test/?q=1"), bytes: new Uint8Array([1, 2]), floats: new Float64Array([0.5]), error: new TypeError("x"),
      "dotted.key": new Date(6), list: [, shared, shared], "": null,
    };
    value.self = value;
    await row("serialised", () => JSON.parse(superjson.stringify(value)));
    await row("and back", () => {
      const copy = superjson.parse(superjson.stringify(value));
      const same = [copy.self === copy, copy.list[1] === copy.list[2], copy.url.href, copy.url instanceof URL, copy.error instanceof Error];
      delete copy.self;
      delete copy.url;
      return [same, copy];
    });
    await row("own class", () => {
      const own = new SuperJSON({ dedupe: true });
      own.registerClass(Money);
      own.registerCustom({ isApplicable: (item) => item instanceof Headers, serialize: (headers) => [...headers], deserialize: (pairs) => new Headers(pairs) }, "headers");
      const copy = own.parse(own.stringify({ price: new Money(5), headers: new Headers({ a: "b" }) }));
      return [copy.price instanceof Money, copy.price.cents, copy.headers.get("a")];
    });
    await row("invalid date", () => superjson.serialize({ date: new Date(NaN) }));
    await row("prototype", () => superjson.serialize(JSON.parse('{"__proto__": 1}')));
    return response();
  },
};
