// URLPattern.
//
// Owns the class over deno_web's parser of patterns, whose own class would have to lie in the snapshot. Workers of older dates get
// the one of url_pattern_original.js. It must not know URLs beyond the eight components.

(function () {
const { core, primordials } = __bootstrap;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
if (changed.urlpattern_standard) {
  return core.loadExtScript("ext:denizen/web/url_pattern_original.js");
}
const { op_urlpattern_parse, op_urlpattern_process_match_input } = core.ops;
const {
  ObjectDefineProperty,
  RegExpPrototypeExec,
  SafeRegExp,
  String,
  StringPrototypeSlice,
  SymbolToStringTag,
  TypeError,
  Uint32Array,
} = primordials;

const COMPONENTS = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];
// Where each component starts in the text that the host gives, and where the last ends.
const offsets = new Uint32Array(COMPONENTS.length + 1);

function readInput(input) {
  if (input === undefined || input === null) {
    return { __proto__: null };
  }
  if (typeof input !== "object") {
    return String(input);
  }
  const init = { __proto__: null };
  for (let i = 0; i < COMPONENTS.length; i++) {
    const value = input[COMPONENTS[i]];
    if (value !== undefined) {
      init[COMPONENTS[i]] = String(value);
    }
  }
  const base = input.baseURL;
  if (base !== undefined) {
    init.baseURL = String(base);
  }
  return init;
}

// The eight values of what is to match, or null.
function valuesOf(input, base) {
  let text;
  try {
    text = op_urlpattern_process_match_input(input, base ?? null, offsets);
  } catch {
    return null;
  }
  if (text === null) {
    return null;
  }
  const values = [];
  for (let i = 0; i < COMPONENTS.length; i++) {
    values[i] = StringPrototypeSlice(text, offsets[i], offsets[i + 1]);
  }
  return values;
}

class URLPattern {
  #components = [];
  #hasRegExpGroups;

  constructor(input = undefined, baseOrOptions = undefined, maybeOptions = undefined) {
    const base = typeof baseOrOptions === "string" ? baseOrOptions : undefined;
    const options = base === undefined ? baseOrOptions : maybeOptions;
    let parsed;
    const read = readInput(input);
    try {
      parsed = op_urlpattern_parse(read, base, { __proto__: null, ignoreCase: !!options?.ignoreCase });
    } catch {
      throw new TypeError("Failed to construct URLPattern");
    }
    this.#hasRegExpGroups = parsed.hasRegexpGroups;
    for (let i = 0; i < COMPONENTS.length; i++) {
      const { patternString, regexpString, groupNameList } = parsed[COMPONENTS[i]];
      let regexp;
      try {
        regexp = new SafeRegExp(regexpString, options?.ignoreCase ? "ui" : "u");
      } catch {
        throw new TypeError("Failed to construct URLPattern");
      }
      this.#components[i] = { __proto__: null, pattern: patternString, regexp, groups: groupNameList };
    }
  }

  get protocol() {
    return this.#components[0].pattern;
  }
  get username() {
    return this.#components[1].pattern;
  }
  get password() {
    return this.#components[2].pattern;
  }
  get hostname() {
    return this.#components[3].pattern;
  }
  get port() {
    return this.#components[4].pattern;
  }
  get pathname() {
    return this.#components[5].pattern;
  }
  get search() {
    return this.#components[6].pattern;
  }
  get hash() {
    return this.#components[7].pattern;
  }
  get hasRegExpGroups() {
    return this.#hasRegExpGroups;
  }
  test(input = undefined, base = undefined) {
    return this.#match(readInput(input), base === undefined ? undefined : String(base)) !== null;
  }
  exec(input = undefined, base = undefined) {
    const read = readInput(input);
    const baseText = base === undefined ? undefined : String(base);
    const found = this.#match(read, baseText);
    if (found === null) {
      return null;
    }
    const given = typeof read === "string" ? read : { ...read };
    const result = { inputs: baseText === undefined ? [given] : [given, baseText] };
    for (let i = 0; i < COMPONENTS.length; i++) {
      const groups = {};
      const names = this.#components[i].groups;
      for (let j = 0; j < names.length; j++) {
        ObjectDefineProperty(groups, names[j], {
          __proto__: null, value: found.matches[i][j + 1], writable: true, enumerable: true, configurable: true,
        });
      }
      result[COMPONENTS[i]] = { input: found.values[i], groups };
    }
    return result;
  }

  #match(input, base) {
    const values = valuesOf(input, base);
    if (values === null) {
      return null;
    }
    const matches = [];
    for (let i = 0; i < COMPONENTS.length; i++) {
      matches[i] = RegExpPrototypeExec(this.#components[i].regexp, values[i]);
      if (matches[i] === null) {
        return null;
      }
    }
    return { __proto__: null, values, matches };
  }
}
ObjectDefineProperty(URLPattern.prototype, SymbolToStringTag, { __proto__: null, value: "URLPattern", configurable: true });

return { URLPattern };
})();
