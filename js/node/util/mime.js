// `util.MIMEType` and `util.MIMEParams`: the grammar of media types.
//
// Owns parsing and printing. It must not know what a type means.

(function () {
const { primordials } = __bootstrap;
const {
  ObjectDefineProperty, RegExpPrototypeExec, RegExpPrototypeSymbolReplace, RegExpPrototypeTest, SafeMap, StringPrototypeIndexOf,
  StringPrototypeSlice, StringPrototypeToLowerCase, StringPrototypeTrimEnd, SymbolIterator, SymbolToStringTag, TypeError,
} = primordials;

const TOKEN = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;
const NOT_VALUE = /[^\t\u0020-\u007e\u0080-\u00ff]/;

class MIMEParams {
  #pairs = new SafeMap();
  delete(name) {
    this.#pairs.delete(`${name}`);
  }
  get(name) {
    return this.#pairs.get(`${name}`) ?? null;
  }
  has(name) {
    return this.#pairs.has(`${name}`);
  }
  set(name, value) {
    const key = `${name}`;
    const text = `${value}`;
    if (!RegExpPrototypeTest(TOKEN, key)) throw new TypeError("Not a valid MIME parameter");
    if (RegExpPrototypeTest(NOT_VALUE, text)) throw new TypeError("Not a valid MIME parameter");
    this.#pairs.set(key, text);
  }
  *entries() {
    yield* this.#pairs.entries();
  }
  *keys() {
    yield* this.#pairs.keys();
  }
  *values() {
    yield* this.#pairs.values();
  }
  toString() {
    let out = "";
    this.#pairs.forEach((value, key) => {
      const text = value.length > 0 && RegExpPrototypeTest(TOKEN, value) ? value : `"${RegExpPrototypeSymbolReplace(/["\\]/g, value, "\\$&")}"`;
      out += `${out === "" ? "" : ";"}${key}=${text}`;
    });
    return out;
  }
  toJSON() {
    return this.toString();
  }
}
ObjectDefineProperty(MIMEParams.prototype, SymbolIterator, { __proto__: null, value: MIMEParams.prototype.entries, configurable: true, writable: true });
ObjectDefineProperty(MIMEParams.prototype, SymbolToStringTag, { __proto__: null, value: "MIMEParams", configurable: true });

function readParams(params, text) {
  let rest = text;
  while (rest.length > 0) {
    const found = RegExpPrototypeExec(/^;?[\t\n\r ]*([^;=]*)(=?)/, rest);
    rest = StringPrototypeSlice(rest, found[0].length || 1);
    const name = StringPrototypeToLowerCase(found[1]);
    if (found[2] === "") continue;
    let value;
    if (rest[0] === '"') {
      const quoted = RegExpPrototypeExec(/^"((?:[^"\\]|\\[\s\S])*)"?/, rest);
      value = RegExpPrototypeSymbolReplace(/\\([\s\S])/g, quoted[1], "$1");
      rest = StringPrototypeSlice(rest, quoted[0].length);
      const next = StringPrototypeIndexOf(rest, ";");
      rest = next === -1 ? "" : StringPrototypeSlice(rest, next);
    } else {
      const next = StringPrototypeIndexOf(rest, ";");
      value = StringPrototypeTrimEnd(next === -1 ? rest : StringPrototypeSlice(rest, 0, next));
      rest = next === -1 ? "" : StringPrototypeSlice(rest, next);
      if (value === "") continue;
    }
    if (RegExpPrototypeTest(TOKEN, name) && !RegExpPrototypeTest(NOT_VALUE, value) && !params.has(name)) params.set(name, value);
  }
}

class MIMEType {
  #type;
  #subtype;
  #params = new MIMEParams();
  constructor(input) {
    const text = `${input}`;
    const found = RegExpPrototypeExec(/^[\t\n\r ]*([^/]+)\/([^;]*?)[\t\n\r ]*(;[\s\S]*)?$/, text);
    if (found === null || !RegExpPrototypeTest(TOKEN, found[1]) || !RegExpPrototypeTest(TOKEN, found[2])) {
      throw new TypeError(`Not a valid MIME type: ${text}`);
    }
    this.#type = StringPrototypeToLowerCase(found[1]);
    this.#subtype = StringPrototypeToLowerCase(found[2]);
    if (found[3] !== undefined) readParams(this.#params, found[3]);
  }
  get type() {
    return this.#type;
  }
  set type(value) {
    const text = `${value}`;
    if (!RegExpPrototypeTest(TOKEN, text)) throw new TypeError("Not a valid MIME type");
    this.#type = StringPrototypeToLowerCase(text);
  }
  get subtype() {
    return this.#subtype;
  }
  set subtype(value) {
    const text = `${value}`;
    if (!RegExpPrototypeTest(TOKEN, text)) throw new TypeError("Not a valid MIME type");
    this.#subtype = StringPrototypeToLowerCase(text);
  }
  get essence() {
    return `${this.#type}/${this.#subtype}`;
  }
  get params() {
    return this.#params;
  }
  toString() {
    const params = this.#params.toString();
    return params === "" ? this.essence : `${this.essence};${params}`;
  }
  toJSON() {
    return this.toString();
  }
}
ObjectDefineProperty(MIMEType.prototype, SymbolToStringTag, { __proto__: null, value: "MIMEType", configurable: true });

return { MIMEParams, MIMEType };
})();
