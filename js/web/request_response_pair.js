// WebSocketRequestResponsePair.
//
// Owns two texts. What may be their length is checked where the pair is used. It must not know WebSockets.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectDefineProperty, StringPrototypeToWellFormed, SymbolToStringTag, TypeError } = primordials;
const { own } = core.loadExtScript("ext:denizen/actor/values.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

let pairOf;

class WebSocketRequestResponsePair {
  #request;
  #response;

  static {
    pairOf = (value) => {
      if (typeof value !== "object" || value === null || !(#request in value)) {
        throw illegalInvocation();
      }
      return { __proto__: null, request: value.#request, response: value.#response };
    };
  }

  constructor(request, response) {
    if (arguments.length < 2) {
      throw new TypeError(`Failed to construct 'WebSocketRequestResponsePair': constructor parameter ${arguments.length + 1} is not of type 'string'.`);
    }
    this.#request = StringPrototypeToWellFormed(`${request}`);
    this.#response = StringPrototypeToWellFormed(`${response}`);
  }
  get request() {
    return pairOf(this).request;
  }
  get response() {
    return pairOf(this).response;
  }
}
ObjectDefineProperty(WebSocketRequestResponsePair.prototype, SymbolToStringTag, {
  __proto__: null, value: "WebSocketRequestResponsePair", configurable: true,
});

own(WebSocketRequestResponsePair);

// `pairOf` gives the texts of a pair, and throws for anything else.
return { WebSocketRequestResponsePair, pairOf };
})();
